using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.B;

/// <summary>Two devices activated at the same time on one incident.</summary>
internal sealed class B05()
    : Rule(
        "B05",
        FindingKind.Review,
        1,
        "Overlapping activations of two devices on one incident",
        "A review of the incident.",
        "That both devices were used on one person."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [
            ("overlapBoundSecondsMax", FormattableString.Invariant($"{rules.OverlapBoundSecondsMax}")),
            ("overlapApartSecondsMax", FormattableString.Invariant($"{rules.OverlapApartSecondsMax}")),
        ];

    public override string? Silenced(World world) =>
        world.Has(ReportColumns.IncidentRef) || world.Inputs.Registers.Roster is not null
            ? null
            : "needs an incident reference or a roster: overlap in time alone is never a finding";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var joint in world.JointUses)
        {
            var (first, second) = joint.Overlap(world.Rules);
            if (first is not null && second is not null)
            {
                string wording =
                    $"Devices {first.Device.Serial} and {second.Device.Serial} were activated at the same time on one incident, within the bounds of both clocks: {first.Start} and {second.Start}.";
                Add(world, sink, wording, joint.About());
            }
        }
    }
}
