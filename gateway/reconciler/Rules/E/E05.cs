using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Rules.D;

namespace TaserTelemetry.Reconciler.Rules.E;

/// <summary>What was excused as maintenance, listed. One line a device and quarter.</summary>
internal sealed class E05()
    : Rule(
        "E05",
        FindingKind.Review,
        0,
        "Excused as maintenance",
        "Nothing to clear: it is information.",
        "That the excuse is right: it can be looked at."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("maintenanceMinutes", FormattableString.Invariant($"{rules.MaintenanceMinutes}"))];

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var device in world.Devices)
        {
            foreach (
                var quarter in Quarters.Group(world, device.Activations.Where(a => a.Class == ActivationClass.Maintenance), a => a.Start)
            )
            {
                Add(
                    world,
                    sink,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Device {device.Serial}: {quarter.Count} activation(s) excused as maintenance, first at {quarter[0].Start}: {quarter[0].Reason}."
                    ),
                    new About
                    {
                        Device = device,
                        Records = quarter.ConvertAll(a => a.First),
                        When = quarter[0].Start,
                        CaseKey = Quarters.Key(Id, device, quarter[0].Start),
                    }
                );
            }
        }
    }
}
