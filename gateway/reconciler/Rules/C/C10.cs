using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>A stock-take differs from the register.</summary>
internal sealed class C10()
    : Rule(
        "C10",
        FindingKind.Custody,
        1,
        "Stock-take differs from the register",
        "The missing movement in the register, or a second count.",
        "That anything was stolen."
    )
{
    public override string? Silenced(World world) => world.Inputs.Registers.Stocktakes is null ? "needs the stock-take register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var row in world.Inputs.Registers.Stocktakes ?? [])
        {
            if (row.Counted != row.Expected && world.InPeriod(row.At))
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Stock-take of {row.Item} at {row.Armoury}, {row.At}: {row.Counted} counted, {row.Expected} expected."
                );
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Place = row.Armoury,
                        Sources = [row.Source],
                        When = row.At,
                        CaseKey = "stock " + row.Source,
                    }
                );
            }
        }
    }
}
