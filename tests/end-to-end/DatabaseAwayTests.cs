using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>
/// The database is away for an hour, of which the pauses are left out: forty docks send what they would send in it, a batch each minute, one straight
/// after the other. The campaign has full batches and a working day.
/// </summary>
public sealed partial class DatabaseAwayTests
{
    private const int Docks = 40;
    private static readonly (int Minutes, int RecordsPerBatch) Sent = Campaign.Is("outages") ? (480, 200) : (60, 50);

    // The figure of a gateway without the embedded store, in KiB of RssAnon.
    private const long AnonymousKibMax = 120 * 1_024;

    [Fact]
    [Trait("Campaign", "outages")]
    public async Task An_hour_without_the_database_is_held_in_no_more_memory_and_arrives_once_when_it_is_back()
    {
        var (minutes, recordsPerBatch) = Sent;
        using var ground = new Ground();
        await using var broker = await Mosquitto.StartAsync(ground);
        await using var influx = await Influx.StartAsync(ground);
        await influx.QueryAsync("CREATE DATABASE taser");
        await influx.KillAsync();
        await using var gateway = await Gateway.StartAsync(ground, await ConfigureAsync(ground, broker.Port, influx.Url));

        await using var load = RealProcess.StartOurs(
            "taser-sim",
            ground.Folder,
            [
                "load",
                "--mqtt",
                $"mqtt://127.0.0.1:{broker.Port}",
                "--docks",
                $"{Docks}",
                "--messages",
                $"{minutes}",
                "--batch",
                $"{recordsPerBatch}",
                "--duration",
                "300",
                "--json",
            ]
        );
        var highest = 0L;
        await Ground.UntilAsync(
            () =>
            {
                highest = Math.Max(highest, AnonymousKib(gateway.Process.Id));
                return Task.FromResult(load.HasExited);
            },
            "every dock to have its acks while the database is away",
            TimeSpan.FromMinutes(3)
        );
        Assert.Equal(0, await load.WaitForExitAsync());
        var store = (await gateway.HealthAsync()).GetProperty("stores").EnumerateArray().Single();
        Assert.InRange(
            (await gateway.HealthAsync()).GetProperty("durableRecords").GetUInt64() - store.GetProperty("nextRecord").GetUInt64(),
            (ulong)(Docks * minutes),
            ulong.MaxValue
        );
        Assert.InRange(highest, 1, AnonymousKibMax);

        await influx.StartAgainAsync();
        await gateway.StoresCaughtUpAsync(TimeSpan.FromMinutes(5));
        for (var dock = 1; dock <= Docks; dock++)
        {
            var of = string.Create(CultureInfo.InvariantCulture, $"FROM ced_event WHERE device = 'L00-{dock:D6}'");
            Assert.Equal(minutes * recordsPerBatch, await influx.CountAsync($"SELECT count(sequence) {of}", "taser"));
            Assert.Equal(minutes * recordsPerBatch, await influx.CountAsync($"SELECT count(distinct(sequence)) {of}", "taser"));
        }
        Assert.Equal((long)Docks * minutes * recordsPerBatch, await influx.CountAsync("SELECT count(sequence) FROM ced_event", "taser"));
        await gateway.StopAsync();
        Console.WriteLine(
            $"CAMPAIGN outages: {Docks * minutes * recordsPerBatch} events of {Docks} docks and {minutes} minutes came while the database was away, at most {highest >> 10} MiB RssAnon; each is there once"
        );
    }

    /// <summary>Memory that no file stands behind.</summary>
    private static long AnonymousKib(int process) =>
        long.Parse(RssAnon().Match(File.ReadAllText($"/proc/{process}/status")).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"RssAnon:\s+(\d+) kB")]
    private static partial Regex RssAnon();

    private static async Task<string> ConfigureAsync(Ground ground, int brokerPort, string influx)
    {
        var numbers = Enumerable.Range(1, Docks).ToList();
        var settings = new
        {
            data = ground.At("data"),
            keys = ground.At("keys"),
            http = new { listen = "127.0.0.1:0" },
            mqtt = new { broker = string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{brokerPort}") },
            timeSeries = new
            {
                duckDb = new { enabled = false },
                influx = new
                {
                    url = influx,
                    database = "taser",
                    waitSecondsMax = 2,
                },
            },
            docks = numbers.Select(n => new
            {
                name = $"load-{n:D4}",
                force = "county",
                armoury = "load",
            }),
            devices = numbers.Select(n => new
            {
                serial = $"L00-{n:D6}",
                model = "X2",
                force = "county",
            }),
        };
        var file = ground.At("gateway.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings));
        return file;
    }
}
