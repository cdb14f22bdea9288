using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>Pulses and duration do not agree.</summary>
internal sealed class D10()
    : Rule(
        "D10",
        FindingKind.Integrity,
        2,
        "Pulse count does not fit the duration",
        "A reading of the pulse log by the manufacturer.",
        "What reached anyone: a pulse count is an integrity check only."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("pulsePercentMax", FormattableString.Invariant($"{rules.PulsePercentMax}"))];

    public override string? Silenced(World world) => world.Devices.Any(d => d.Pulses.Count > 0) ? null : "no pulse log was received";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var device in world.Devices)
        {
            double rate = device.Model.PulsesPerSecond;
            if (device.Pulses.Count > 0 && rate <= 0)
            {
                sink.NotTestable(Id, "the pulse rate of the model is not known");
                continue;
            }

            foreach (var pulse in device.Pulses.Where(p => world.InPeriod(p.When)))
            {
                double slack = device.Model.DurationResolutionMs / 2.0;
                double low = rate * (pulse.DurationMs - slack) / 1000 * (100 - world.Rules.PulsePercentMax) / 100 - 1;
                double high = rate * (pulse.DurationMs + slack) / 1000 * (100 + world.Rules.PulsePercentMax) / 100 + 1;
                if (pulse.Pulses < low || pulse.Pulses > high)
                {
                    string wording = string.Create(
                        CultureInfo.InvariantCulture,
                        $"Device {device.Serial}: {pulse.Pulses} pulses for {pulse.DurationMs / 1000.0:0.0} activation seconds at {pulse.When}; {Math.Max(0, low):0} to {high:0} would fit."
                    );
                    Add(
                        world,
                        sink,
                        wording,
                        new About
                        {
                            Device = device,
                            Records = [pulse.Record],
                            When = pulse.When,
                            CaseKey = FormattableString.Invariant($"D10 {device.Serial} {pulse.Record.Sequence}"),
                        }
                    );
                }
            }
        }
    }
}
