using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>One record with different bytes in two uploads.</summary>
internal sealed class D08()
    : Rule(
        "D08",
        FindingKind.Integrity,
        1,
        "One record, two contents",
        "A second reading of the device beside both uploads.",
        "Which of the two is right, or who changed it."
    )
{
    public override string? Silenced(World world) => world.Inputs.IntegrityFacts is null ? "the gateway's notes were not read" : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var fact in Noted.Of(world, IntegrityFactKind.Variant).Where(f => f.Count <= 1))
        {
            Noted.Say(world, sink, this, fact, $"Device {fact.Device}: a record came with other bytes than before", Add);
        }

        foreach (var device in world.Devices)
        {
            var differing = device.Anomalies.FindAll(a => a.Kind == AnomalyKind.SameKeyOtherBytes);
            if (differing.Count == 1)
            {
                Add(
                    world,
                    sink,
                    $"Device {device.Serial}: sequence {differing[0].First.Sequence} has different contents in two uploads.",
                    new About
                    {
                        Device = device,
                        Records = [differing[0].First, differing[0].Second],
                        When = differing[0].When,
                        CaseKey = "D08 " + device.Serial,
                    }
                );
            }
        }
    }
}
