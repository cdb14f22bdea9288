using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>An activation outside an armed session, or more activation time than armed time.</summary>
internal sealed class D09()
    : Rule(
        "D09",
        FindingKind.Integrity,
        1,
        "Activations that do not fit the armed session",
        "The missing ARM or SAFE record.",
        "That the log was changed: a fault of the device gives the same picture."
    )
{
    public override void Judge(World world, FindingSink sink)
    {
        foreach (var device in world.Devices)
        {
            foreach (
                var a in device.Anomalies.Where(a =>
                    a.Kind is AnomalyKind.ActivationOutsideSession or AnomalyKind.ActivationsExceedArmed && world.InPeriod(a.When)
                )
            )
            {
                string wording =
                    a.Kind == AnomalyKind.ActivationOutsideSession
                        ? $"Device {device.Serial}: an activation at {a.When} stands outside every armed session, and the record before it is there."
                        : string.Create(
                            CultureInfo.InvariantCulture,
                            $"Device {device.Serial}: the activations of the armed session at {a.When} last {a.Amount / 1000.0:0.0} s longer than it was armed."
                        );
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Device = device,
                        Records = [a.First, a.Second],
                        When = a.When,
                        CaseKey = FormattableString.Invariant($"D09 {device.Serial} {a.First.Sequence}"),
                    }
                );
            }
        }
    }
}
