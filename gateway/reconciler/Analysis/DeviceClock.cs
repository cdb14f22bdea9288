using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>
/// Corrects one device's stamps piece by piece (domain 1.5). The log is cut into segments where its clock was set or lost; within a
/// segment the offset runs straight between comparisons, beyond them it is widened by the model's drift. A setting that names both
/// stamps carries the offset across. Nothing is ever written back: the stamp stays as the device stored it.
/// </summary>
internal sealed class DeviceClock
{
    /// <summary>Half-width given to a clock setting that nothing else confirms: docks set whole seconds from a network clock.</summary>
    private const long SyncAloneBoundNs = 2 * TimeInterval.MinuteNs;

    /// <summary>A clock that is out of order runs away by this at most: 86 s a day.</summary>
    private const double RunAwayPpm = 1_000;

    private readonly StoredEntry[] _entries;
    private readonly IReadOnlyList<LogBatch> _batches;
    private readonly double _driftPpm;
    private readonly int[] _segmentStarts;
    private readonly List<Anchor>[] _anchors;
    private readonly double _slope;

    public DeviceClock(StoredEntry[] entries, IReadOnlyList<LogBatch> batches, IEnumerable<ClockComparison> comparisons, double driftPpm)
    {
        (_entries, _batches, _driftPpm) = (entries, batches, driftPpm);
        _segmentStarts = Segments();
        _anchors = new List<Anchor>[_segmentStarts.Length];
        for (int i = 0; i < _anchors.Length; i++)
        {
            _anchors[i] = [];
        }

        if (entries.Length == 0)
        {
            return;
        }

        AnchorFromBatches();
        AnchorFromComparisons(comparisons);
        foreach (var anchors in _anchors)
        {
            anchors.Sort((a, b) => a.Place != b.Place ? a.Place.CompareTo(b.Place) : a.DeviceNs.CompareTo(b.DeviceNs));
        }

        CarryForward();
        CarryAcrossSettings();
        _slope = Slope();
    }

    /// <summary>Device clock of an entry, ns; <see cref="long.MinValue"/> = the stamp is absent.</summary>
    public long DeviceNs(int entry)
    {
        ref readonly var e = ref _entries[entry];
        return e.Event.Stamp == EventRecord.StampAbsent || e.Event.Stamp > long.MaxValue / 4 / _batches[e.Batch].StampUnitNs
            ? long.MinValue
            : (long)(e.Event.Stamp * _batches[e.Batch].StampUnitNs);
    }

    /// <summary>When an entry was written.</summary>
    public TimeInterval At(int entry)
    {
        var batch = _batches[_entries[entry].Batch];
        long device = DeviceNs(entry);
        int segment = SegmentOf(entry);
        var anchors = _anchors[segment];
        if (device == long.MinValue || anchors.Count == 0)
        {
            return Between(segment, (long)batch.ReceivedNs);
        }

        long resolution = (long)(batch.StampResolutionNs == 0 ? batch.StampUnitNs : batch.StampResolutionNs);
        var (offset, bound) = OffsetAt(anchors, entry, device);
        // a stamp says when its step began: the event lies within one step after it
        return new TimeInterval(device + offset - bound, device + offset + bound + resolution);
    }

    /// <summary>True where the entry is the first of a segment.</summary>
    public bool BeginsSegment(int entry) => Array.BinarySearch(_segmentStarts, entry) >= 0;

    /// <summary>What the offset was right before and after a setting: how far the clock had run away.</summary>
    public long? OffsetBefore(int entry)
    {
        var anchors = _anchors[SegmentOf(entry)];
        long device = DeviceNs(entry);
        return anchors.Count == 0 || device == long.MinValue ? null : OffsetAt(anchors, entry, device).Offset;
    }

    private (long Offset, long Bound) OffsetAt(List<Anchor> anchors, int entry, long device)
    {
        int after = 0;
        while (after < anchors.Count && anchors[after].Place <= entry)
        {
            after++;
        }

        if (after == 0)
        {
            return Extend(anchors[0], device);
        }

        if (after == anchors.Count)
        {
            return Extend(anchors[^1], device);
        }

        var (a, b) = (anchors[after - 1], anchors[after]);
        long span = b.DeviceNs - a.DeviceNs;
        if (span <= 0 || device <= a.DeviceNs)
        {
            return Extend(a, device);
        }

        double share = Math.Min(1.0, (double)(device - a.DeviceNs) / span);
        return (a.OffsetNs + (long)((b.OffsetNs - a.OffsetNs) * share), Math.Max(a.BoundNs, b.BoundNs));
    }

    /// <summary>
    /// Beyond the comparisons: straight on with the drift that the device has shown elsewhere, where that is more than its model's; the
    /// bound then allows a quarter of it.
    /// </summary>
    private (long Offset, long Bound) Extend(Anchor anchor, long device)
    {
        double apart = device - anchor.DeviceNs;
        double ppm = Math.Max(_driftPpm, Math.Abs(_slope) * 1e6 / 4);
        long offset = Math.Abs(anchor.OffsetNs);
        // one comparison alone does not say since when the clock is off: it may have run away all the while, at most as far as it is
        double away = _slope == 0 && offset <= TimeInterval.HourNs ? Math.Min(offset, Math.Abs(apart) * RunAwayPpm / 1e6) : 0;
        return (anchor.OffsetNs + (long)(apart * _slope), anchor.BoundNs + (long)(Math.Abs(apart) * ppm / 1e6 + away));
    }

    /// <summary>The median drift between comparisons half a day apart and more; 0 where it is within the model's.</summary>
    private double Slope()
    {
        var slopes = new List<double>();
        foreach (var anchors in _anchors.Where(a => a.Count > 1))
        {
            double apart = anchors[^1].DeviceNs - anchors[0].DeviceNs;
            if (apart > TimeInterval.DayNs / 2)
            {
                slopes.Add((anchors[^1].OffsetNs - anchors[0].OffsetNs) / apart);
            }
        }

        slopes.Sort();
        double median = slopes.Count == 0 ? 0 : slopes[slopes.Count / 2];
        return Math.Abs(median) * 1e6 > _driftPpm && Math.Abs(median) < 0.01 ? median : 0;
    }

    /// <summary>
    /// A comparison right before a setting holds behind it, too, by as much as the setting moved the clock: the step is what the clock had
    /// run away by (domain 1.5).
    /// </summary>
    private void CarryForward()
    {
        for (int s = 0; s + 1 < _segmentStarts.Length; s++)
        {
            int last = _segmentStarts[s + 1] - 1;
            if (Setting(last) is not { } setting || _anchors[s].Count == 0)
            {
                continue;
            }

            var near = _anchors[s].MinBy(a => Math.Abs(a.DeviceNs - setting.Before));
            if (Math.Abs(near.DeviceNs - setting.Before) <= TimeInterval.HourNs)
            {
                _anchors[s + 1]
                    .Insert(
                        0,
                        new Anchor(
                            last + 1,
                            setting.After,
                            near.OffsetNs + setting.Before - setting.After,
                            near.BoundNs + TimeInterval.SecondNs
                        )
                    );
            }
        }
    }

    /// <summary>A record without a usable stamp lies between its neighbours in the log, and before it was received.</summary>
    private TimeInterval Between(int segment, long receivedNs)
    {
        long low = TimeInterval.Unknown.LowNs;
        for (int s = segment - 1; s >= 0 && low == TimeInterval.Unknown.LowNs; s--)
        {
            low = _anchors[s].Count > 0 && DeviceNs(_segmentStarts[s + 1] - 1) != long.MinValue ? At(_segmentStarts[s + 1] - 1).LowNs : low;
        }

        long high = receivedNs;
        for (int s = segment + 1; s < _segmentStarts.Length; s++)
        {
            if (_anchors[s].Count > 0 && DeviceNs(_segmentStarts[s]) != long.MinValue)
            {
                high = Math.Min(high, At(_segmentStarts[s]).HighNs);
                break;
            }
        }

        return new TimeInterval(Math.Min(low, high), high);
    }

    private int[] Segments()
    {
        var starts = new List<int> { 0 };
        for (int i = 1; i < _entries.Length; i++)
        {
            var code = _entries[i - 1].Event.Code;
            bool epochEnds = _batches[_entries[i].Batch].Epoch != _batches[_entries[i - 1].Batch].Epoch;
            // a reset is stamped by the clock as it stands after the loss, unless its argument says otherwise (SPEC 15.5)
            bool lostBefore = code == EventCode.ClockReset && !ResetBegins(i - 1);
            bool lostHere = _entries[i].Event.Code == EventCode.ClockReset && ResetBegins(i);
            if (code == EventCode.TimeSync || lostBefore || lostHere || epochEnds || SettingLost(i))
            {
                starts.Add(i);
            }
        }

        return [.. starts];
    }

    /// <summary>A hole in which the clock went back, or leapt by most of a year: the row that set it is among what is missing.</summary>
    private bool SettingLost(int entry)
    {
        if (_entries[entry].Sequence == _entries[entry - 1].Sequence + 1)
        {
            return false;
        }

        var (before, after) = (DeviceNs(entry - 1), DeviceNs(entry));
        return before != long.MinValue && after != long.MinValue && (after < before || after - before > 300 * TimeInterval.DayNs);
    }

    /// <summary>Whether a reset's own stamp is of the new time: it stands no further from the argument than a minute.</summary>
    private bool ResetBegins(int entry)
    {
        var e = _entries[entry].Event;
        ulong unit = _batches[_entries[entry].Batch].StampUnitNs;
        ulong apart = e.Stamp > e.Argument ? e.Stamp - e.Argument : e.Argument - e.Stamp;
        return e.Stamp != EventRecord.StampAbsent && apart <= (ulong)TimeInterval.MinuteNs / unit;
    }

    private int SegmentOf(int entry)
    {
        int at = Array.BinarySearch(_segmentStarts, entry);
        return at >= 0 ? at : ~at - 1;
    }

    /// <summary>
    /// A docking session's measurement lies behind the newest entry that had been received by then: a pack docked late brings old
    /// entries, but the clock that was read is today's.
    /// </summary>
    private void AnchorFromBatches()
    {
        var sessions = new SortedDictionary<(ulong Received, ulong Session), (int Place, LogBatch Batch)>();
        for (int i = 0; i < _entries.Length; i++)
        {
            // the last entry of a stretch from one batch stands for it
            if (i + 1 < _entries.Length && _entries[i + 1].Batch == _entries[i].Batch)
            {
                continue;
            }

            var batch = _batches[_entries[i].Batch];
            if (batch.ClockQuality is ClockQuality.TwoSided or ClockQuality.Claimed)
            {
                sessions[(batch.ReceivedNs, batch.DockingSession)] = (i, batch);
            }
        }

        ulong lastSession = 0;
        int newest = -1;
        foreach (var (key, (place, batch)) in sessions)
        {
            newest = Math.Max(newest, place);
            if (key.Session != 0 && key.Session == lastSession && _anchors[SegmentOf(newest)].Count > 0)
            {
                _anchors[SegmentOf(newest)].RemoveAt(_anchors[SegmentOf(newest)].Count - 1);
            }

            lastSession = key.Session;
            long device = (long)batch.ReceivedNs - batch.ClockOffsetNs;
            if (!Follows(newest, device))
            {
                continue;
            }

            _anchors[SegmentOf(newest)].Add(new Anchor(newest + 1, device, batch.ClockOffsetNs, Bound(batch.ClockBoundNs)));
        }
    }

    /// <summary>
    /// A clock that reads earlier than the newest record was set or lost in between: an upload cut short has not brought the row of it, and
    /// the comparison is none of this segment's.
    /// </summary>
    private bool Follows(int entry, long deviceNs) =>
        DeviceNs(entry) is var newest && (newest == long.MinValue || deviceNs >= newest - 5 * TimeInterval.SecondNs);

    private void AnchorFromComparisons(IEnumerable<ClockComparison> comparisons)
    {
        foreach (var comparison in comparisons)
        {
            if (comparison.Quality is not (ClockQuality.TwoSided or ClockQuality.Claimed))
            {
                continue;
            }

            int place = Place(comparison);
            if (place >= 0 && Follows(place, comparison.DeviceTimeNs))
            {
                long offset = comparison.UtcNs - comparison.DeviceTimeNs;
                _anchors[SegmentOf(place)].Add(new Anchor(place + 1, comparison.DeviceTimeNs, offset, Bound(comparison.BoundNs)));
            }
        }
    }

    /// <summary>The newest entry behind which a comparison lies; -1 = cannot be placed.</summary>
    private int Place(in ClockComparison comparison)
    {
        int place = -1;
        for (int i = _entries.Length - 1; i >= 0 && place < 0; i--)
        {
            var batch = _batches[_entries[i].Batch];
            bool before = comparison.NewestSequence is { } newest
                ? _entries[i].Sequence <= newest
                : (comparison.DockingSession != 0 && batch.DockingSession == comparison.DockingSession)
                    || (long)batch.ReceivedNs <= comparison.UtcNs + TimeInterval.MinuteNs;
            place = before ? i : -1;
        }

        return place;
    }

    private void CarryAcrossSettings()
    {
        for (int s = _segmentStarts.Length - 2; s >= 0; s--)
        {
            int last = _segmentStarts[s + 1] - 1;
            if (Setting(last) is not { } setting)
            {
                continue;
            }

            if (_anchors[s + 1].Count == 0)
            {
                _anchors[s + 1].Add(new Anchor(last + 1, setting.After, 0, SyncAloneBoundNs));
            }

            // only a setting says what the clock read before it; after a loss the time in between is not known
            var (offset, bound) = OffsetAt(_anchors[s + 1], last + 1, setting.After);
            _anchors[s].Add(new Anchor(last + 1, setting.Before, offset + setting.After - setting.Before, bound + TimeInterval.SecondNs));
        }
    }

    private (long Before, long After)? Setting(int entry)
    {
        ref readonly var e = ref _entries[entry];
        long before = DeviceNs(entry);
        ulong unit = _batches[e.Batch].StampUnitNs;
        return e.Event.Code != EventCode.TimeSync || before == long.MinValue || e.Event.Argument > long.MaxValue / 4 / unit
            ? null
            : (before, (long)(e.Event.Argument * unit));
    }

    private static long Bound(ulong ns) => ns > (ulong)TimeInterval.DayNs ? TimeInterval.DayNs : (long)ns;

    private readonly record struct Anchor(int Place, long DeviceNs, long OffsetNs, long BoundNs);
}
