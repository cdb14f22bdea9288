using System.Text;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.LineProtocol;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>Events and lines for tests.</summary>
internal static class Sample
{
    /// <summary>2026-11-22T00:00:00Z.</summary>
    public const long Midnight = 1_795_305_600_000_000_000;

    public static SeriesSource Source(string device = "X30001234", string dock = "dock-1", ulong leaf = 7) =>
        new()
        {
            LeafIndex = leaf,
            Force = "kent",
            Armoury = "maidstone",
            Dock = dock,
            Device = device,
            Model = "X2",
            Carrier = "",
            Log = LogKind.Event,
            Epoch = new Epoch(0, 0),
            ReceivedNs = 1_795_305_700_000_000_000,
            ClockOffsetNs = -1_500_000_000,
            ClockBoundNs = 250_000_000,
            ClockQuality = "two-sided",
            Grade = "C",
            Marks = 0,
        };

    public static EventRecord Record(EventCode code = EventCode.Trigger, uint durationMs = 5_000) =>
        new(1_795_305_601, 81_000, code, EventFlags.AutoShutdown, durationMs, 12, 0b_010_010, 215, 88, 0, 3);

    public static SeriesEvent Event(ulong sequence, EventCode code = EventCode.Trigger, uint durationMs = 5_000) =>
        new(sequence, Midnight + ((long)sequence * 1_000_000_000) + (long)sequence, true, Record(code, durationMs));

    public static string Line(SeriesSource source, SeriesEvent happened)
    {
        var lines = new EventLines();
        lines.Begin(source);
        var buffer = new byte[EventLines.LineBytesMax];
        return Encoding.UTF8.GetString(buffer, 0, lines.Write(buffer, happened));
    }

    /// <summary>A body of lines that any server takes.</summary>
    public static byte[] Body(int lines, long firstTime = Midnight) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, lines).Select(i => $"m,d=a v={i}i {firstTime + i}\n")));
}
