using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>A missing range that will not come: final gaps only (wire.md 6).</summary>
internal sealed class D01()
    : Rule(
        "D01",
        FindingKind.Integrity,
        1,
        "Records missing for good",
        "The log of another pack or a second reading of the device that holds the range.",
        "Why the records are missing."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("dockOverdueDays", FormattableString.Invariant($"{rules.DockOverdueDays}"))];

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var gap in Gaps.Find(world))
        {
            if (gap.Final && !gap.Wrapped)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {gap.Device.Serial}: {gap.Range.Count} record(s) from sequence {gap.Range.First} are missing between {gap.When}; {gap.Why}."
                );
                Add(world, sink, wording, gap.About());
            }
            else if (!gap.Final)
            {
                sink.NotTestable(Id, gap.Why.Length > 0 ? gap.Why : "records missing, awaiting another carrier or a full read");
            }
        }
    }
}
