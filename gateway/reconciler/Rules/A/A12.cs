using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>No level is stated although the log decides it: the set is proposed, a person signs.</summary>
internal sealed class A12()
    : Rule(
        "A12",
        FindingKind.DataQuality,
        2,
        "Level not stated although the log decides it",
        "A level in the report, chosen and signed by a person.",
        "Which of the proposed levels it was: a log gives a set, not a point."
    )
{
    public override string? Silenced(World world) => world.Has(ReportColumns.Level) ? null : "needs reports with a level";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var match in world.Matches)
        {
            if (match is { Outcome: ReportOutcome.Matched, Incident: { } incident } && match.Report.Levels == UseLevels.None)
            {
                string wording =
                    $"Report {match.Report.ReportId} states no level; the log of device {incident.Device.Serial} at {incident.Start} is compatible with {LevelSets.Words(incident.Levels)}.";
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
    }
}
