using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>The report says not trained or not carrying, and that a CED was used.</summary>
internal sealed class A15()
    : Rule(
        "A15",
        FindingKind.DataQuality,
        2,
        "CED used by an officer reported as not trained or not carrying",
        "The right marks in the report.",
        "Whether the officer was trained."
    )
{
    public override string? Silenced(World world) =>
        world.Has(ReportColumns.TrainedAndCarrying) ? null : "needs reports that say whether the officer is trained and was carrying";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var match in world.Matches)
        {
            var report = match.Report;
            bool used = report.CedUsed == true || report.Levels != UseLevels.None;
            if (used && (report.TrainedCed == false || report.CarryingCed == false))
            {
                string what = report.TrainedCed == false ? "not trained" : "not carrying";
                Add(
                    world,
                    sink,
                    $"Report {report.ReportId} says the officer was {what}, and that a CED was used.",
                    new About
                    {
                        Report = report,
                        When = report.UsedAt,
                        CaseKey = "A15 " + report.ReportId,
                    }
                );
            }
        }
    }
}
