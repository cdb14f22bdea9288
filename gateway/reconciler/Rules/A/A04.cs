using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>The log shows more than any report on the incident says (2.7.3: only below the set of compatible levels).</summary>
internal sealed class A04()
    : Rule(
        "A04",
        FindingKind.Disagreement,
        1,
        "Log above the reported level",
        "A report whose level is within the set the log is compatible with; or a further report on the same use.",
        "Which of the compatible levels it was, or that anyone was affected."
    )
{
    public override string? Silenced(World world) => world.Has(ReportColumns.Level) ? null : "needs reports with a level";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var incident in world.Incidents)
        {
            var reports = incident.Matches.Where(m => m.Report.Levels != UseLevels.None).Select(m => m.Report).ToList();
            if (reports.Count == 0 || reports.Count < incident.Matches.Count)
            {
                continue;
            }

            var highest = reports.MaxBy(r => world.Rules.Rank(r.Levels))!;
            if (LevelSets.Below(world.Rules, highest.Levels, incident.Levels))
            {
                string wording =
                    $"Report {highest.ReportId} states {LevelSets.Words(highest.Levels)}; the log of device {incident.Device.Serial} at {incident.Start} is compatible with {LevelSets.Words(incident.Levels)} only.";
                var about = new About
                {
                    Report = highest,
                    OtherReports = reports.Where(r => r != highest).ToList(),
                    Incident = incident,
                    When = incident.Span,
                };
                Add(world, sink, wording, about);
            }
        }
    }
}
