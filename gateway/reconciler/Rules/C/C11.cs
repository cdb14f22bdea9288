using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>A battery pack brought the logs of two devices, and no change was recorded.</summary>
internal sealed class C11()
    : Rule(
        "C11",
        FindingKind.Custody,
        3,
        "Battery pack moved between devices without a record",
        "A row in the change register.",
        "That anything is wrong: packs are exchanged every day where the force allows it."
    )
{
    public override string? Silenced(World world) => world.Inputs.Registers.Changes is null ? "needs the change register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        var seen = new Dictionary<string, (string Device, LeafRef Leaf, long ReceivedNs)>(StringComparer.Ordinal);
        var tickets = (world.Inputs.Registers.Changes ?? []).ToLookup(c => c.DeviceSerial, StringComparer.Ordinal);
        foreach (var batch in world.Inputs.Log.Batches.OrderBy(b => b.ReceivedNs).ThenBy(b => b.Leaf.Index))
        {
            if (batch.Carrier.Length == 0 || batch.Carrier == batch.Device)
            {
                continue;
            }

            var at = new TimeInterval((long)batch.ReceivedNs, (long)batch.ReceivedNs);
            // it was put in at some time between the two dockings: a ticket of that time records it
            bool moved = seen.TryGetValue(batch.Carrier, out var before) && before.Device != batch.Device;
            bool recorded =
                moved
                && tickets[batch.Device]
                    .Any(c =>
                        c.To.HighNs + TimeInterval.DayNs >= before.ReceivedNs && c.From.LowNs - TimeInterval.DayNs <= (long)batch.ReceivedNs
                    );
            if (moved && !recorded)
            {
                string wording =
                    $"Pack {batch.Carrier} brought the log of device {batch.Device} at {at}; before, it brought that of device {before.Device}.";
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Serial = batch.Device,
                        OtherDevices = world.DeviceBySerial.TryGetValue(before.Device, out var other) ? [other] : [],
                        When = at,
                        CaseKey = FormattableString.Invariant($"pack {batch.Carrier} {batch.Leaf.Index}"),
                    }
                );
            }

            seen[batch.Carrier] = (batch.Device, batch.Leaf, (long)batch.ReceivedNs);
        }
    }
}
