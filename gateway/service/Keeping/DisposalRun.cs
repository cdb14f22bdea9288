using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Keeping;

/// <summary>
/// Zeroes what is due, and purges what was derived from it. The mark in DATA/records/disposals comes first and goes last: whoever opens
/// DATA after a crash in between finishes it.
/// </summary>
internal static class DisposalRun
{
    private static readonly string[] Derived = ["cursors", "refused"];

    public static ControlAnswer Run(OpenJournal journal, ActorId by, TimeProvider clock)
    {
        var retention = new Retention(journal);
        var facts = retention.Facts();
        var findings = retention.Findings(facts);
        if (findings.Refusal is { } unknown)
        {
            return ControlAnswer.No(unknown);
        }
        var due = retention.Due(facts, findings.Keeps, clock.GetUtcNow(), out var notFree);
        var kept = notFree.Count > 0 ? $" Holds and open findings keep {notFree.Count} records that would be due." : "";
        if (due.Count == 0)
        {
            return ControlAnswer.Yes($"Nothing is due.{kept}");
        }
        if (journal.Settings.TimeSeries.Influx.Url.Length > 0)
        {
            new PointPurges(journal.Settings.Data).Add(new EvidenceReader(journal.Ledger.OpenReader(0)), due);
        }
        var requests = new DisposalRequests(journal.Settings.Data);
        var nowNs = UnixTime.NowNs(clock);
        requests.Begin(new DisposalRequest(0, RetentionClass.Routine, by.ToString(), nowNs, 0, DisposalRequests.Runs(due)));
        var report = Finish(requests, journal.Settings.Data, journal.Ledger)!.Value;
        journal.Group.AddOwn(new OperatorAction(nowNs, by, OperatorDoing.Disposed, due.Count, default));
        journal.Commit();
        return ControlAnswer.Yes(
            $"{report.Erased} records were zeroed, {report.BytesErased} received bytes.{kept}",
            "At the next start points of an InfluxDB 1.x are deleted, and both stores are filled anew. 'dispose list' names the copies that are outside the gateway's reach."
        );
    }

    /// <summary>Zeroes what the mark names, again if need be, and purges the derived stores; null when there is no mark.</summary>
    public static ErasureReport? Finish(DisposalRequests requests, string data, TamperEvidentLog ledger)
    {
        if (requests.Unfinished() is not { } due)
        {
            return null;
        }
        var report = ledger.EraseReceived(due.Set().Contains);
        foreach (var derived in Derived.Select(name => Path.Combine(data, name)).Where(Directory.Exists))
        {
            Directory.Delete(derived, recursive: true);
        }
        foreach (var file in Directory.EnumerateFiles(data, "store.duckdb*"))
        {
            File.Delete(file);
        }
        requests.End();
        return report;
    }
}
