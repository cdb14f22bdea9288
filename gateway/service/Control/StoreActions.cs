using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Access;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Counting;
using TaserTelemetry.Gateway.TimeSeries.Embedded;

namespace TaserTelemetry.Gateway.Control;

/// <summary>
/// What an operator or auditor asks of the derived stores: a count against the journal, filling them anew, their content as Parquet. What
/// shows recorded data stands in the access log first.
/// </summary>
internal static class StoreActions
{
    public const string Count = "stores-count";
    public const string BeginAnew = "stores-begin-anew";
    public const string Export = "stores-export";

    private const string Stopped =
        "The gateway is stopped. Start it, or use 'taser-gateway rebuild', which fills the stores anew while it is.";
    private const string NoStore =
        "The embedded store is not open: it may be opening or being filled, then try again; or switch timeSeries:duckDb:enabled on.";

    public static bool Knows(string verb) => verb is Count or BeginAnew or Export;

    /// <summary>Asks the stores of a running gateway; <paramref name="step"/> carries what appends to the thread that writes.</summary>
    public static async Task<ControlAnswer> RunAsync(
        OpenJournal journal,
        TimeSeriesService series,
        ControlRequest request,
        string reader,
        Func<Action, Task> step,
        TimeProvider clock,
        CancellationToken cancel
    )
    {
        try
        {
            switch (request.Verb)
            {
                case Count:
                    journal.Access.Record(new Disclosure(reader, AuditVerb.Export), UnixTime.NowNs(clock));
                    return Told(await series.CountAsync(cancel));
                case BeginAnew:
                    var asked = new OperatorAction(
                        UnixTime.NowNs(clock),
                        request.By,
                        OperatorDoing.Rebuilt,
                        journal.Ledger.NextIndex,
                        default
                    );
                    await step(() => journal.Group.AddOwn(asked));
                    await series.BeginAnewAsync().WaitAsync(cancel);
                    return ControlAnswer.Yes("The stores are being filled anew from the first record; /health shows how far they are.");
                default:
                    return Exported(journal, series.Embedded, request["out"], reader, clock);
            }
        }
        catch (AccessNotRecordedException refused)
        {
            return ControlAnswer.No($"This reading could not be recorded, so nothing is shown: {refused.Message}");
        }
    }

    /// <summary>The same of a gateway that is stopped: only the export can be had, of a store that is brought up to the journal first.</summary>
    public static async Task<ControlAnswer> RunStoppedAsync(
        OpenJournal journal,
        GatewaySettings settings,
        ControlRequest request,
        string reader,
        TimeProvider clock,
        CancellationToken cancel
    )
    {
        if (request.Verb != Export)
        {
            return ControlAnswer.No(Stopped);
        }
        if (!settings.TimeSeries.DuckDb.Enabled)
        {
            return ControlAnswer.No(NoStore);
        }
        var ledger = journal.Ledger;
        ValueTask<ulong> NowAsync(ulong next, CancellationToken token) => ValueTask.FromResult(ledger.NextIndex);
        var sources = new TimeSeriesSources(settings.Data, ledger.Key.Name, ledger.OpenReader, NowAsync, clock);
        using var embedded = new EmbeddedReading();
        var state = new StoreState("DuckDB store");
        await new EmbeddedKeeper(settings.TimeSeries.DuckDb, sources, embedded, state, TimeSpan.Zero, NullLogger.Instance).FillAsync(
            cancel
        );
        embedded.Replace(() => DuckStore.Open(sources.DuckDbFile, settings.TimeSeries.DuckDb, sources.Journal));
        try
        {
            return Exported(journal, embedded, request["out"], reader, clock);
        }
        catch (AccessNotRecordedException refused)
        {
            return ControlAnswer.No($"This reading could not be recorded, so nothing is shown: {refused.Message}");
        }
    }

    private static ControlAnswer Exported(OpenJournal journal, EmbeddedReading embedded, string folder, string reader, TimeProvider clock)
    {
        if (!Path.IsPathFullyQualified(folder))
        {
            return ControlAnswer.No("--out names the folder that the files go to.");
        }
        journal.Access.Record(new Disclosure(reader, AuditVerb.Export), UnixTime.NowNs(clock));
        try
        {
            return embedded.TryRead(store => ParquetExport.Write(store, folder), out var files)
                ? ControlAnswer.Yes([.. files!.Select(file => $"{file}: {new FileInfo(file).Length} bytes")])
                : ControlAnswer.No(NoStore);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or DuckDB.NET.Data.DuckDBException)
        {
            return ControlAnswer.No(
                $"The files could not be written to {folder}: {failed.Message.ReplaceLineEndings(" ")} The gateway writes them, as its own user."
            );
        }
    }

    private static ControlAnswer Told(IReadOnlyList<CountReport> reports)
    {
        var lines = new List<string>();
        foreach (var report in reports)
        {
            lines.Add(
                report.Answered
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"{report.Store}: {report.Points} points on {report.DeviceDays} device-days up to journal record {report.AtLeaf}, {report.Different} device-days differed{(report.Different > 0 ? " and were sent again" : "")}."
                    )
                    : $"{report.Store}: could not be asked; nothing is known."
            );
            lines.AddRange(
                report.First.Select(one => $"  {one.Device} on {one.Day}: {one.InJournal} in the journal, {one.InStore} in the store")
            );
        }
        return new ControlAnswer(
            reports.All(report => report.Answered),
            lines.Count > 0 ? lines : ["No store is kept: timeSeries says so."]
        );
    }
}
