using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using HdrHistogram;

namespace TaserTelemetry.Simulator.Load;

/// <summary>All docks of a load, together, for a time.</summary>
internal static class LoadRun
{
    public static async Task<LoadResult> RunAsync(LoadPlan plan, CancellationToken stop)
    {
        var docks = Enumerable.Range(1, plan.Docks).Select(n => new LoadDock(plan, n, RandomId())).ToList();
        var sockets = new List<Socket>();
        var troubles = new List<string>();
        try
        {
            foreach (var dock in docks)
            {
                sockets.Add(await dock.ConnectAsync(stop));
            }

            using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
            over.CancelAfter(plan.Duration);
            var start = Stopwatch.GetTimestamp();
            var each = plan.RatePerSecond / plan.Docks;
            await Task.WhenAll(docks.Zip(sockets).Select(d => SendAsync(d.First, d.Second, start, each, troubles, over.Token)));
            await Task.WhenAll(docks.Select(d => d.DrainAsync(stop)));
            return Sum(docks, Stopwatch.GetElapsedTime(start).TotalSeconds, troubles);
        }
        finally
        {
            sockets.ForEach(s => s.Dispose());
            docks.ForEach(d => d.Dispose());
        }
    }

    private static async Task SendAsync(
        LoadDock dock,
        Socket socket,
        long start,
        double rate,
        List<string> troubles,
        CancellationToken over
    )
    {
        try
        {
            await dock.SendAsync(socket, start, rate, over);
        }
        catch (SocketException lost)
        {
            lock (troubles)
            {
                troubles.Add(lost.Message);
            }
        }
    }

    private static LoadResult Sum(List<LoadDock> docks, double seconds, List<string> troubles)
    {
        var latency = new LongHistogram(600_000_000, 3);
        docks.ForEach(d => latency.Add(d.Latency));
        return new LoadResult(
            docks.Count,
            docks.Sum(d => d.MessagesSent),
            docks.Sum(d => d.MessagesAcked),
            docks.Sum(d => d.RecordsAcked),
            docks.Sum(d => d.PayloadBytesAcked),
            docks.Sum(d => d.NotStored),
            docks.Sum(d => d.DownMessages),
            seconds,
            latency,
            troubles
        );
    }

    /// <summary>A new life of each made-up log: nothing a gateway has seen before.</summary>
    private static ulong RandomId()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes) | 1;
    }
}
