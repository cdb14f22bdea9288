using DuckDB.NET.Data;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Embedded;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

public sealed class DuckStoreTests : IDisposable
{
    private readonly Ground _folder = new();

    private string File => _folder.At("store.duckdb");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Events_and_the_position_reached_become_visible_together()
    {
        using var store = Open();
        using var reader = store.OpenReader();
        await store.AcceptAsync(Sample.Source(leaf: 0), Events(0, 10), default);
        Assert.Equal(0, Number(reader, "SELECT count(*) FROM events"));
        Assert.Equal(0UL, store.NextLeaf);

        await CommitAsync(store, 1);

        Assert.Equal(10, Number(reader, "SELECT count(*) FROM events"));
        Assert.Equal(1, Number(reader, "SELECT next_leaf::BIGINT FROM store"));
        Assert.Equal(1UL, store.NextLeaf);
    }

    [Fact]
    public async Task What_was_not_committed_before_a_stop_is_asked_for_again()
    {
        using (var store = Open())
        {
            await store.AcceptAsync(Sample.Source(leaf: 0), Events(0, 10), default);
            await CommitAsync(store, 1);
            await store.AcceptAsync(Sample.Source(leaf: 1), Events(10, 10), default);
        }

        using var again = Open();
        using var reader = again.OpenReader();

        Assert.Equal("", again.RebuiltBecause);
        Assert.Equal(1UL, again.NextLeaf);
        Assert.Equal(10, Number(reader, "SELECT count(*) FROM events"));
    }

    [Fact]
    public async Task A_transaction_is_closed_by_itself_when_it_is_full()
    {
        using var store = Open();
        for (ulong leaf = 0; leaf < 17; leaf++)
        {
            await store.AcceptAsync(Sample.Source(leaf: leaf), Events(leaf * 4_096, 4_096), default);
            await store.ReachedAsync(leaf + 1, default);
        }

        Assert.Equal(16UL, store.NextLeaf);
    }

    [Fact]
    public async Task Absent_values_are_null_and_large_ones_are_whole()
    {
        using var store = Open();
        var bare = new EventRecord(
            EventRecord.StampAbsent,
            0,
            (EventCode)777,
            EventFlags.None,
            0,
            0,
            0,
            EventRecord.TemperatureAbsent,
            EventRecord.ByteAbsent,
            EventRecord.ByteAbsent,
            ulong.MaxValue
        );
        await store.AcceptAsync(
            Sample.Source() with
            {
                Model = "",
                ClockQuality = "none",
                Epoch = new Epoch(3, ulong.MaxValue),
            },
            new[] { new SeriesEvent(ulong.MaxValue, 1, false, bare) },
            default
        );
        await CommitAsync(store, 8);

        using var reader = store.OpenReader();
        using var command = reader.CreateCommand();
        command.CommandText =
            "SELECT stamp, temperature_deci_c, battery_percent, bay, model, clock_offset_ns, event, code, sequence, incarnation, argument FROM events";
        using var row = command.ExecuteReader();
        Assert.True(row.Read());
        Assert.All(Enumerable.Range(0, 6), column => Assert.True(row.IsDBNull(column)));
        Assert.Equal("other", row.GetString(6));
        Assert.Equal((ushort)777, row.GetFieldValue<ushort>(7));
        Assert.All(Enumerable.Range(8, 3), column => Assert.Equal(ulong.MaxValue, row.GetFieldValue<ulong>(column)));
    }

    [Fact]
    public async Task Activations_less_than_ten_minutes_apart_are_one_incident()
    {
        using var store = Open();
        await store.AcceptAsync(
            Sample.Source(leaf: 0),
            new[]
            {
                At(0, 0, EventCode.Trigger, 5_000),
                At(1, 30, EventCode.Safe, 0),
                At(2, 600, EventCode.Reenergise, 7_000),
                At(3, 607 + 600, EventCode.Arc, 1_000),
                At(4, 1_208 + 601, EventCode.Arc, 500),
            },
            default
        );
        await store.AcceptAsync(Sample.Source("OTHER", leaf: 1), new[] { At(0, 2, EventCode.Trigger, 5_000) }, default);
        await CommitAsync(store, 2);

        using var reader = store.OpenReader();
        Assert.Equal(5, Number(reader, "SELECT count(*) FROM activations"));
        Assert.Equal(
            [("OTHER", 1L, 5_000L), ("X30001234", 1L, 500L), ("X30001234", 3L, 13_000L)],
            Rows(reader, "SELECT device, activations, activation_ms FROM incidents ORDER BY 1, 2")
        );
        Assert.Equal(
            [("OTHER", 1L, 5_000L), ("X30001234", 4L, 13_500L)],
            Rows(reader, "SELECT device, activations, activation_ms FROM daily ORDER BY 1")
        );
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("cut")]
    [InlineData("overwritten")]
    [InlineData("of another journal")]
    public async Task A_file_that_cannot_be_used_is_begun_anew_and_says_why(string how)
    {
        using (var store = Open())
        {
            await store.AcceptAsync(Sample.Source(leaf: 0), Events(0, 5_000), default);
            await CommitAsync(store, 1);
        }
        switch (how)
        {
            case "deleted":
                DuckStore.Delete(File);
                break;
            case "cut":
                using (var file = System.IO.File.OpenWrite(File))
                {
                    file.SetLength(5_000);
                }
                break;
            case "overwritten":
                System.IO.File.WriteAllBytes(File, [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i % 251))]);
                break;
        }

        using var again = DuckStore.Open(File, new DuckDbSettings(), how == "of another journal" ? "b" : "a");

        Assert.NotEqual("", again.RebuiltBecause);
        Assert.Equal(0UL, again.NextLeaf);
        using var reader = again.OpenReader();
        Assert.Equal(0, Number(reader, "SELECT count(*) FROM events"));
    }

    [Fact]
    public void Its_limits_are_set_and_cannot_be_changed_by_a_reader()
    {
        using var store = Open();
        using var reader = store.OpenReader();

        Assert.Equal(1, Number(reader, "SELECT current_setting('threads')::BIGINT"));
        Assert.Equal("96.0 MiB", Text(reader, "SELECT current_setting('memory_limit')"));
        Assert.Equal("1.0 GiB", Text(reader, "SELECT current_setting('max_temp_directory_size')"));
        Assert.Equal("false", Text(reader, "SELECT current_setting('autoinstall_known_extensions')::VARCHAR"));
        Assert.Equal("false", Text(reader, "SELECT current_setting('autoload_known_extensions')::VARCHAR"));
        Assert.ThrowsAny<DuckDBException>(() => Text(reader, "SET memory_limit = '10GiB'"));
    }

    [Fact]
    public async Task Readers_see_whole_transactions_while_the_writer_writes()
    {
        using var store = Open();
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            using var reader = store.OpenReader();
            long seen = 0;
            while (!stop.IsCancellationRequested)
            {
                var now = Number(reader, "SELECT count(*) FROM events");
                Assert.Equal(0, now % 100);
                Assert.True(now >= seen);
                seen = now;
            }
        });
        for (ulong leaf = 0; leaf < 100; leaf++)
        {
            await store.AcceptAsync(Sample.Source(leaf: leaf), Events(leaf * 100, 100), default);
            await CommitAsync(store, leaf + 1);
        }
        await stop.CancelAsync();
        await reading;
    }

    [Fact]
    public async Task Parquet_files_hold_the_same_rows()
    {
        using var store = Open();
        await store.AcceptAsync(Sample.Source(leaf: 0), Events(0, 1_000), default);
        await store.AcceptAsync(
            new SeriesFact
            {
                LeafIndex = 1,
                AtNs = 5,
                Kind = FactKind.Gap,
                State = "open",
                First = 3,
                Count = 4,
            },
            default
        );
        await CommitAsync(store, 2);
        using var reader = store.OpenReader();

        var files = ParquetExport.Write(reader, _folder.At("ex'port"));

        Assert.Equal(ParquetExport.Tables.Count, files.Count);
        foreach (var (table, file) in ParquetExport.Tables.Zip(files))
        {
            var quoted = file.Replace("'", "''", StringComparison.Ordinal);
            Assert.Equal(Number(reader, $"SELECT count(*) FROM {table}"), Number(reader, $"SELECT count(*) FROM read_parquet('{quoted}')"));
            Assert.Equal(0, Number(reader, $"SELECT count(*) FROM (SELECT * FROM {table} EXCEPT SELECT * FROM read_parquet('{quoted}'))"));
        }
    }

    private static async Task CommitAsync(DuckStore store, ulong nextLeaf)
    {
        await store.ReachedAsync(nextLeaf, default);
        await store.FlushAsync(default);
    }

    private DuckStore Open() => DuckStore.Open(File, new DuckDbSettings(), "a");

    private static SeriesEvent[] Events(ulong first, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Sample.Event(first + (ulong)i, i % 2 == 0 ? EventCode.Trigger : EventCode.Safe))];

    private static SeriesEvent At(ulong sequence, int second, EventCode code, uint durationMs) =>
        new(sequence, Sample.Midnight + (second * 1_000_000_000L) + (long)sequence, true, Sample.Record(code, durationMs));

    private static long Number(DuckDBConnection reader, string query) => long.Parse(Text(reader, query));

    private static string Text(DuckDBConnection reader, string query)
    {
        using var command = reader.CreateCommand();
        command.CommandText = query;
        return command.ExecuteScalar()!.ToString()!;
    }

    private static List<(string, long, long)> Rows(DuckDBConnection reader, string query)
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
