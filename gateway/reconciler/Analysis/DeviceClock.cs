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
    private readonly LogHoles _holes;
    private readonly int[] _segmentStarts;
    private readonly List<Anchor>[] _anchors;
    private readonly double _slope;
    private readonly double _awayPpm;

    public DeviceClock(DeviceHistory history, StoredEntry[] entries, IEnumerable<ClockComparison> comparisons)
    {
        var (batches, driftPpm) = (history.Batches, history.Model.DriftPpm);
        (_entries, _batches, _driftPpm) = (entries, batches, driftPpm);
        _holes = new LogHoles(entries, batches, history.Dockings);
        _segmentStarts = ClockSegments.Starts(entries, batches);
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
        _awayPpm = AwayPpm();
    }

    /// <summary>Device clock of an entry, ns; <see cref="long.MinValue"/> = the stamp is absent.</summary>
    public long DeviceNs(int entry) => ClockSegments.DeviceNs(_entries, _batches, entry);

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

    /// <summary>True where the clock went back before the entry and no row says why.</summary>
    public bool MovedSilently(int entry) => entry > 0 && ClockSegments.MovedSilently(_entries, _batches, entry);

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
            return Extend(anchors[0], device, _holes.Between(entry, anchors[0].Place));
        }

        if (after == anchors.Count)
        {
            return Extend(anchors[^1], device, false);
        }

        var (a, b) = (anchors[after - 1], anchors[after]);
        long span = b.DeviceNs - a.DeviceNs;
        if (span <= 0 || device <= a.DeviceNs)
        {
            return Extend(a, device, false);
        }

        // a step that no drift explains: the clock was moved somewhere in between, and the offset is the one or the other (domain 1.5)
        long step = b.OffsetNs - a.OffsetNs;
        double unexplained = Math.Abs(step - _slope * span) - 2 * _driftPpm * span / 1e6 - a.BoundNs - b.BoundNs;
        bool moved = Math.Abs(step) > RunAwayPpm / 1e6 * span || _holes.Between(a.Place, b.Place);
        if (unexplained > ClockSegments.BackwardsNs && moved)
        {
            return (a.OffsetNs + step / 2, Math.Abs(step) / 2 + Math.Max(a.BoundNs, b.BoundNs));
        }

        double share = Math.Min(1.0, (double)(device - a.DeviceNs) / span);
        return (a.OffsetNs + (long)(step * share), Math.Max(a.BoundNs, b.BoundNs));
    }

    /// <summary>
    /// Beyond the comparisons: straight on with the drift that the device has shown elsewhere, where that is more than its model's; the
    /// bound then allows a quarter of it. Back across missing records it may have been set among them, by as much as it is off.
    /// </summary>
    private (long Offset, long Bound) Extend(Anchor anchor, long device, bool acrossHole)
    {
        double apart = device - anchor.DeviceNs;
        double ppm = Math.Max(_driftPpm, Math.Abs(_slope) * 1e6 / 4);
        var (straight, bound) = (anchor.OffsetNs + (long)(apart * _slope), anchor.BoundNs + (long)(Math.Abs(apart) * ppm / 1e6));
        long off = Math.Abs(anchor.OffsetNs);
        if (off > TimeInterval.HourNs)
        {
            return (straight, bound + (_slope != 0 ? 0 : (long)(Math.Abs(apart) * _awayPpm / 1e6)));
        }

        // one comparison alone does not say since when the clock is off: it may have run away all the while, at most as far as it is
        long away =
            acrossHole ? Math.Abs(off - (long)Math.Abs(apart * _slope))
            : _slope != 0 ? 0
            : (long)Math.Min(off, Math.Abs(apart) * RunAwayPpm / 1e6);
        // before the comparison a clock that ran away was nearer the right time, not further from it (domain 1.5: from setting to step)
        return apart < 0 ? (straight - Math.Sign(anchor.OffsetNs) * (away / 2), bound + away / 2) : (straight, bound + away);
    }

    /// <summary>
    /// The median drift between comparisons half a day apart and more with the whole log between them; 0 where it is within the model's.
    /// </summary>
    private double Slope()
    {
        var slopes = new List<double>();
        foreach (var anchors in _anchors)
        {
            for (int i = 1; i < anchors.Count; i++)
            {
                double apart = anchors[i].DeviceNs - anchors[i - 1].DeviceNs;
                if (apart > TimeInterval.DayNs / 2 && !_holes.Between(anchors[i - 1].Place, anchors[i].Place))
                {
                    slopes.Add((anchors[i].OffsetNs - anchors[i - 1].OffsetNs) / apart);
                }
            }
        }

        slopes.Sort();
        double median = slopes.Count == 0 ? 0 : slopes[slopes.Count / 2];
        return Math.Abs(median) * 1e6 > _driftPpm && Math.Abs(median) < 0.01 ? median : 0;
    }

    /// <summary>
    /// How far the clock may have run away, at most: after a loss its offset says nothing of drift, and one comparison then bounds nothing by
    /// itself. What it showed elsewhere in one comparison is no measure of it: it may have been set back since among records that are missing.
    /// </summary>
    private double AwayPpm()
    {
        double most = 0;
        for (int s = 0; s < _segmentStarts.Length; s++)
        {
            long first = DeviceNs(_segmentStarts[s]);
            foreach (var anchor in _anchors[s].Where(a => first != long.MinValue && a.DeviceNs - first > TimeInterval.DayNs))
            {
                double offset = Math.Abs((double)anchor.OffsetNs);
                most = offset <= TimeInterval.HourNs ? Math.Max(most, offset * 1e6 / (anchor.DeviceNs - first)) : most;
            }
        }

        return most > _driftPpm ? RunAwayPpm : most;
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
            if (!Follows(newest, device) || LostBeforeHole(newest, batch.ClockOffsetNs))
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

    /// <summary>So far behind is no clock that runs: it has begun again at its factory date.</summary>
    private const long LostOffsetNs = 300 * TimeInterval.DayNs;

    /// <summary>
    /// The clock had lost its time, and what was written right before the comparison is missing: it may have lost it again there, and the
    /// comparison then says nothing of the time before.
    /// </summary>
    private bool LostBeforeHole(int entry, long offsetNs) =>
        offsetNs > LostOffsetNs && entry + 1 < _entries.Length && _entries[entry + 1].Sequence != _entries[entry].Sequence + 1;

    private void AnchorFromComparisons(IEnumerable<ClockComparison> comparisons)
    {
        foreach (var comparison in comparisons)
        {
            if (comparison.Quality is not (ClockQuality.TwoSided or ClockQuality.Claimed))
            {
                continue;
            }

            int place = Place(comparison);
            long offset = comparison.UtcNs - comparison.DeviceTimeNs;
            if (place >= 0 && Follows(place, comparison.DeviceTimeNs) && !LostBeforeHole(place, offset))
            {
                _anchors[SegmentOf(place)].Add(new Anchor(place + 1, comparison.DeviceTimeNs, offset, Bound(comparison.BoundNs)));
            }
        }
    }

    /// <summary>
    /// The newest entry behind which a comparison lies; -1 = cannot be placed. Two lives of a log with one number (SPEC clause 6) are in no
    /// order of their own: there the time of reception decides.
    /// </summary>
    private int Place(in ClockComparison comparison)
    {
        int place = -1;
        for (int i = _entries.Length - 1; i >= 0 && place < 0; i--)
        {
            var batch = _batches[_entries[i].Batch];
            bool before =
                comparison.Newest is { } newest && (batch.Epoch == newest.Epoch || batch.Epoch.Number != newest.Epoch.Number)
                    ? batch.Epoch.Number < newest.Epoch.Number || (batch.Epoch == newest.Epoch && _entries[i].Sequence <= newest.Sequence)
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
