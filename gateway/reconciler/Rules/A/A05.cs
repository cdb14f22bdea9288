using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>The report says more than a complete log shows (2.7.3: only above the set, under full coverage).</summary>
internal sealed class A05()
    : Rule(
        "A05",
        FindingKind.Disagreement,
        2,
        "Report above what the log shows",
        "The right level in the report; or the log of a further device or pack.",
        "That the officer misstated anything: another device may have been used."
    )
{
    public override string? Silenced(World world) => world.Has(ReportColumns.Level) ? null : "needs reports with a level";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var match in world.Matches)
        {
            if (
                match is not { Outcome: ReportOutcome.Matched, Incident: { } incident }
                || Absent(match.Report, incident)
                || !LevelSets.Above(world.Rules, match.Report.Levels, incident.Levels)
            )
            {
                continue;
            }

            var span = Absence.SpanOf(world, match.Report);
            if (!incident.Device.CoveredOver(span.LowNs, span.HighNs))
            {
                sink.NotTestable(Id, "coverage: " + CoverageBuilder.Why(incident.Device, span.LowNs, span.HighNs));
                continue;
            }

            string wording =
                $"Report {match.Report.ReportId} states {LevelSets.Words(match.Report.Levels)}; the complete log of device {incident.Device.Serial} at {incident.Start} is compatible with {LevelSets.Words(incident.Levels)} only.";
            Add(
                world,
                sink,
                wording,
                new About
                {
                    Report = match.Report,
                    Incident = incident,
                    When = incident.Span,
                }
            );
        }
    }

    /// <summary>No activation at all for a reported discharge is A02.</summary>
    private static bool Absent(OfficerReport report, Incident incident) =>
        !incident.HasUse && (report.Levels & (UseLevels.Fired | UseLevels.DriveStun | UseLevels.AngledDriveStun)) != UseLevels.None;
}
