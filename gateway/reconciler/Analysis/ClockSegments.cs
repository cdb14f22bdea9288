using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>Where a log is cut because its clock was set, lost or moved: within a segment it only drifts (domain 1.5).</summary>
internal static class ClockSegments
{
    /// <summary>Records written within one step of the clock may change places; a clock that was moved goes back by more.</summary>
    public const long BackwardsNs = 5 * TimeInterval.SecondNs;

    /// <summary>Device clock of an entry, ns; <see cref="long.MinValue"/> = the stamp is absent.</summary>
    public static long DeviceNs(StoredEntry[] entries, IReadOnlyList<LogBatch> batches, int entry)
    {
        ref readonly var e = ref entries[entry];
        return e.Event.Stamp == EventRecord.StampAbsent || e.Event.Stamp > long.MaxValue / 4 / batches[e.Batch].StampUnitNs
            ? long.MinValue
            : (long)(e.Event.Stamp * batches[e.Batch].StampUnitNs);
    }

    /// <summary>The first entry of each segment, in order; entry 0 is one.</summary>
    public static int[] Starts(StoredEntry[] entries, IReadOnlyList<LogBatch> batches)
    {
        var starts = new List<int> { 0 };
        for (int i = 1; i < entries.Length; i++)
        {
            if (IsSet(entries, batches, i) || SettingLost(entries, batches, i))
            {
                starts.Add(i);
            }
        }

        return [.. starts];
    }

    /// <summary>The clock went back between two records that follow each other, and no row of a setting or a loss says so (D07).</summary>
    public static bool MovedSilently(StoredEntry[] entries, IReadOnlyList<LogBatch> batches, int entry)
    {
        var (before, after) = (DeviceNs(entries, batches, entry - 1), DeviceNs(entries, batches, entry));
        return entries[entry].Sequence == entries[entry - 1].Sequence + 1
            && !IsSet(entries, batches, entry)
            && before != long.MinValue
            && after != long.MinValue
            && before - after > BackwardsNs;
    }

    /// <summary>A row of the log itself says that the clock was set or lost right before this entry.</summary>
    private static bool IsSet(StoredEntry[] entries, IReadOnlyList<LogBatch> batches, int entry)
    {
        var code = entries[entry - 1].Event.Code;
        bool epochEnds = batches[entries[entry].Batch].Epoch != batches[entries[entry - 1].Batch].Epoch;
        // a reset is stamped by the clock as it stands after the loss, unless its argument says otherwise (SPEC 15.5)
        bool lostBefore = code == EventCode.ClockReset && !ResetBegins(entries, batches, entry - 1);
        bool lostHere = entries[entry].Event.Code == EventCode.ClockReset && ResetBegins(entries, batches, entry);
        return code == EventCode.TimeSync || lostBefore || lostHere || epochEnds;
    }

    /// <summary>
    /// The clock was moved and no row says so: it went back; or a hole follows a docking, whose setting is then among what is missing; or
    /// it leapt by most of a year in a hole.
    /// </summary>
    private static bool SettingLost(StoredEntry[] entries, IReadOnlyList<LogBatch> batches, int entry)
    {
        if (entries[entry].Sequence == entries[entry - 1].Sequence + 1)
        {
            return MovedSilently(entries, batches, entry);
        }

        var (before, after) = (DeviceNs(entries, batches, entry - 1), DeviceNs(entries, batches, entry));
        bool known = before != long.MinValue && after != long.MinValue;
        var (last, next) = (batches[entries[entry - 1].Batch], batches[entries[entry].Batch]);
        return last.DockingSession != next.DockingSession && last.ReceivedNs < next.ReceivedNs
            || known && (after < before || after - before > 300 * TimeInterval.DayNs);
    }

    /// <summary>Whether a reset's own stamp is of the new time: it stands no further from the argument than a minute.</summary>
    private static bool ResetBegins(StoredEntry[] entries, IReadOnlyList<LogBatch> batches, int entry)
    {
        var e = entries[entry].Event;
        ulong unit = batches[entries[entry].Batch].StampUnitNs;
        ulong apart = e.Stamp > e.Argument ? e.Stamp - e.Argument : e.Argument - e.Stamp;
        return e.Stamp != EventRecord.StampAbsent && apart <= (ulong)TimeInterval.MinuteNs / unit;
    }
}
