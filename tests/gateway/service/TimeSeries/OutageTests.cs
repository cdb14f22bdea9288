using System.Globalization;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Embedded;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>Both sides die, at random moments, as processes do: at the end the stores hold the journal, no more and no less.</summary>
public sealed class OutageTests : IDisposable
{
    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    [Trait("Campaign", "outages")]
    public async Task Killed_again_and_again_the_gateway_and_the_server_end_with_every_point_once()
    {
        var campaign = Campaign.Is("outages");
        // Half a million points through a server that has just come back: how fast is no matter here.
        var patience = campaign ? TimeSpan.FromMinutes(15) : TimeSpan.FromSeconds(60);
        var random = new Random((int)Campaign.Seed);
        var expected = Journal(batches: campaign ? 5_000 : 1_000);
        await using var influx = await Influx.StartAsync(_ground);
        await influx.QueryAsync("CREATE DATABASE taser");

        var rounds = campaign ? 100 : 6;
        for (var round = 0; round < rounds; round++)
        {
            await using var gateway = StartGateway(influx);
            await gateway.WaitForAsync("InfluxDB");
            using var moment = new PeriodicTimer(TimeSpan.FromMilliseconds(random.Next(1, 400)));
            await moment.WaitForNextTickAsync();
            if (round % 2 == 1)
            {
                await influx.KillAsync();
                await moment.WaitForNextTickAsync();
            }
            await gateway.KillAsync();
            if (round % 2 == 1)
            {
                await influx.StartAgainAsync();
            }
        }

        await using (var last = StartGateway(influx))
        {
            await Ground.UntilAsync(
                async () => await influx.CountAsync("SELECT count(sequence) FROM ced_event", "taser") >= expected.Count,
                "all points to arrive",
                patience
            );
            await Ground.UntilAsync(
                () => Task.FromResult(last.Errors.Contains("DuckDB store follows", StringComparison.Ordinal)),
                "the embedded store",
                patience
            );
            await last.SignalAsync("TERM");
            Assert.Equal(0, await last.WaitForExitAsync());
        }

        Assert.Equal(expected, await InfluxContent.EventsAsync(influx, "taser"));
        Assert.Equal(expected.Count, DuckCount());
        await RebuildBringsItAllBackAsync(influx, expected, patience);
        Console.WriteLine(
            $"CAMPAIGN outages: gateway killed {rounds} times, server {rounds / 2} times; {expected.Count} points, each there once, and again after a rebuild"
        );
    }

    private async Task RebuildBringsItAllBackAsync(Influx influx, List<(string, long, long)> expected, TimeSpan patience)
    {
        await influx.QueryAsync("DROP SERIES FROM ced_event", "taser");
        await File.WriteAllTextAsync(_ground.At("data", "store.duckdb"), "not a database");
        await using var rebuild = StartGateway(influx, "rebuild", "--json");
        Assert.Equal(0, await rebuild.WaitForExitAsync(patience));
        using var report = System.Text.Json.JsonDocument.Parse(rebuild.Output);
        Assert.Equal(2, report.RootElement.GetProperty("stores").GetArrayLength());
        Assert.Equal(expected, await InfluxContent.EventsAsync(influx, "taser"));
        Assert.Equal(expected.Count, DuckCount());
    }

    [Fact]
    public async Task A_server_whose_disk_is_full_gets_the_same_points_again_until_there_is_room()
    {
        var disk = _ground.At("disk");
        Directory.CreateDirectory(disk);
        await using var influx = await Influx.StartOnSmallDiskAsync(disk, mebibytes: 24);
        await influx.QueryAsync("CREATE DATABASE taser");
        influx.FillDisk();
        using var journal = new TestJournal(_ground.At("data"));
        for (var i = 0; i < 20; i++)
        {
            journal.Append("A", 200);
        }
        var settings = new TimeSeriesSettings
        {
            DuckDb = new DuckDbSettings { Enabled = false },
            Influx = new InfluxSettings
            {
                Url = influx.Url,
                Database = "taser",
                WaitSecondsMax = 1,
            },
        };
        using var service = new TimeSeriesService(
            settings,
            journal.Sources(),
            Microsoft.Extensions.Logging.Abstractions.NullLogger<TimeSeriesService>.Instance
        );
        await service.StartAsync(default);
        await Eventually.TrueAsync(() => service.Influx!.Phase == StorePhase.Waiting, "the writer to meet the full disk");
        Assert.True(service.Influx!.NextLeaf < journal.NextIndex);

        influx.FreeDisk();
        await Eventually.TrueAsync(() => service.Influx!.NextLeaf == journal.NextIndex, "the writer to catch up");
        await service.StopAsync(default);

        Assert.Equal(0, service.Influx!.PointsRefused);
        Assert.Equal(
            journal.Points().Select(p => (p.Source.Device, p.Event.PointTimeNs, (long)p.Event.Sequence)).Order(),
            await InfluxContent.EventsAsync(influx, "taser")
        );
    }

    /// <summary>A ledger as a gateway leaves it, and what its stores must come to hold.</summary>
    private List<(string, long, long)> Journal(int batches)
    {
        using (var ledger = TamperEvidentLog.Open(new LogOptions(LogPlace.Ledger(_ground.At("data")), _ground.At("keys"))))
        using (var frames = new TestJournal(_ground.At("frames")))
        {
            for (var i = 0; i < batches; i++)
            {
                var device = string.Create(CultureInfo.InvariantCulture, $"D{i % 7}");
                Assert.Equal(
                    AppendStatus.Durable,
                    ledger.Append([frames.Batch(device, 100, 1_795_305_600 + i, 1_795_400_000_000_000_000)]).Status
                );
            }
            ledger.TrySign(TimeProvider.System.GetUtcNow(), stopping: true);
        }
        using var reader = new Gateway.TimeSeries.Following.SeriesReader(Evidence.Reading.EvidenceReader.Open(_ground.At("data")));
        return [.. TestJournal.Points(reader).Select(p => (p.Source.Device, p.Event.PointTimeNs, (long)p.Event.Sequence)).Order()];
    }

    private RealProcess StartGateway(Influx influx, params string[] verb) =>
        RealProcess.Start(
            RealProcess.PathOfOurs("taser-gateway"),
            _ground.Folder,
            new Dictionary<string, string>
            {
                ["TASER__TimeSeries__Influx__Url"] = influx.Url,
                ["TASER__TimeSeries__Influx__Database"] = "taser",
                ["TASER__TimeSeries__Influx__BatchLinesMax"] = "500",
                ["TASER__TimeSeries__Influx__WaitSecondsMax"] = "1",
                ["TASER__Mqtt__Listen"] = "127.0.0.1:0",
                ["TASER__Http__Listen"] = "127.0.0.1:0",
            },
            [.. verb.Length > 0 ? verb : ["run"], "--data", _ground.At("data"), "--keys", _ground.At("keys")]
        );

    private long DuckCount()
    {
        var origin = File.ReadLines(_ground.At("data", "ledger", "checkpoint")).First();
        using var store = DuckStore.Open(_ground.At("data", "store.duckdb"), new DuckDbSettings(), origin);
        Assert.Equal("", store.RebuiltBecause);
        using var reader = store.OpenReader();
        using var command = reader.CreateCommand();
        command.CommandText = "SELECT count(*) FROM (SELECT DISTINCT device, time_ns, sequence FROM events)";
        return (long)command.ExecuteScalar()!;
    }
}
