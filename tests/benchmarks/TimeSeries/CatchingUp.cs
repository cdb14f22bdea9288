using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Benchmarks.TimeSeries;

/// <summary>
/// What an ack waits for, a batch made durable, while stores catch up on a long backlog beside it, against the same journal with
/// nobody following: first one batch every five milliseconds, as a busy armoury sends them, then as many as go. By turns: nobody,
/// each store alone, both. influxd is a process beside us on the same cores, as it would be in a small station. <c>TASER_SIDES</c> names
/// fewer sides, the first of which is compared with.
/// </summary>
internal static class CatchingUp
{
    private const int Backlog = 8_000_000;
    private const int BatchesPerGroup = 8;
    private static readonly TimeSpan UnderWay = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PacedLength = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan FullLength = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(5);

    private sealed record Side(string Name, bool Duck, bool Influx)
    {
        public List<double> P50 { get; } = [];
        public List<double> P99 { get; } = [];
        public List<double> BatchesPerSecond { get; } = [];
    }

    public static async Task RunAsync()
    {
        Side[] sides = [new("nobody", false, false), new("DuckDB", true, false), new("InfluxDB", false, true), new("both", true, true)];
        var wished = Environment.GetEnvironmentVariable("TASER_SIDES")?.Split(',');
        sides = [.. sides.Where(side => wished is null || wished.Contains(side.Name, StringComparer.Ordinal))];
        using var ground = new Ground();
        using var journal = new JournalOfEvents(ground.At("data"), Backlog);
        for (var run = 0; run < Interleaved.Rounds; run++)
        {
            foreach (var side in sides)
            {
                await OneAsync(ground, journal, side);
            }
        }
        foreach (var side in sides)
        {
            Runs.Tell($"durable append, {side.Name} catching up: 50 % within", "µs", side.P50);
            var p99 = Runs.Tell($"durable append, {side.Name} catching up: 99 % within", "µs", side.P99);
            var rate = Runs.Tell($"journal as fast as it goes, {side.Name} catching up", "batches/s", side.BatchesPerSecond);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  p99 {p99 / Runs.Median(sides[0].P99):0.00} times, throughput {rate / Runs.Median(sides[0].BatchesPerSecond):P0} of {sides[0].Name} following; to hold: p99 1.5 times"
                )
            );
        }
    }

    private static async Task OneAsync(Ground ground, JournalOfEvents journal, Side side)
    {
        await using var server = side.Influx ? await Influx.StartAsync(ground) : null;
        if (server is not null)
        {
            await server.QueryAsync("CREATE DATABASE taser");
        }
        File.Delete(journal.Sources.DuckDbFile);
        File.Delete(journal.Sources.DuckDbFile + ".wal");
        var docksAreAnswered = false;
        var sources = journal.Sources with { Turns = new StoreTurns(() => Volatile.Read(ref docksAreAnswered), TimeProvider.System) };
        var settings = new TimeSeriesSettings
        {
            DuckDb = new DuckDbSettings { Enabled = side.Duck },
            Influx = new InfluxSettings { Url = server?.Url ?? "", Database = "taser" },
        };
        using var series = new TimeSeriesService(settings, sources, NullLogger<TimeSeriesService>.Instance);
        await series.StartAsync(default);
        await series.BeginAnewAsync();
        using (var running = new ManualResetEvent(false))
        {
            running.WaitOne(UnderWay); // servers started, code compiled, both at full speed: then the docks come
        }
        var before = series.States.Select(state => state.NextLeaf).ToArray();
        Volatile.Write(ref docksAreAnswered, true);
        var began = Stopwatch.GetTimestamp();
        await Task.Factory.StartNew(() => Measure(journal, side), TaskCreationOptions.LongRunning);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (var (state, at) in series.States.Zip(before))
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {side.Name}: {state.Kind} took {(long)(state.NextLeaf - at) * JournalOfEvents.EventsPerBatch / seconds:N0} events/s meanwhile and is behind by {state.LagLeaves:N0} batches"
                )
            );
        }
        await series.StopAsync(default);
    }

    private static void Measure(JournalOfEvents journal, Side side)
    {
        ThreadStanding.GoesFirst(); // as the ingest thread does
        var took = new List<double>();
        var scheduled = Scheduled();
        var clock = Stopwatch.StartNew();
        using var never = new ManualResetEvent(false); // the slim one would burn a core while it waits
        for (var batch = 0; clock.Elapsed < PacedLength; batch++)
        {
            var early = (batch * Every) - clock.Elapsed;
            if (early > TimeSpan.Zero)
            {
                never.WaitOne(early);
            }
            var began = Stopwatch.GetTimestamp();
            journal.Append(batch, 1);
            took.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        }
        took.Sort();
        side.P50.Add(took[took.Count / 2]);
        side.P99.Add(took[(int)(took.Count * 0.99)]);
        var waited = Scheduled();
        var groups = 0;
        clock.Restart();
        for (; clock.Elapsed < FullLength; groups++)
        {
            journal.Append(groups * BatchesPerGroup, BatchesPerGroup);
        }
        side.BatchesPerSecond.Add(groups * BatchesPerGroup / clock.Elapsed.TotalSeconds);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {side.Name}: {took.Count} appends, p50 {side.P50[^1]:N0}, p99 {side.P99[^1]:N0}, longest {took[^1]:N0} µs; of {took.Sum():N0} µs the thread ran {waited.Run - scheduled.Run:N0} and waited for a core {waited.Wait - scheduled.Wait:N0}; then {side.BatchesPerSecond[^1]:N0} batches/s"
            )
        );
    }

    /// <summary>µs this thread has run, and has waited for a core though it could have run.</summary>
    private static (double Run, double Wait) Scheduled()
    {
        var words = File.ReadAllText("/proc/thread-self/schedstat").Split(' ');
        return (double.Parse(words[0], CultureInfo.InvariantCulture) / 1e3, double.Parse(words[1], CultureInfo.InvariantCulture) / 1e3);
    }
}
