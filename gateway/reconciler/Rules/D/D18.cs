using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>A dock shows a receipt for records that are not here.</summary>
internal sealed class D18()
    : Rule(
        "D18",
        FindingKind.Integrity,
        1,
        "Receipted records missing from this ledger",
        "The ledger of the gateway that gave the receipt.",
        "That the records were deleted: another gateway may hold them."
    )
{
    public override string? Silenced(World world) => world.Inputs.IntegrityFacts is null ? "the gateway's notes were not read" : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var fact in Noted.Of(world, IntegrityFactKind.ReceiptedButMissing))
        {
            Noted.Say(
                world,
                sink,
                this,
                fact,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Dock {fact.Dock} holds a receipt for {fact.Count} record(s) of device {fact.Device} that are not in this ledger"
                ),
                Add
            );
        }
    }
}
