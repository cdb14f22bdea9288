using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>A difference that only another version of the translator made.</summary>
internal sealed class D17()
    : Rule(
        "D17",
        FindingKind.Integrity,
        3,
        "Translated again, differently",
        "The translator's release notes.",
        "That the device wrote anything else."
    )
{
    public override string? Silenced(World world) => world.Inputs.IntegrityFacts is null ? "the gateway's notes were not read" : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var fact in Noted.Of(world, IntegrityFactKind.Retranslated))
        {
            Noted.Say(
                world,
                sink,
                this,
                fact,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {fact.Device}: {fact.Count} record(s) differ only by the version of the translator"
                ),
                Add
            );
        }
    }
}
