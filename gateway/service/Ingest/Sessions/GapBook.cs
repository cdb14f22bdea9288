using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;
using Run = TaserTelemetry.Evidence.Decisions.Run;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>
/// Gaps as records of their own (promise 6): open when a session ends with a hole, filled when a later one brings it, final when the
/// device's own oldest record has passed it. Written once for each change; what was written is remembered by the leaves that are folded in.
/// </summary>
internal sealed class GapBook(GroupBuilder group)
{
    private readonly Dictionary<LogKey, HashSet<Run>> open = [];

    /// <summary>A gap leaf was replayed at start.</summary>
    public void Replayed(Gap gap)
    {
        var key = new LogKey(gap.Device, gap.Log, gap.Epoch);
        var run = new Run(gap.First, gap.Next);
        if (gap.State == GapState.Open)
        {
            OpenOf(key).Add(run);
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

    private void Write(in LogKey key, LogState log, ulong nowNs)
    {
        var known = OpenOf(key);
        var holes = log.Durable.Holes().Where(h => !h.Final).Select(h => h.Hole).ToHashSet();
        foreach (var gone in known.Where(k => !holes.Contains(k)).ToList())
        {
            known.Remove(gone);
            group.AddOwn(Leaf(key, gone, GapState.Filled, GapCause.NotDelivered, nowNs));
        }
        foreach (var hole in holes)
        {
            // The device itself no longer has what lies before its own oldest record; another carrier may, so long as nothing says final.
            if (log.OldestOffered >= hole.Next)
            {
                known.Remove(hole);
                group.AddOwn(Leaf(key, hole, GapState.Final, GapCause.Overwritten, nowNs));
            }
            else if (known.Add(hole))
            {
                group.AddOwn(Leaf(key, hole, GapState.Open, GapCause.NotDelivered, nowNs));
            }
        }
    }

    private HashSet<Run> OpenOf(in LogKey key)
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
