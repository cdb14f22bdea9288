using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>The device clock goes backwards and no setting says why. One finding a device and quarter.</summary>
internal sealed class D07()
    : Rule(
        "D07",
        FindingKind.Integrity,
        1,
        "Clock goes backwards without a setting",
        "The record of a setting, or a repair.",
        "That anybody changed the clock."
    )
{
    public override void Judge(World world, FindingSink sink)
    {
        foreach (var device in world.Devices)
        {
            var back = device.Anomalies.Where(a => a.Kind == AnomalyKind.TimeBackwards);
            foreach (var quarter in Quarters.Group(world, back, a => a.When))
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {device.Serial}: between sequence {quarter[0].First.Sequence} and {quarter[0].Second.Sequence} the clock goes back by {quarter[0].Amount / 1e9:0} s without a setting; {quarter.Count} time(s) in the quarter."
                );
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Device = device,
                        Records = quarter.SelectMany(a => new[] { a.First, a.Second }).ToList(),
                        When = quarter[0].When,
                        CaseKey = Quarters.Key(Id, device, quarter[0].When),
                    }
                );
            }
        }
    }
}
