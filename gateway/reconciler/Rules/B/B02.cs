using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.B;

/// <summary>The activation seconds of one incident, over all devices.</summary>
internal sealed class B02()
    : Rule(
        "B02",
        FindingKind.Review,
        1,
        "Activation seconds of one incident above the limit",
        "A review of the incident.",
        "How long anyone was affected, or that all activations were on one person."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [
            ("incidentMsMax", FormattableString.Invariant($"{rules.IncidentMsMax}")),
            ("incidentGapMinutes", FormattableString.Invariant($"{rules.IncidentGapMinutes}")),
        ];

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var joint in world.JointUses)
        {
            long ms = joint.Activations.Sum(a => (long)a.DurationMs);
            if (ms >= world.Rules.IncidentMsMax + (joint.Activations.Max(a => (uint?)a.ResolutionMs) ?? 0))
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{joint.Name} recorded {ms / 1000.0:0.0} activation seconds in {joint.Activations.Count} activation(s). With an incident gap of 2 min the most is {joint.MostMs(2) / 1000.0:0.0}, with 30 min {joint.MostMs(30) / 1000.0:0.0}."
                );
                Add(world, sink, wording, joint.About());
            }
        }
    }
}
