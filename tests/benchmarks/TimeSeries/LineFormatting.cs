using System.Diagnostics;
using System.Globalization;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.LineProtocol;

namespace TaserTelemetry.Benchmarks.TimeSeries;

/// <summary>Lines a second of processor time, without the journal and without a server: one thread, so a second of it is a second of one core.</summary>
internal static class LineFormatting
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    public static Task RunAsync()
    {
        var source = new SeriesSource
        {
            LeafIndex = 123_456,
            Force = "kent",
            Armoury = "maidstone",
            Dock = "dock-1",
            Device = "X30001234",
            Model = "X2",
            Carrier = "",
            Log = LogKind.Event,
            Epoch = default,
            ReceivedNs = 1_795_305_700_000_000_000,
            ClockOffsetNs = -1_500_000_000,
            ClockBoundNs = 250_000_000,
            ClockQuality = "two-sided",
            Grade = "C",
            Marks = 0,
        };
        var events = Enumerable
            .Range(0, JournalOfEvents.EventsPerBatch)
            .Select(i => new SeriesEvent((ulong)i, 1_795_305_600_000_000_000 + i, true, JournalOfEvents.Record(i)))
            .ToArray();
        var lines = new EventLines();
        var buffer = new byte[events.Length * EventLines.LineBytesMax];
        var rates = new List<double>();
        long bytes = 0;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        long written = 0;
        for (var run = 0; run <= Runs.Count; run++)
        {
            long count = 0;
            var clock = Stopwatch.StartNew();
            var before = Environment.CpuUsage.TotalTime;
            while (clock.Elapsed < Length)
            {
                lines.Begin(source);
                var at = 0;
                foreach (ref readonly var happened in events.AsSpan())
                {
                    at += lines.Write(buffer.AsSpan(at), happened);
                }
                count += events.Length;
                bytes = at / events.Length;
            }
            written += count;
            if (run > 0)
            {
                rates.Add(count / (Environment.CpuUsage.TotalTime - before).TotalSeconds);
            }
        }
        var perLine = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)written;
        Runs.Tell("line protocol", "lines/s on one core", rates, "5,000,000");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {bytes} B a line, {perLine:0.0000} B allocated a line"));
        return Task.CompletedTask;
    }
}
