using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>Records overwritten in the block in which the memory wraps.</summary>
internal sealed class D02()
    : Rule(
        "D02",
        FindingKind.Integrity,
        2,
        "Records overwritten when the memory was full",
        "Docking the device before its memory fills.",
        "What was in the records."
    )
{
    public override void Judge(World world, FindingSink sink)
    {
        foreach (var gap in Gaps.Find(world))
        {
            if (gap.Final && gap.Wrapped)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {gap.Device.Serial}: {gap.Range.Count} record(s) from sequence {gap.Range.First} were overwritten between {gap.When}; the memory deletes {gap.Device.Model.WrapBlock} at once."
                );
                Add(world, sink, wording, gap.About());
            }
        }
    }
}
