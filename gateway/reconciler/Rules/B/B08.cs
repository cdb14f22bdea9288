using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.B;

/// <summary>What B01 to B05 show, and a report without a justification text. The text itself is not read.</summary>
internal sealed class B08()
    : Rule(
        "B08",
        FindingKind.Review,
        2,
        "Long or repeated activation without a justification in the report",
        "The justification in the report.",
        "That there was no justification."
    )
{
    public override string? Silenced(World world) =>
        world.Has(ReportColumns.Justification) ? null : "needs reports that show whether a justification is there";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var joint in world.JointUses)
        {
            long ms = joint.Activations.Sum(a => (long)a.DurationMs);
            bool notable =
                ms > world.Rules.IncidentMsMax
                || joint.Activations.Count > world.Rules.IncidentCyclesMax
                || joint.Activations.Exists(a => a.Exceeds(world.Rules.CycleMsMax));
            var silent = joint.Incidents.SelectMany(i => i.Matches).FirstOrDefault(m => m.Report.JustificationPresent == false);
            if (notable && silent is not null)
            {
                Add(
                    world,
                    sink,
                    $"Report {silent.Report.ReportId} holds no justification; {joint.Name} recorded {joint.Activations.Count} activation(s).",
                    joint.About()
                );
            }
        }
    }
}
