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
    public async Task An_older_position_after_a_power_cut_repeats_points_and_changes_nothing()
    {
        await RunOnceAsync(() => _journal.Append("A", 200), () => _journal.Append("B", 50));
        foreach (var file in Directory.GetFiles(_ground.At("data", "cursors")))
        {
            File.Delete(file);
        }

        await RunOnceAsync(() => _journal.Append("A", 10));

        await StoresHoldTheJournalAsync();
    }

    [Fact]
    public async Task Points_that_vanished_from_the_server_are_found_by_the_count_shown_by_device_and_day_and_sent_again()
    {
        _journal.Append("A", 200);
        _journal.Append("B", 100);
        using var service = Service();
        await service.StartAsync(default);
        await CaughtUpAsync(service);
        await _influx.QueryAsync("DROP SERIES FROM ced_event WHERE device = 'A' AND event = 'trigger'", "taser");

        var before = (await service.CountAsync(default)).Single(report => report.Store.StartsWith("InfluxDB", StringComparison.Ordinal));
        var after = await service.CountAsync(default);
        await service.StopAsync(default);

        var found = Assert.Single(before.First);
        Assert.Equal(("A", "2026-11-22", 200L, 133L), (found.Device, found.Day, found.InJournal, found.InStore));
        Assert.Equal((2, 300), (before.DeviceDays, before.Points));
        Assert.All(after, report => Assert.Equal((0, true), (report.Different, report.Answered)));
        await StoresHoldTheJournalAsync();
    }

    [Fact]
    public async Task A_database_that_was_dropped_and_made_anew_behind_our_back_is_filled_again_by_the_count()
    {
        _journal.Append("A", 200);
        using var service = Service();
        await service.StartAsync(default);
        await CaughtUpAsync(service);
        await _influx.QueryAsync("DROP DATABASE taser");
        await _influx.QueryAsync("CREATE DATABASE taser");
        _journal.Append("B", 10);
        await CaughtUpAsync(service);

        await service.CountAsync(default);
        await service.StopAsync(default);

        await StoresHoldTheJournalAsync();
    }

    [Fact]
    public async Task A_database_that_is_made_anew_while_the_writer_stands_stopped_is_filled_again_without_being_asked()
    {
        _journal.Append("A", 200);
        using var service = Service();
        await service.StartAsync(default);
        await CaughtUpAsync(service);
        await _influx.QueryAsync("DROP DATABASE taser");
        _journal.Append("B", 10);
        await Eventually.TrueAsync(() => service.Influx!.Phase == StorePhase.Stopped, "the writer to stop");

        await _influx.QueryAsync("CREATE DATABASE taser");
        await Ground.UntilAsync(
            async () => await _influx.CountAsync("SELECT count(sequence) FROM ced_event", "taser") == 210,
            "all points to come back"
        );
        await service.StopAsync(default);

        await StoresHoldTheJournalAsync();
    }

    [Fact]
    public async Task Points_refused_for_a_foreign_field_type_arrive_once_the_foreign_measurement_is_gone()
    {
        await DeliverForeignAsync("ced_event,event=trigger sequence=\"text\" 1795305600000000000\n");
        _journal.Append("A", 50);
        using var service = Service();
        await service.StartAsync(default);
        await CaughtUpAsync(service);
        Assert.Equal(50, service.Influx!.PointsRefused);
        await _influx.QueryAsync("DROP MEASUREMENT ced_event", "taser");

        await service.CountAsync(default);
        await service.StopAsync(default);

        await StoresHoldTheJournalAsync();
        Assert.Equal(50, (await File.ReadAllLinesAsync(_ground.At("data", "refused", "influx.jsonl"))).Length);
    }

    [Fact]
    public async Task Points_older_than_the_retention_arrive_once_it_is_lengthened()
    {
        await _influx.QueryAsync("ALTER RETENTION POLICY autogen ON taser DURATION 24h SHARD DURATION 1h");
        _journal.Append("A", 50, firstStamp: 1_600_000_000);
        using var service = Service();
        await service.StartAsync(default);
        await CaughtUpAsync(service);
        Assert.Equal(50, service.Influx!.PointsRefused);
        await service.CountAsync(default);
        Assert.Equal(50, (await File.ReadAllLinesAsync(_ground.At("data", "refused", "influx.jsonl"))).Length);
        await _influx.QueryAsync("ALTER RETENTION POLICY autogen ON taser DURATION 0s SHARD DURATION 168h");

        await service.CountAsync(default);
        await service.StopAsync(default);

        await StoresHoldTheJournalAsync();
    }

    [Fact]
    public async Task A_wish_to_begin_anew_fills_both_stores_from_the_first_record_while_the_gateway_runs()
    {
        _journal.Append("A", 100);
        using var service = Service();
        await service.StartAsync(default);
        await CaughtUpAsync(service);
        await _influx.QueryAsync("DROP SERIES FROM ced_event", "taser");

        await service.BeginAnewAsync();
        await CaughtUpAsync(service);
        await service.StopAsync(default);

        await StoresHoldTheJournalAsync();
    }

    [Fact]
    public async Task A_rebuild_of_a_stopped_gateway_fills_both_stores_from_the_first_record()
    {
        await RunOnceAsync(() => _journal.Append("A", 100));
        await _influx.QueryAsync("DROP SERIES FROM ced_event", "taser");
        await File.WriteAllTextAsync(_ground.At("data", "store.duckdb"), "not a database");
        var told = new List<string>();

        await TimeSeriesRebuild.RunAsync(Settings(), _journal.Sources(), state => told.Add(state.Name), NullLogger.Instance, default);

        Assert.Equal(2, told.Count);
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

    private TimeSeriesSettings Settings() =>
        new()
        {
            Influx = new InfluxSettings
            {
                Url = _influx.Url,
                Database = "taser",
                WaitSecondsMax = 1,
            },
        };

    private TimeSeriesService Service() => new(Settings(), _journal.Sources(), NullLogger<TimeSeriesService>.Instance);

    private async Task RunOnceAsync(params Action[] append)
    {
        using var service = Service();
        await service.StartAsync(default);
        foreach (var one in append)
        {
            one();
        }
        await CaughtUpAsync(service);
        await service.StopAsync(default);
    }

    private async Task DeliverForeignAsync(string line)
    {
        using var http = new HttpClient();
        using var content = new StringContent(line);
        using var answer = await http.PostAsync($"{_influx.Url}/write?db=taser", content);
        answer.EnsureSuccessStatusCode();
    }

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
