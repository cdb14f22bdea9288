using System.Text.Json;
using DuckDB.NET.Data;
using Microsoft.Extensions.Logging.Abstractions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Embedded;
using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>The whole way from the journal into both stores, with the real servers and the real files.</summary>
public sealed class FollowingTests : IAsyncLifetime, IDisposable
{
    private readonly Ground _ground = new();
    private TestJournal _journal = null!;
    private Influx _influx = null!;

    public async Task InitializeAsync()
    {
        _journal = new TestJournal(_ground.At("data"));
        _influx = await Influx.StartAsync(_ground);
        await _influx.QueryAsync("CREATE DATABASE taser");
    }

    public async Task DisposeAsync() => await _influx.DisposeAsync();

    public void Dispose()
    {
        _journal.Dispose();
        _ground.Dispose();
    }

    [Fact]
    public async Task Every_event_of_the_journal_is_in_both_stores_once_and_with_the_same_content()
    {
        _journal.Append("A", 200);
        using var service = Service();
        await service.StartAsync(default);
        _journal.Append("B", 100);
        await CaughtUpAsync(service);
        _journal.Append("A", 1);
        await CaughtUpAsync(service);
        await service.StopAsync(default);

        await StoresHoldTheJournalAsync();
    }

    [Fact]
    public async Task A_restart_goes_on_where_the_stores_stand()
    {
        for (var run = 0; run < 3; run++)
        {
            using var service = Service();
            await service.StartAsync(default);
            _journal.Append("A", 50);
            await CaughtUpAsync(service);
            await service.StopAsync(default);
        }

        await StoresHoldTheJournalAsync();
        Assert.Equal(_journal.NextIndex, ReadCursor());
    }

    [Fact]
    public async Task Two_events_of_one_device_in_one_second_and_across_a_cleared_log_stay_two_points()
    {
        _journal.Append("A", 10, firstStamp: 1_795_305_600);
        _journal.Append("A", 10, firstStamp: 1_795_305_600);
        _journal.Append("A", 10, firstStamp: 1_795_305_600, epoch: new Epoch(1, 77));
        using var service = Service();
        await service.StartAsync(default);
        await CaughtUpAsync(service);
        await service.StopAsync(default);

        Assert.Equal(30, await _influx.CountAsync("SELECT count(sequence) FROM ced_event", "taser"));
        await StoresHoldTheJournalAsync();
    }

    [Fact]
    public async Task Gaps_and_silence_are_points_of_their_own()
    {
        _journal.Append(new Gap(1_795_305_600_000_000_000, "A", LogKind.Event, default, 10, 15, GapState.Open, GapCause.NotDelivered));
        _journal.Append(new DockSilence(1_795_305_600_000_000_000, new Place("kent", "maidstone", "dock-1"), true, 1));
        using var service = Service();
        await service.StartAsync(default);
        await CaughtUpAsync(service);

        Assert.Equal(5, await _influx.CountAsync("SELECT last(\"count\") FROM ced_gap WHERE state = 'open' AND device = 'A'", "taser"));
        Assert.Equal(1, await _influx.CountAsync("SELECT count(leaf) FROM ced_dock WHERE state = 'silent'", "taser"));
        Assert.True(service.Embedded.TryRead(connection => Number(connection, "SELECT count(*) FROM facts"), out var facts));
        Assert.Equal(2, facts);
        await service.StopAsync(default);
    }

    [Fact]
    public async Task A_server_that_dies_and_comes_back_misses_nothing_and_the_other_store_never_waits()
    {
        using var service = Service();
        await service.StartAsync(default);
        _journal.Append("A", 100);
        await CaughtUpAsync(service);

        await _influx.KillAsync();
        for (var i = 0; i < 20; i++)
        {
            _journal.Append("B", 100);
        }
        await Eventually.TrueAsync(() => service.DuckDb!.NextLeaf == _journal.NextIndex, "the embedded store to catch up");
        await Eventually.TrueAsync(() => service.Influx!.Phase == StorePhase.Waiting, "the writer to notice");
        await _influx.StartAgainAsync();
        await CaughtUpAsync(service);
        await service.StopAsync(default);

        await StoresHoldTheJournalAsync();
    }

    [Fact]
    public async Task A_database_that_is_missing_stops_the_writer_and_all_arrives_once_it_is_made()
    {
        await _influx.QueryAsync("DROP DATABASE taser");
        _journal.Append("A", 100);
        using var service = Service();
        await service.StartAsync(default);
        await Eventually.TrueAsync(() => service.Influx!.Phase == StorePhase.Stopped, "the writer to stop");
        Assert.Contains("CREATE DATABASE", service.Influx!.Words, StringComparison.Ordinal);

        await _influx.QueryAsync("CREATE DATABASE taser");
        await CaughtUpAsync(service);
        await service.StopAsync(default);

        await StoresHoldTheJournalAsync();
    }

    [Fact]
    public async Task A_deleted_embedded_store_comes_back_from_the_journal()
    {
        _journal.Append("A", 100);
        using (var service = Service())
        {
            await service.StartAsync(default);
            await CaughtUpAsync(service);
            await service.StopAsync(default);
        }
        DuckStore.Delete(_ground.At("data", "store.duckdb"));

        using var again = Service();
        await again.StartAsync(default);
        await CaughtUpAsync(again);
        await again.StopAsync(default);

        await StoresHoldTheJournalAsync();
    }

    [Fact]
    public void A_cursor_of_another_journal_or_target_or_a_broken_one_counts_for_nothing()
    {
        var folder = _ground.At("cursors");
        var cursor = new Cursor(new RealDisk(), folder, "influx", "a", "t");
        Assert.Equal(0UL, cursor.Read());
        cursor.Write(7);
        cursor.Write(8);

        Assert.Equal(8UL, cursor.Read());
        Assert.Equal(0UL, new Cursor(new RealDisk(), folder, "influx", "b", "t").Read());
        Assert.Equal(0UL, new Cursor(new RealDisk(), folder, "influx", "a", "u").Read());
        File.WriteAllText(Path.Combine(folder, "influx.cursor"), "{\"Schema\":1,");
        Assert.Equal(0UL, cursor.Read());
    }

    private TimeSeriesService Service() =>
        new(
            new TimeSeriesSettings
            {
                Influx = new InfluxSettings
                {
                    Url = _influx.Url,
                    Database = "taser",
                    WaitSecondsMax = 1,
                },
            },
            _journal.Sources(),
            NullLogger<TimeSeriesService>.Instance
        );

    private Task CaughtUpAsync(TimeSeriesService service) =>
        Eventually.TrueAsync(() => service.States.All(state => state.NextLeaf == _journal.NextIndex), "the stores to catch up");

    private ulong ReadCursor()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(_ground.At("data", "cursors", "influx.cursor")));
        return json.RootElement.GetProperty("NextLeaf").GetUInt64();
    }

    private async Task StoresHoldTheJournalAsync()
    {
        var expected = _journal.Points();
        Assert.NotEmpty(expected);
        using var store = DuckStore.Open(_ground.At("data", "store.duckdb"), new DuckDbSettings(), TestJournal.Origin);
        using var reader = store.OpenReader();
        Assert.Equal(
            expected.Select(p => (p.Source.Device, p.Event.PointTimeNs, (long)p.Event.Sequence)).Order(),
            DuckRows(reader, "SELECT device, time_ns, sequence::BIGINT FROM events").Order()
        );
        Assert.Equal(
            expected.Select(p => (p.Source.Device, p.Event.PointTimeNs, (long)p.Event.Sequence)).Order(),
            await InfluxContent.EventsAsync(_influx, "taser")
        );
    }

    private static long Number(DuckDBConnection reader, string query)
    {
        using var command = reader.CreateCommand();
        command.CommandText = query;
        return (long)command.ExecuteScalar()!;
    }

    private static List<(string, long, long)> DuckRows(DuckDBConnection reader, string query)
    {
        using var command = reader.CreateCommand();
        command.CommandText = query;
        using var row = command.ExecuteReader();
        var rows = new List<(string, long, long)>();
        while (row.Read())
        {
            rows.Add((row.GetString(0), row.GetInt64(1), row.GetInt64(2)));
        }
        return rows;
    }
}
