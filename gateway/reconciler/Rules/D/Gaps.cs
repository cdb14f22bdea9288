using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>A hole in a device's event log, and whether it is final.</summary>
internal sealed record Gap(
    DeviceHistory Device,
    Epoch Epoch,
    SequenceRange Range,
    TimeInterval When,
    bool Final,
    bool Wrapped,
    string Why,
    RecordRef Before,
    RecordRef After
)
{
    public About About() =>
        new()
        {
            Device = Device,
            Records = [Before, After],
            When = When,
            LedgerFacts = [new RecordFact(Device.Serial, LogKind.Event, Epoch, Range.First, default)],
            CaseKey = FormattableString.Invariant($"gap {Device.Serial} {Epoch.Number} {Range.First}"),
        };
}

/// <summary>Finds the holes between the runs of a log. A hole stays open until something says that it is final (wire.md 6).</summary>
internal static class Gaps
{
    public static IEnumerable<Gap> Find(World world)
    {
        var stated = world.Inputs.Gaps.Where(g => g.Log.Log == LogKind.Event).ToLookup(g => g.Log.Device, StringComparer.Ordinal);
        foreach (var device in world.Devices)
        {
            for (int i = 1; i < device.Runs.Count; i++)
            {
                var (before, after) = (device.Runs[i - 1], device.Runs[i]);
                if (before.Epoch == after.Epoch && after.First.Sequence > before.Last.Sequence + 1)
                {
                    ulong missing = after.First.Sequence - before.Last.Sequence - 1;
                    var range = new SequenceRange(before.Last.Sequence + 1, (uint)Math.Min(missing, uint.MaxValue));
                    yield return Judge(world, device, before, after, range, [.. stated[device.Serial]]);
                }
            }
        }
    }

    private static Gap Judge(
        World world,
        DeviceHistory device,
        SequenceRun before,
        SequenceRun after,
        SequenceRange range,
        List<GapFact> stated
    )
    {
        var fact = stated.FindLast(g =>
            g.Log.Epoch == before.Epoch && g.Range.First < range.Next && range.First < g.Range.Next && g.State != GapState.Filled
        );
        bool block =
            device.Model.WrapBlock > 0 && (range.Count % (uint)device.Model.WrapBlock == 0 || MemoryWasFull(device, before.Epoch, range));
        var when = new TimeInterval(
            Math.Min(before.LastAt.LowNs, after.FirstAt.HighNs),
            Math.Max(before.LastAt.LowNs, after.FirstAt.HighNs)
        );
        // A range that another gateway gave a receipt for is missing here and not lost (wire.md 10), however long it stays away.
        bool elsewhere = stated.Exists(g =>
            g is { State: GapState.Open, Cause: GapCause.HeldElsewhere }
            && g.Log.Epoch == before.Epoch
            && g.Range.First <= range.First
            && g.Range.Next >= range.Next
        );
        var (final, passed, why) =
            elsewhere ? (false, false, HeldElsewhere)
            : fact is { State: GapState.Final } ? (true, fact.Cause == GapCause.OldestPassed, Words(fact.Cause))
            : Reread(device, before.Epoch, range) is { } read ? read
            // counted from when the hole could first be seen: what comes behind it later says nothing of what is missing
            : world.AsOfNs - (long)after.FirstReceivedNs > world.Rules.DockOverdueDays * TimeInterval.DayNs
                ? (true, false, Words(GapCause.Overdue))
            : (false, false, "");
        return new Gap(device, before.Epoch, range, when, final, final && passed && block, why, before.Last, after.First);
    }

    /// <summary>
    /// A memory that wrapped is full but for its last block when it is next read, and begins where the hole ends. A part of the block may
    /// have been read before, so the hole need not be a multiple of it.
    /// </summary>
    private static bool MemoryWasFull(DeviceHistory device, Epoch epoch, SequenceRange range)
    {
        int least = device.Model.MemoryEntries - device.Model.WrapBlock;
        return least > 0
            && device.Dockings.Any(d =>
                d.Epoch == epoch
                && d.Log == LogKind.Event
                && d.Held.Count > 0
                && d.Held.Min(h => h.First) == range.Next
                && d.Held.Max(h => h.Next) - range.Next >= (ulong)least
            );
    }

    /// <summary>A later full reading of the device itself that no longer offers the range.</summary>
    private static (bool Final, bool Passed, string Why)? Reread(DeviceHistory device, Epoch epoch, SequenceRange range)
    {
        foreach (var docking in device.Dockings.Reverse())
        {
            bool own = docking.Carrier.Length == 0 || docking.Carrier == device.Serial;
            if (
                !own
                || docking.Epoch != epoch
                || docking.Log != LogKind.Event
                || docking.Held.Count == 0
                || docking.Held.Max(h => h.Next) < range.Next
            )
            {
                continue;
            }

            if (docking.Held.Any(h => h.First < range.Next && range.First < h.Next))
            {
                return null;
            }

            return docking.Held.Min(h => h.First) >= range.Next
                ? (true, true, Words(GapCause.OldestPassed))
                : (true, false, "a later full reading of the device no longer holds them");
        }

        return null;
    }

    /// <summary>Why a hole that another gateway has is not final.</summary>
    public const string HeldElsewhere = "records missing here, for which another gateway gave a receipt";

    private static string Words(GapCause cause) =>
        cause switch
        {
            GapCause.OldestPassed => "the device's own oldest record has passed them",
            GapCause.DeclaredGone => "the dock declared them gone",
            GapCause.Overdue => "they did not come within the limit of days",
            GapCause.Cleared => "the log was cleared",
            _ => "they will not come",
        };
}
