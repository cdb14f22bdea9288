using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;
using Run = TaserTelemetry.Evidence.Decisions.Run;
using Wire = TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>
/// Gaps as records of their own (promise 6): open when a session ends with a hole, filled when a later one brings it, final when the
/// device's own oldest record has passed it, the device or its clearing says so, or the policy's days are over. Written once for each change; what was written is remembered by the leaves that are folded in.
/// </summary>
internal sealed class GapBook(GroupBuilder group)
{
    private const ulong NsPerDay = 86_400 * UnixTime.NsPerSecond;
    private const ulong LookEveryNs = 600 * UnixTime.NsPerSecond;
    private ulong lookedNs;
    private readonly Dictionary<LogKey, Dictionary<Run, ulong>> open = [];
    private readonly ElsewhereBook elsewhere = new();

    /// <summary>Gaps that stand open, each as the leaf that says so.</summary>
    public IEnumerable<Gap> Open =>
        open.SelectMany(log => log.Value.Select(gap => Leaf(log.Key, gap.Key, GapState.Open, GapCause.NotDelivered, gap.Value)))
            .Concat(elsewhere.All.Select(one => Leaf(one.Log, one.Run, GapState.Open, GapCause.HeldElsewhere, one.SinceNs)));

    /// <summary>A gap leaf was replayed at start.</summary>
    public void Replayed(Gap gap)
    {
        var key = new LogKey(gap.Device, gap.Log, gap.Epoch);
        var run = new Run(gap.First, gap.Next);
        if (gap is { State: GapState.Open, Cause: GapCause.HeldElsewhere })
        {
            elsewhere.Add(key, run, gap.AtNs);
        }
        else if (gap.Cause == GapCause.HeldElsewhere)
        {
            elsewhere.Remove(key, run);
        }
        else if (gap.State == GapState.Open)
        {
            OpenOf(key)[run] = gap.AtNs;
        }
        else if (open.TryGetValue(key, out var known))
        {
            known.Remove(run);
        }
    }

    /// <summary>Writes what changed for the logs that a session brought something of.</summary>
    public void SessionEnded(IEnumerable<LogKey> logs, ulong nowNs)
    {
        foreach (var key in logs)
        {
            if (group.State.Find(key) is { } log)
            {
                Write(key, log, nowNs);
            }
        }
    }

    /// <summary>
    /// Another gateway gave a receipt for it: what of it is missing here is not lost (wire 10). It stays wanted and open, and is never final; it is
    /// filled when it comes after all.
    /// </summary>
    public void HeldElsewhere(in LogKey filed, SequenceRange range, ulong nowNs)
    {
        if (group.State.Plan(filed, range, out var missing) is RangeAnswer.TooManyPieces or RangeAnswer.TooManyLogs)
        {
            return; // more than 16 holes in it: the dock shows it again when some are filled
        }
        foreach (var piece in missing.AsSpan())
        {
            var run = new Run(piece.First, piece.Next);
            if (elsewhere.Add(filed, run, nowNs))
            {
                group.AddOwn(Leaf(filed, run, GapState.Open, GapCause.HeldElsewhere, nowNs));
            }
        }
    }

    /// <summary>A device itself says what it no longer has: nobody else can bring it. Of a carrier's own memory another may have a copy.</summary>
    public void Gone(in LogKey filed, in Wire.RangeGone gone, ulong nowNs)
    {
        if (gone.Carrier.Length == 0 && gone.Reason != Reason.ReceiptedAndDropped)
        {
            MakeFinal(filed, gone.Range, GapCause.DeclaredGone, nowNs);
        }
    }

    /// <summary>What was written before the clearing and never came, from the first record that did.</summary>
    public void Cleared(in LogKey filed, ulong next, ulong nowNs)
    {
        if (group.State.Find(filed) is { Durable.Runs: [var first, ..] } && next > first.Next)
        {
            var count = Math.Min(next - first.Next, uint.MaxValue);
            MakeFinal(filed, new SequenceRange(first.Next, (uint)count), GapCause.Cleared, nowNs);
        }
    }

    /// <summary>Gaps that stood open for the policy's days are final; 0 days = never.</summary>
    public void Tick(ulong nowNs)
    {
        if (nowNs - Math.Min(lookedNs, nowNs) < LookEveryNs)
        {
            return;
        }
        lookedNs = nowNs;
        var days = group.State.Policy.GapFinalAfterDays;
        foreach (var (key, known) in days == 0 ? [] : open.ToList())
        {
            foreach (var (run, sinceNs) in known.Where(gap => nowNs > gap.Value && nowNs - gap.Value >= days * NsPerDay).ToList())
            {
                known.Remove(run);
                AddFinal(key, run, GapCause.TimeLimit, nowNs);
            }
        }
    }

    private void MakeFinal(in LogKey key, SequenceRange range, GapCause cause, ulong nowNs)
    {
        if (group.State.Plan(key, range, out var missing) == RangeAnswer.TooManyPieces)
        {
            return; // more than 16 holes in it: they stay open, and are final by days
        }
        foreach (var piece in missing.AsSpan())
        {
            OpenOf(key).Remove(new Run(piece.First, piece.Next));
            AddFinal(key, new Run(piece.First, piece.Next), cause, nowNs);
        }
    }

    private void Write(in LogKey key, LogState log, ulong nowNs)
    {
        foreach (var run in elsewhere.TakeFilled(key, log.Durable))
        {
            group.AddOwn(Leaf(key, run, GapState.Filled, GapCause.HeldElsewhere, nowNs));
        }
        var known = OpenOf(key);
        var holes = log.Durable.Holes().ToDictionary(h => h.Hole, h => h.Final);
        foreach (var run in known.Keys.Where(run => !holes.TryGetValue(run, out var final) || final).ToList())
        {
            known.Remove(run);
            if (!holes.ContainsKey(run))
            {
                group.AddOwn(Leaf(key, run, GapState.Filled, GapCause.NotDelivered, nowNs));
            }
        }
        foreach (var hole in holes.Where(h => !h.Value).Select(h => h.Key))
        {
            // The device itself no longer has what lies before its own oldest record; another carrier may, so long as nothing says final.
            if (log.OldestOfDevice >= hole.Next)
            {
                known.Remove(hole);
                AddFinal(key, hole, GapCause.Overwritten, nowNs);
            }
            else if (known.TryAdd(hole, nowNs))
            {
                group.AddOwn(Leaf(key, hole, GapState.Open, GapCause.NotDelivered, nowNs));
            }
        }
    }

    /// <summary>Final but for what another gateway has.</summary>
    private void AddFinal(in LogKey key, Run run, GapCause cause, ulong nowNs)
    {
        foreach (var piece in elsewhere.Without(key, run))
        {
            group.AddOwn(Leaf(key, piece, GapState.Final, cause, nowNs));
        }
    }

    private Dictionary<Run, ulong> OpenOf(in LogKey key)
    {
        if (!open.TryGetValue(key, out var known))
        {
            open[key] = known = [];
        }
        return known;
    }

    private static Gap Leaf(in LogKey key, Run run, GapState state, GapCause cause, ulong nowNs) =>
        new(nowNs, key.Device, key.Log, key.Epoch, run.First, run.Next, state, cause);
}
