using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>A chain head or checkpoint that does not extend the one before.</summary>
internal sealed class D15()
    : Rule(
        "D15",
        FindingKind.Integrity,
        1,
        "Chain or checkpoint does not extend the one before",
        "A consistency proof from the older to the newer.",
        "Who changed what."
    )
{
    public override string? Silenced(World world) => world.Inputs.IntegrityFacts is null ? "the gateway's notes were not read" : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var fact in Noted.Of(world, IntegrityFactKind.NotExtending))
        {
            Noted.Say(
                world,
                sink,
                this,
                fact,
                fact.Device.Length > 0
                    ? $"The chain of device {fact.Device} does not extend the one before"
                    : "A checkpoint does not extend the one before",
                Add
            );
        }
    }
}
