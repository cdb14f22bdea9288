using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TaserTelemetry.Benchmarks.TimeSeries;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Benchmarks.Ledger;

/// <summary>
/// The whole gateway as a process of its own, from its start to the line that says it is ready, after a clean stop with 1 GB of journal and with
/// 10 GB, by turns. <c>TASER_GIGABYTES</c> sets the larger one. The embedded store is off: it is started beside ingest, and nobody waits for it.
/// </summary>
internal static class ServiceStart
{
    private const double RatioMax = 1.1;
    private const int GroupItems = 100;

    public static async Task RunAsync()
    {
        var larger = int.TryParse(Environment.GetEnvironmentVariable("TASER_GIGABYTES"), CultureInfo.InvariantCulture, out var set)
            ? set
            : 10;
        using var small = await FilledAsync(1);
        using var large = await FilledAsync(larger);
        var (ofSmall, ofLarge) = (new List<double>(), new List<double>());
        for (var round = 0; round < Interleaved.Rounds; round++)
        {
            ofSmall.Add(await StartAsync(small, untilIndexed: false));
            ofLarge.Add(await StartAsync(large, untilIndexed: false));
        }
        var ratio = Interleaved.Median(ofLarge) / Interleaved.Median(ofSmall);
        var verdict = Interleaved.Median(ofLarge) <= 2_000 && ratio <= RatioMax ? "held" : "MISSED";
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"service-start: with 1 GB {Told(ofSmall)}, with {larger} GB {Told(ofLarge)}, {ratio:P0} of the smaller one's (target at most 2,000 ms and 110 %: {verdict})"
            )
        );
    }

    private static string Told(List<double> times) =>
        string.Create(CultureInfo.InvariantCulture, $"{Interleaved.Median(times):N0} ms ({times.Min():N0} to {times.Max():N0})");

    private static async Task<Ground> FilledAsync(int gigabytes)
    {
        var ground = new Ground();
        Fill(ground, gigabytes * 1_000_000_000L);
        await StartAsync(ground, untilIndexed: true); // folds what no gateway has seen, and makes the indices; not counted
        return ground;
    }

    private static void Fill(Ground ground, long bytes)
    {
        var place = LogPlace.Ledger(ground.At("data"));
        using var log = TamperEvidentLog.Open(new LogOptions(place, ground.At("keys")));
        var now = DateTimeOffset.UnixEpoch;
        for (var batch = 0; bytes > 0 || !IsHalfFull(log); batch += GroupItems)
        {
            JournalItem[] items = [.. Enumerable.Range(batch, GroupItems).Select(JournalOfEvents.Batch)];
            bytes -= items.Sum(item => (long)Journal.BytesOf(item));
            log.Append(items);
            log.TrySign(now += TimeSpan.FromSeconds(1));
        }
        log.TrySign(now, stopping: true);
    }

    /// <summary>A start reads the open segment, so both are to end in one that is as full: else their difference shows that, not the journal's size.</summary>
    private static bool IsHalfFull(TamperEvidentLog log)
    {
        const ulong Half = 4_000;
        return log.NextIndex - log.KeyIndex.OpenFirst is >= Half and < Half + GroupItems;
    }

    /// <summary>Milliseconds from the start of the process to its ready line; then it is stopped in order.</summary>
    private static async Task<double> StartAsync(Ground ground, bool untilIndexed)
    {
        var file = ground.At("gateway.json");
        var settings = new Dictionary<string, object>
        {
            ["data"] = ground.At("data"),
            ["keys"] = ground.At("keys"),
            ["http"] = new { listen = "127.0.0.1:0" },
            ["mqtt"] = new { listen = "127.0.0.1:0" },
            ["timeSeries"] = new { duckDb = new { enabled = false } },
        };
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings));
        var clock = Stopwatch.StartNew();
        var process = RealProcess.StartOurs("taser-gateway", ground.Folder, "run", "--config", file);
        await process.WaitForAsync("\"ready\":true");
        var taken = clock.Elapsed.TotalMilliseconds;
        if (untilIndexed)
        {
            var journal = ground.At("data/journal");
            int Count(string pattern) => Directory.GetFiles(journal, pattern).Length;
            await Ground.UntilAsync(() => Task.FromResult(Count("*.idx") + 1 >= Count("*.seg")), "the index of every sealed segment");
        }
        await process.SignalAsync("TERM");
        return await process.WaitForExitAsync() == 0
            ? taken
            : throw new InvalidOperationException("the gateway did not stop in order:\n" + process.Errors);
    }
}
