using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>A report came late, or was edited after the log was available.</summary>
internal sealed class A17()
    : Rule(
        "A17",
        FindingKind.DataQuality,
        2,
        "Late report, or one edited after the log was available",
        "The reason for the delay or the edit.",
        "Why a report was late or edited."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("reportingWindowHours", FormattableString.Invariant($"{rules.ReportingWindowHours}"))];

    public override string? Silenced(World world) =>
        world.Has(ReportColumns.SubmittedAt) ? null : "needs reports with a time of submission";

    public override void Judge(World world, FindingSink sink)
    {
        var versions = (world.Inputs.Reports ?? []).ToLookup(r => r.ReportId, StringComparer.Ordinal);
        foreach (var match in world.Matches)
        {
            var all = versions[match.Report.ReportId].Where(r => r.Version <= match.Report.Version).OrderBy(r => r.Version).ToList();
            var when = match.Incident is { } i ? i.Span : match.Report.UsedAt;
            var issue =
                match.Incident?.Issue
                ?? world.IssuesOf(match.Report.OfficerRef).LastOrDefault(x => Scorer.Span(world.Rules, x).Overlaps(match.Report.UsedAt));
            long due = world.ReportDueNs(issue, when);
            if (all[0].SubmittedAt is { } first && first.LowNs > due)
            {
                string wording = $"Report {match.Report.ReportId} was submitted at {first}; it was due by {TimeInterval.Text(due)}.";
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Report = match.Report,
                        Incident = match.Incident,
                        When = first,
                        CaseKey = "A17 late " + match.Report.ReportId,
                    }
                );
            }

            Edited(world, sink, match, all, issue);
        }
    }

    private void Edited(World world, FindingSink sink, ReportMatch match, List<OfficerReport> versions, IssueRow? issue)
    {
        if (Available(world, match, issue) is not { } available)
        {
            return;
        }

        var incident = match.Outcome == ReportOutcome.Matched ? match.Incident : null;
        var edit = versions.Find(v => v.ChangedColumns.Count > 0 && v.SubmittedAt is { } at && at.LowNs > available);
        if (edit is not null)
        {
            string wording =
                $"Report {edit.ReportId} was changed in version {edit.Version} at {edit.SubmittedAt}, after the log was received at {TimeInterval.Text(available)}: {string.Join(", ", edit.ChangedColumns)}.";
            Add(
                world,
                sink,
                wording,
                new About
                {
                    Report = edit,
                    Incident = incident,
                    When = edit.SubmittedAt,
                    CaseKey = "A17 edit " + edit.ReportId,
                }
            );
        }
    }

    /// <summary>
    /// When the log was there: the records of the matched use, or, where a log shows nothing of it, the first docking of the device on
    /// issue after the reported time. Null = never.
    /// </summary>
    private static long? Available(World world, ReportMatch match, IssueRow? issue)
    {
        if (match is { Outcome: ReportOutcome.Matched, Incident: { } incident })
        {
            return (long)incident.Device.BatchOf(incident.FirstRecord).ReceivedNs;
        }

        if (issue is null || !world.DeviceBySerial.TryGetValue(issue.DeviceSerial, out var device))
        {
            return null;
        }

        long used = match.Report.UsedAt.HighNs;
        var docked = device.Dockings.Select(d => (long)d.DockedAtNs).Where(t => t > used);
        return docked.Any() ? docked.Min() : null;
    }
}
