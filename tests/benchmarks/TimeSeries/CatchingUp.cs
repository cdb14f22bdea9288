using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Benchmarks.TimeSeries;

/// <summary>
/// What an ack waits for, a batch made durable, while both stores catch up on a long backlog beside it, against the same journal with
/// nobody following. One batch every five milliseconds, as a busy armoury sends them.
/// </summary>
internal static class CatchingUp
{
    private const int Backlog = 2_000_000;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(5);

    public static async Task RunAsync()
    {
        List<double> alone = [],
            beside = [];
        for (var run = 0; run < Runs.Count; run++)
        {
            using var ground = new Ground();
            using var journal = new JournalOfEvents(ground.At("data"), Backlog);
            alone.Add(await MeasureAsync(journal));
            await using var server = await Influx.StartAsync(ground);
            await server.QueryAsync("CREATE DATABASE taser");
            var settings = new TimeSeriesSettings
            {
                Influx = new InfluxSettings { Url = server.Url, Database = "taser" },
            };
            using var series = new TimeSeriesService(settings, journal.Sources, NullLogger<TimeSeriesService>.Instance);
            await series.StartAsync(default);
            beside.Add(await MeasureAsync(journal));
            var behind = string.Join(", ", series.States.Select(state => $"{state.Name.Split(' ')[0]} {state.LagLeaves}"));
            Console.WriteLine($"  after the run still behind by, in journal records: {behind}");
            await series.StopAsync(default);
        }
        var mine = Runs.Tell("durable append, 99 % within, both stores catching up", "µs", beside);
        var baseline = Runs.Tell("durable append, 99 % within, nobody following", "µs", alone);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  ratio {mine / baseline:0.00}; to hold: 1.5"));
    }

    private static async Task<double> MeasureAsync(JournalOfEvents journal)
    {
        var took = new List<double>();
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Every);
        for (var batch = 0; clock.Elapsed < Length && await timer.WaitForNextTickAsync(); batch++)
        {
            var began = Stopwatch.GetTimestamp();
            journal.Append(batch);
            took.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        }
        took.Sort();
        return took[(int)(took.Count * 0.99)];
    }
}
