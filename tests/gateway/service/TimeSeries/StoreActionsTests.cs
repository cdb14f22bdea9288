using System.Net;
using DuckDB.NET.Data;
using Microsoft.Extensions.DependencyInjection;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.CommandLine;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Tests.Access;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Gateway.TimeSeries;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>What operators and auditors ask of the stores, and of a second judgement, as they ask it.</summary>
public sealed class StoreActionsTests : IDisposable
{
    private const int Events = 3;
    private readonly string _folder = Directory.CreateTempSubdirectory("taser-stores-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_auditor_gets_the_store_as_Parquet_over_http_after_the_access_log_has_it()
    {
        await using var gateway = await FilledAsync();
        using var http = new HttpClient { BaseAddress = new Uri(gateway.Http) };
        var bytes = await http.GetByteArrayAsync(new Uri("/api/export/events.parquet", UriKind.Relative));
        var file = Path.Combine(_folder, "got.parquet");
        await File.WriteAllBytesAsync(file, bytes);
        Assert.Equal(Events, RowsOf(file));
        Assert.Equal(AuditVerb.Export, AccessLogTests.Reads(gateway.Folder).Single().Verb);
        using var unknown = await http.GetAsync(new Uri("/api/export/store.parquet", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains("activations", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_export_verb_writes_every_table_of_a_running_and_of_a_stopped_gateway_and_the_access_log_has_both()
    {
        var running = Path.Combine(_folder, "running");
        await using (var gateway = await FilledAsync())
        {
            var answer = await AskAsync(gateway, StoreActions.Export, new() { ["out"] = running });
            Assert.True(answer.Done, string.Join('\n', answer.Lines));
            Assert.False((await AskAsync(gateway, StoreActions.Export, [])).Done);
            Assert.Single(AccessLogTests.Reads(_folder));
        }
        var stopped = Path.Combine(_folder, "stopped");
        File.Delete(Path.Combine(_folder, "data", "store.duckdb"));
        Assert.Equal(Cli.Done, await VerbAsync("stores", "export", "--out", stopped));
        Assert.Equal(2, AccessLogTests.Reads(_folder).Count);
        foreach (var folder in new[] { running, stopped })
        {
            Assert.Equal(
                ["activations.parquet", "daily.parquet", "events.parquet", "facts.parquet", "incidents.parquet", "pulses.parquet"],
                Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            );
            Assert.Equal(Events, RowsOf(Path.Combine(folder, "events.parquet")));
        }
    }

    [Fact]
    public async Task A_count_on_request_says_what_it_counted_and_a_stopped_gateway_says_what_to_do_instead()
    {
        await using (var gateway = await FilledAsync())
        {
            var answer = await AskAsync(gateway, StoreActions.Count, []);
            Assert.True(answer.Done);
            Assert.Contains($"{Events} points on 1 device-days", Assert.Single(answer.Lines), StringComparison.Ordinal);
            Assert.Contains("0 device-days differed", answer.Lines[0], StringComparison.Ordinal);
        }
        Assert.Equal(Cli.Fatal, await VerbAsync("stores", "count"));
    }

    [Fact]
    public async Task Rows_that_were_taken_from_the_store_are_found_by_a_count_on_request_and_come_back()
    {
        await using var gateway = await FilledAsync();
        var series = Series(gateway);
        Assert.True(series.Embedded.TryRead(store => Execute(store, "DELETE FROM event_rows WHERE sequence = 1"), out _));
        var answer = await AskAsync(gateway, StoreActions.Count, []);
        Assert.Contains("1 device-days differed", answer.Lines[0], StringComparison.Ordinal);
        Assert.Contains($"{Events} in the journal, {Events - 1} in the store", answer.Lines[1], StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Stored(series) == Events, "the store to be filled anew");
    }

    [Fact]
    public async Task Asked_to_begin_anew_a_running_gateway_fills_its_store_again_and_the_ledger_says_who_asked()
    {
        await using var gateway = await FilledAsync();
        var series = Series(gateway);
        Assert.True(series.Embedded.TryRead(store => Execute(store, "DELETE FROM event_rows"), out _));
        Assert.True((await AskAsync(gateway, StoreActions.BeginAnew, [])).Done);
        await Eventually.TrueAsync(() => Stored(series) == Events, "the store to be filled anew");
        var asked = gateway.Leaves<OperatorAction>().Single();
        Assert.Equal((OperatorDoing.Rebuilt, false), (asked.Doing, asked.By.IsGateway));
    }

    [Fact]
    public async Task A_rebuild_that_judges_again_appends_new_verdicts_once_and_changes_no_old_one()
    {
        var stranger = RunningGateway.Dock with { Dock = "dock-7" };
        await using (var gateway = await FilledAsync())
        {
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, stranger);
            await dock.OpenAsync();
            await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 100, 5));
            var enrol = new Dictionary<string, string>
            {
                ["name"] = "dock-7",
                ["force"] = stranger.Force,
                ["armoury"] = stranger.Armoury,
            };
            Assert.True((await AskAsync(gateway, ControlActions.EnrolDock, enrol)).Done);
        }
        var before = RunningGateway.LeavesIn(_folder);
        Assert.Equal(Cli.Done, await VerbAsync("rebuild", "--rejudge"));
        var after = RunningGateway.LeavesIn(_folder);
        Assert.Equal(before.Select(leaf => leaf.Leaf), after.Take(before.Count).Select(leaf => leaf.Leaf));
        var verdict = Assert.Single(after.Select(leaf => leaf.Leaf).OfType<Rejudgement>());
        Assert.Equal(LeafVerdict.Stored, verdict.Verdict);
        Assert.IsType<Quarantined>(after[(int)verdict.Target.Index].Leaf);
        Assert.Equal(2, after.Count(leaf => leaf.Leaf is StoredBatch));

        Assert.Equal(Cli.Done, await VerbAsync("rebuild", "--rejudge"));
        var again = RunningGateway.LeavesIn(_folder);
        Assert.Single(again.Select(leaf => leaf.Leaf).OfType<Rejudgement>());
        Assert.Single(again.Select(leaf => leaf.Leaf).OfType<Quarantined>());
    }

    private async Task<RunningGateway> FilledAsync()
    {
        var gateway = await RunningGateway.StartAsync(folder: _folder);
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 0, Events));
        await Eventually.TrueAsync(() => Stored(Series(gateway)) == Events, "the store to follow");
        return gateway;
    }

    private static TimeSeriesService Series(RunningGateway gateway) => gateway.Services.GetRequiredService<StoresService>().Series;

    private static long Stored(TimeSeriesService series) =>
        series.Embedded.TryRead(store => Scalar(store, "SELECT count(*) FROM events"), out var rows) ? rows : -1;

    private static long RowsOf(string parquet)
    {
        using var memory = new DuckDBConnection("DataSource=:memory:");
        memory.Open();
        return Scalar(memory, $"SELECT count(*) FROM read_parquet('{parquet}')");
    }

    private static long Scalar(DuckDBConnection connection, string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        return (long)command.ExecuteScalar()!;
    }

    private static int Execute(DuckDBConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        return command.ExecuteNonQuery();
    }

    private static Task<ControlAnswer> AskAsync(RunningGateway gateway, string verb, Dictionary<string, string> arguments) =>
        AccessLogTests.AskAsync(gateway, verb, arguments);

    private Task<int> VerbAsync(params string[] verb)
    {
        var root = new System.CommandLine.RootCommand("test") { StoresVerb.Create(), RebuildVerb.Create() };
        string[] place = ["--data", Path.Combine(_folder, "data"), "--keys", Path.Combine(_folder, "keys"), "--by", "an auditor"];
        return Cli.InvokeAsync(root, [.. verb, .. place]);
    }
}
