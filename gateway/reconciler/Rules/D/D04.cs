using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>Drift above tolerance when the clock was set. One finding a device and quarter.</summary>
internal sealed class D04()
    : Rule(
        "D04",
        FindingKind.Integrity,
        2,
        "Clock drift above tolerance",
        "Setting the clock at every docking; a repair where it goes on.",
        "That any time was changed on purpose."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("driftSecondsPerDayMax", FormattableString.Invariant($"{rules.DriftSecondsPerDayMax}"))];

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var device in world.Devices)
        {
            var steps = device.ClockSteps.Where(s => !s.Reset && Excess(world, device, s));
            foreach (var quarter in Quarters.Group(world, steps, s => s.When))
            {
                var worst = quarter.MaxBy(s => Math.Abs(s.StepNs));
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {device.Serial}: the clock was {Math.Abs(worst.StepNs) / 1e9:0} s off when it was set at {worst.When}, {worst.SinceNs / (double)TimeInterval.DayNs:0.0} days after the setting before; {quarter.Count} such setting(s) in the quarter."
                );
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Device = device,
                        Records = quarter.ConvertAll(s => s.Record),
                        When = worst.When,
                        CaseKey = Quarters.Key(Id, device, worst.When),
                    }
                );
            }
        }
    }

    private static bool Excess(World world, DeviceHistory device, ClockStep step)
    {
        double perDay = Math.Max(world.Rules.DriftSecondsPerDayMax, device.Model.DriftPpm * 0.0864);
        return step.SinceNs > 0 && Math.Abs(step.StepNs) / 1e9 > perDay * Math.Max(1, step.SinceNs / (double)TimeInterval.DayNs) + 2;
    }
}
