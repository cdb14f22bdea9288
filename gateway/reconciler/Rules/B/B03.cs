using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.B;

/// <summary>The cycles of one incident, over all devices.</summary>
internal sealed class B03()
    : Rule(
        "B03",
        FindingKind.Review,
        1,
        "Cycles of one incident above the limit",
        "A review of the incident.",
        "That all cycles were on one person, or had any effect."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [
            ("incidentCyclesMax", FormattableString.Invariant($"{rules.IncidentCyclesMax}")),
            ("incidentGapMinutes", FormattableString.Invariant($"{rules.IncidentGapMinutes}")),
        ];

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var joint in world.JointUses)
        {
            if (joint.Activations.Count > world.Rules.IncidentCyclesMax)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{joint.Name} recorded {joint.Activations.Count} cycles. With an incident gap of 2 min the most is {joint.MostCycles(2)}, with 30 min {joint.MostCycles(30)}."
                );
                Add(world, sink, wording, joint.About());
            }
        }
    }
}
