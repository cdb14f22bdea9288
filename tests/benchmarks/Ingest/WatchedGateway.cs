using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Benchmarks.Ingest;

/// <summary>A gateway as a process of its own, with its memory watched from outside.</summary>
internal sealed class WatchedGateway : IAsyncDisposable
{
    private static readonly TimeSpan HalfMinute = TimeSpan.FromSeconds(30);
    private readonly RealProcess process;
    private readonly CancellationTokenSource over = new();
    private readonly Task watching;
    private readonly string data;
    private readonly List<double> byHalfMinute = [];

    private WatchedGateway(RealProcess process, string data, string mqtt)
    {
        (this.process, this.data, Mqtt) = (process, data, mqtt);
        watching = WatchAsync();
    }

    public string Mqtt { get; }

    public int Id => process.Id;

    /// <summary>Highest RssAnon seen, in MiB: what it holds itself, without files mapped.</summary>
    public double AnonMebibytesMax { get; private set; }

    /// <summary>Highest RssAnon seen in each whole half minute of its life, in MiB.</summary>
    public IReadOnlyList<double> AnonMebibytesByHalfMinute => byHalfMinute;

    /// <summary>Highest RSS seen, in MiB.</summary>
    public double RssMebibytesMax { get; private set; }

    /// <summary>Starts one that knows the docks and devices of the load; broker empty = the embedded one.</summary>
    public static async Task<WatchedGateway> StartAsync(Ground ground, int docks, string broker, bool duckDb)
    {
        var data = ground.At($"data-{Guid.NewGuid():N}");
        var file = ground.At("gateway.json");
        var numbers = Enumerable.Range(1, docks);
        var settings = new Dictionary<string, object>
        {
            ["data"] = data,
            ["keys"] = data + "-keys",
            ["http"] = new { listen = "127.0.0.1:0" },
            ["mqtt"] = new { listen = "127.0.0.1:0", broker },
            ["timeSeries"] = new { duckDb = new { enabled = duckDb } },
            ["docks"] = numbers.Select(n => new
            {
                name = $"load-{n:D4}",
                force = "county",
                armoury = "load",
            }),
            ["devices"] = numbers.Select(n => new
            {
                serial = $"L00-{n:D6}",
                model = "X2",
                force = "county",
            }),
        };
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings));
        var process = RealProcess.StartOurs("taser-gateway", ground.Folder, "run", "--config", file);
        var ready = await process.WaitForAsync("\"ready\":true");
        using var line = JsonDocument.Parse(ready);
        return new WatchedGateway(process, data, line.RootElement.GetProperty("mqtt").GetString()!);
    }

    /// <summary>Stops it and counts what its journal holds: event records, each counted where it was new.</summary>
    public async Task<(ulong Records, ulong Batches)> StopAndCountAsync()
    {
        await process.SignalAsync("TERM");
        if (await process.WaitForExitAsync() != 0)
        {
            throw new InvalidOperationException("the gateway did not stop in order:\n" + process.Errors);
        }
        var (records, batches) = (0UL, 0UL);
        var seen = new HashSet<(string, ulong, ulong)>();
        using var reader = JournalReader.Open(new RealDisk(), Path.Combine(data, "journal"), 0);
        while (reader.Read() == ReadStatus.Record)
        {
            if (Leaf.Decode(reader.Leaf).Leaf is not StoredBatch batch)
            {
                continue;
            }
            batches++;
            foreach (var range in batch.NewRanges.AsSpan())
            {
                records += range.Count;
                if (!seen.Add((batch.Device, batch.Epoch.Incarnation, range.First)))
                {
                    throw new InvalidOperationException($"counted twice: {batch.Device} from {range.First}");
                }
            }
        }
        Directory.Delete(data, recursive: true);
        return (records, batches);
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await watching;
        over.Dispose();
        await process.DisposeAsync();
    }

    private async Task WatchAsync()
    {
        using var pulse = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var (began, highest) = (Stopwatch.GetTimestamp(), 0.0);
        try
        {
            while (await pulse.WaitForNextTickAsync(over.Token) && !process.HasExited)
            {
                var lines = await File.ReadAllLinesAsync($"/proc/{process.Id}/status", over.Token);
                highest = Math.Max(highest, Mebibytes(lines, "RssAnon:"));
                AnonMebibytesMax = Math.Max(AnonMebibytesMax, highest);
                if (Stopwatch.GetElapsedTime(began) >= HalfMinute)
                {
                    byHalfMinute.Add(highest);
                    (began, highest) = (Stopwatch.GetTimestamp(), 0.0);
                }
                RssMebibytesMax = Math.Max(RssMebibytesMax, Mebibytes(lines, "VmRSS:"));
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // it has ended, which is no news here
        }
    }

    private static double Mebibytes(string[] status, string name)
    {
        var line = status.FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
        return line is null
            ? 0
            : double.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1_024;
    }
}
