using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// What is handed on of a serial line's noise, so that a dock that gets the framing wrong is told how (SPEC clause 11.1): each reason
/// to noise at most once a second, so that a line that only crackles costs nothing.
/// </summary>
internal sealed class NoiseAnswers(TimeProvider clock)
{
    private const byte FullRun = 0xFF; // of COBS: no zero belongs behind it (SPEC clause 3.2)
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private readonly Dictionary<Reason, long> answeredAt = []; // as many entries as there are reasons to noise

    /// <summary>What to hand on of this noise; null while the last of its reason is not a second old.</summary>
    public Inbound? For(DockLink link, Reason reason, ReadOnlySpan<byte> stretch)
    {
        var header = new byte[FrameHeader.Bytes];
        var isHeader = StartOf(stretch, header) && header[0] == FrameHeader.Magic;
        var why = isHeader ? FrameHeader.Read(header, Limits.SerialPayloadBytesMax, out _).Reason : Reason.None;
        // A header that passed its check is no crackling: each such frame is answered, like any other.
        var believed = why is Reason.VersionUnsupported or Reason.PayloadTooLong;
        var told = believed ? why : reason;
        if (!believed && answeredAt.TryGetValue(told, out var last) && clock.GetElapsedTime(last) < Every)
        {
            return null;
        }
        answeredAt[told] = clock.GetTimestamp();
        return new Inbound(link, InboundKind.Noise, isHeader ? header : default(ReadOnlyMemory<byte>), UnixTime.NowNs(clock))
        {
            NoiseReason = told,
        };
    }

    /// <summary>The first decoded bytes of a stretch, however it ends: of one that is too long nothing else is known.</summary>
    private static bool StartOf(ReadOnlySpan<byte> stretch, Span<byte> into)
    {
        var (from, to) = (0, 0);
        while (to < into.Length && from < stretch.Length)
        {
            var code = stretch[from++];
            for (var run = 1; run < code && to < into.Length && from < stretch.Length; run++)
            {
                into[to++] = stretch[from++];
            }
            if (code < FullRun && to < into.Length)
            {
                into[to++] = 0;
            }
        }
        return to == into.Length;
    }
}
