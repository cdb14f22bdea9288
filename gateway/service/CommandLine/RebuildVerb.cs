using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Records;
using TaserTelemetry.Gateway.TimeSeries;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>
/// taser-gateway rebuild: throws away the derived stores and fills them from the journal, while the gateway is stopped. 0 done, 1 fatal,
/// 2 usage, 6 in use. It takes as long as a server is away: whoever does not want to wait interrupts it, and the gateway goes on.
/// </summary>
internal static class RebuildVerb
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var by = new Option<string?>("--by") { Description = "Who asks; kept in DATA/records, the ledger holds a random id." };
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output and nothing else." };
        var rejudge = new Option<bool>("--rejudge")
        {
            Description = "First judge every frame again with this version's parser; new verdicts are appended, none is changed.",
        };
        var options = new SettingsOptions();
        var command = new Command("rebuild", "Fills the derived stores anew from the journal; the gateway must be stopped.")
        {
            by,
            json,
            rejudge,
        };
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancel) =>
                options.Read(parsed) is { } settings
                    ? await RunAsync(settings, parsed.GetValue(by), parsed.GetValue(json), parsed.GetValue(rejudge), cancel)
                    : Cli.Usage
        );
        return command;
    }

    private static async Task<int> RunAsync(GatewaySettings settings, string? by, bool json, bool rejudge, CancellationToken cancel)
    {
        var clock = TimeProvider.System;
        using var journal = OpenJournal.Open(settings);
        journal.AppendStart(settings, UnixTime.NowNs(clock));
        using (var actors = new ActorBook(settings.Data))
        {
            var asked = new OperatorAction(
                UnixTime.NowNs(clock),
                actors.Asked(by, OsAccount.Own(), "rebuild", UnixTime.NowNs(clock)),
                OperatorDoing.Rebuilt,
                journal.Ledger.NextIndex,
                default
            );
            journal.Group.AddOwn(asked);
            journal.Commit();
            if (rejudge)
            {
                await RejudgeAsync(journal, asked.By, clock);
            }
        }
        var filled = await FillAsync(settings, journal, clock, cancel);
        journal.AppendStop(clock);
        Tell(filled, json);
        return Cli.Done;
    }

    private static async Task RejudgeAsync(OpenJournal journal, ActorId by, TimeProvider clock)
    {
        journal.RememberOlder();
        var again = new Rejudging(journal, by, UnixTime.NowNs(clock));
        again.All(() =>
        {
            journal.Commit();
            journal.Known.GroupIsDurable();
        });
        journal.Group.AddOwn(
            new OperatorAction(UnixTime.NowNs(clock), by, OperatorDoing.Rejudged, (ulong)(again.Stored + again.Changed), default)
        );
        journal.Commit();
        await Console.Error.WriteLineAsync(
            $"{again.Judged} records judged again: {again.Stored} kept aside can be stored now, {again.Changed} stored get another verdict."
        );
    }

    private static async Task<List<RebuiltStore>> FillAsync(
        GatewaySettings settings,
        OpenJournal journal,
        TimeProvider clock,
        CancellationToken cancel
    )
    {
        var ledger = journal.Ledger;
        var sources = new TimeSeriesSources(
            settings.Data,
            ledger.Key.Name,
            ledger.OpenReader,
            (_, _) => ValueTask.FromResult(ledger.NextIndex),
            clock
        );
        var states = new List<StoreState>();
        var began = clock.GetTimestamp();
        var log = NullLogger.Instance;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var telling = TellProgressAsync(states, ledger.NextIndex, clock, ended.Token);
        try
        {
            await TimeSeriesRebuild.RunAsync(settings.TimeSeries, sources, state => Add(states, state), log, cancel);
        }
        finally
        {
            await ended.CancelAsync();
            await telling;
        }
        var seconds = clock.GetElapsedTime(began).TotalSeconds;
        return [.. states.Select(state => new RebuiltStore(state.Name, state.NextLeaf, state.PointsRefused, Math.Round(seconds, 1)))];
    }

    private static void Add(List<StoreState> states, StoreState state)
    {
        lock (states)
        {
            states.Add(state);
        }
    }

    private static async Task TellProgressAsync(List<StoreState> states, ulong end, TimeProvider clock, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(TellEvery, clock);
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(ended);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            StoreState[] now;
            lock (states)
            {
                now = [.. states];
            }
            foreach (var state in now.Where(state => state.NextLeaf < end))
            {
                var words = state.Words.Length > 0 ? $": {state.Words}" : "";
                await Console.Error.WriteLineAsync($"{state.Name}: {state.NextLeaf} of {end} journal records{words}");
            }
        }
    }

    private static void Tell(List<RebuiltStore> filled, bool json)
    {
        if (json)
        {
            var report = new RebuildReport("taser-gateway-rebuild/1", filled);
            Console.Out.WriteLine(JsonSerializer.Serialize(report, RebuildJson.Default.RebuildReport));
            return;
        }
        foreach (var store in filled)
        {
            Console.Out.WriteLine(
                $"{store.Store}: filled anew from {store.JournalRecords} journal records, {store.PointsRefused} points refused, {store.Seconds} s."
            );
        }
    }
}

internal sealed record RebuiltStore(string Store, ulong JournalRecords, long PointsRefused, double Seconds);

internal sealed record RebuildReport(string Schema, IReadOnlyList<RebuiltStore> Stores);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RebuildReport))]
internal sealed partial class RebuildJson : JsonSerializerContext;
