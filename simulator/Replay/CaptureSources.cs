using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Simulator.Replay;

/// <summary>What each dock of a capture sent, in order, from a point in time on.</summary>
internal static class CaptureSources
{
    /// <summary>A capture is read whole before it is replayed; a larger one is replayed in parts, by its point in time.</summary>
    public const long FileBytesMax = 1L << 30;

    public static (IReadOnlyList<(DockAddress Address, Transport Transport, IReadOnlyList<Captured> Said)> Sources, string? Trouble) Read(
        Stream file,
        DateTimeOffset? from,
        DateTimeOffset? to
    )
    {
        var reader = new CaptureReader(file);
        var sources = new Dictionary<(string, Transport), (DockAddress Address, List<Captured> Said)>();
        var first = from is null ? 0 : Ns(from.Value);
        var last = to is null ? ulong.MaxValue : Ns(to.Value);
        var start = 0UL;
        var status = reader.Read(out var entry);
        for (; status == CaptureStatus.Entry; status = reader.Read(out entry))
        {
            if (entry.Direction != CaptureDirection.Up || entry.ReceivedUtcNs < first || entry.ReceivedUtcNs >= last)
            {
                continue;
            }

            start = start == 0 ? entry.ReceivedUtcNs : start;
            if (DockAddress.TryParse(entry.Source, out var address))
            {
                var key = (entry.Source, entry.Transport);
                if (!sources.TryGetValue(key, out var source))
                {
                    sources[key] = source = (address, []);
                }

                Split(entry.UntrustedBytes, (long)((entry.ReceivedUtcNs - start) / 1_000_000), source.Said);
            }
        }

        var trouble = status switch
        {
            CaptureStatus.End => null,
            CaptureStatus.CutShort => $"the capture is cut short at byte {reader.Offset}; what came before is replayed",
            CaptureStatus.NotACapture => "this file is not a capture, or of a version not known here",
            _ => $"the capture is damaged at byte {reader.Offset}; nothing behind it can be found",
        };
        return ([.. sources.Select(s => (s.Value.Address, s.Key.Item2, (IReadOnlyList<Captured>)s.Value.Said))], trouble);
    }

    /// <summary>One MQTT message may hold several frames; what is no frame goes on as one piece.</summary>
    private static void Split(ReadOnlySpan<byte> bytes, long afterMs, List<Captured> said)
    {
        while (bytes.Length > 0)
        {
            var read = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax);
            var taken = read.Status is ReadStatus.Done or ReadStatus.FrameRejected ? read.Bytes.Length : bytes.Length;
            said.Add(new Captured(afterMs, bytes[..taken].ToArray()));
            bytes = bytes[taken..];
        }
    }

    private static ulong Ns(DateTimeOffset time) => (ulong)Math.Max(0, (time - DateTimeOffset.UnixEpoch).Ticks) * 100;
}
