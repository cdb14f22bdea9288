using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.B;

/// <summary>A child or a mental-health factor on the report, and a discharge.</summary>
internal sealed class B07()
    : Rule(
        "B07",
        FindingKind.Review,
        2,
        "Discharge, with a child or a mental-health factor on the report",
        "A review of the use.",
        "That the use was wrong."
    )
{
    public override string? Silenced(World world) =>
        world.Has(ReportColumns.SubjectFactors) ? null : "needs reports with the subject's age or a mental-health factor";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var match in world.Matches)
        {
            var report = match.Report;
            bool discharge =
                (report.Levels & (UseLevels.Fired | UseLevels.DriveStun | UseLevels.AngledDriveStun)) != UseLevels.None
                || match is { Outcome: ReportOutcome.Matched, Incident.Deployments: > 0 };
            string factor =
                Age.IsChild(report.SubjectAge) ? "a child"
                : report.MentalHealthFactor == true ? "a mental-health factor"
                : "";
            if (discharge && factor.Length > 0)
            {
                Add(
                    world,
                    sink,
                    $"Report {report.ReportId} states {factor}, and a discharge was reported or recorded.",
                    new About
                    {
                        Report = report,
                        Incident = match.Outcome == ReportOutcome.Matched ? match.Incident : null,
                        When = report.UsedAt,
                        CaseKey = "B07 " + report.ReportId,
                    }
                );
            }
        }
    }
}
