using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>A battery that fills without a pack change or docking, or a jump of temperature. One finding a device and quarter.</summary>
internal sealed class D11()
    : Rule(
        "D11",
        FindingKind.Integrity,
        3,
        "Battery or temperature jumps",
        "The record of a pack change, or a repair.",
        "That anything was changed on purpose."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [
            ("batteryRiseMax", FormattableString.Invariant($"{rules.BatteryRiseMax}")),
            ("temperatureRiseMax", FormattableString.Invariant($"{rules.TemperatureRiseMax}")),
        ];

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var device in world.Devices)
        {
            // where a model writes no row of a battery put in, every change of it looks like a jump
            var jumps = device.Anomalies.Where(a =>
                a.Kind is AnomalyKind.TemperatureJumped || (a.Kind == AnomalyKind.BatteryRose && device.Model.HasArmRows)
            );
            foreach (var quarter in Quarters.Group(world, jumps, a => a.When))
            {
                var a = quarter[0];
                string what =
                    a.Kind == AnomalyKind.BatteryRose
                        ? string.Create(
                            CultureInfo.InvariantCulture,
                            $"the battery rose by {a.Amount} points without a pack change or docking"
                        )
                        : string.Create(CultureInfo.InvariantCulture, $"the temperature changed by {a.Amount} degrees Celsius at once");
                Add(
                    world,
                    sink,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Device {device.Serial}: {what} at {a.When}; {quarter.Count} time(s) in the quarter."
                    ),
                    new About
                    {
                        Device = device,
                        Records = quarter.SelectMany(x => new[] { x.First, x.Second }).ToList(),
                        When = a.When,
                        CaseKey = Quarters.Key(Id, device, a.When),
                    }
                );
            }
        }
    }
}
