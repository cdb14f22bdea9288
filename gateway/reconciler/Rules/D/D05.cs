using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>A clock reset, or stamps of the year 2000. One finding a device and quarter.</summary>
internal sealed class D05()
    : Rule(
        "D05",
        FindingKind.Integrity,
        2,
        "Clock lost its time",
        "A new internal battery, and a setting after every flat pack.",
        "That the clock was reset on purpose: a flat pack does it."
    )
{
    public override void Judge(World world, FindingSink sink)
    {
        foreach (var device in world.Devices)
        {
            var resets = device
                .ClockSteps.Where(s => s.Reset)
                .Select(s => (s.Record, s.When))
                .Concat(
                    device
                        .Anomalies.Where(a =>
                            a.Kind == AnomalyKind.YearImplausible
                            && !device.ClockSteps.Exists(s => s.Reset && s.Record.Sequence + 1 == a.First.Sequence)
                        )
                        .Select(a => (Record: a.First, a.When))
                );
            foreach (var quarter in Quarters.Group(world, resets, r => r.When))
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {device.Serial}: the clock lost its time {quarter.Count} time(s) in the quarter, first at {quarter[0].When}."
                );
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Device = device,
                        Records = quarter.ConvertAll(r => r.Record),
                        When = quarter[0].When,
                        CaseKey = Quarters.Key(Id, device, quarter[0].When),
                    }
                );
            }
        }
    }
}
