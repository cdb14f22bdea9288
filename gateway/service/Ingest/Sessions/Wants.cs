using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>A range that a carrier holds and that is durable here.</summary>
/// <param name="Sent">In the source's own numbers.</param>
/// <param name="Filed">As it is filed.</param>
internal readonly record struct DurableRange(SequenceRange Sent, SequenceRange Filed);

/// <summary>What the gateway wants of what a carrier holds: the held ranges less the durable ones (wire 6). Pure.</summary>
internal static class Wants
{
    /// <summary>
    /// At most 16 ranges, the lowest first; the rest is wanted when these have come. Of a source without epochs the newest known record comes
    /// with them until it has been compared in this session (SPEC clause 6.4).
    /// </summary>
    public static SequenceRanges Of(DecisionState state, SourceLogs source, in Docked docked)
    {
        var (wanted, durable) = Split(state, source, docked);
        if (source.IsAnchored(docked.Log) || durable.Count == 0)
        {
            return SequenceRanges.Of([.. wanted]);
        }
        var anchor = new SequenceRange(durable[^1].Sent.Next - 1, 1);
        var at = wanted.FindIndex(range => range.First > anchor.First);
        if (at >= 0 && wanted[at].First == anchor.Next)
        {
            wanted[at] = new SequenceRange(anchor.First, wanted[at].Count + 1);
            if (at > 0 && wanted[at - 1].Next == anchor.First)
            {
                wanted[at - 1] = new SequenceRange(wanted[at - 1].First, wanted[at - 1].Count + wanted[at].Count);
                wanted.RemoveAt(at);
            }
        }
        else if (wanted.FindIndex(range => range.Next == anchor.First) is >= 0 and var before)
        {
            wanted[before] = new SequenceRange(wanted[before].First, wanted[before].Count + 1);
        }
        else
        {
            wanted.Insert(at < 0 ? wanted.Count : at, anchor);
        }
        return SequenceRanges.Of([.. wanted.Take(Limits.RangesMax)]);
    }

    /// <summary>What of it is durable and known to be this source's: at most 16 ranges, the lowest first.</summary>
    public static List<DurableRange> DurableOf(DecisionState state, SourceLogs source, in Docked docked)
    {
        var durable = Split(state, source, docked).Durable;
        return source.IsAnchored(docked.Log) ? [.. durable.Take(Limits.RangesMax)] : [];
    }

    private static (List<SequenceRange> Wanted, List<DurableRange> Durable) Split(DecisionState state, SourceLogs source, in Docked docked)
    {
        source.Says(docked.Log, docked.SequenceBits);
        var log = state.Find(state.Filed(docked.Log));
        var (wanted, durable) = (new List<SequenceRange>(), new List<DurableRange>());
        foreach (var held in docked.Held.Span)
        {
            var turns = source.Turns(log, docked.Log, held.First);
            var (from, heldNext) = (held.First + turns, held.Next + turns);
            foreach (var run in log?.Durable.Runs ?? [])
            {
                if (run.Next <= from)
                {
                    continue;
                }
                if (run.First >= heldNext)
                {
                    break;
                }
                Add(wanted, from, Math.Min(run.First, heldNext), turns);
                from = Math.Max(run.First, from);
                var filed = new SequenceRange(from, (uint)(Math.Min(run.Next, heldNext) - from));
                durable.Add(new DurableRange(filed with { First = filed.First - turns }, filed));
                from = run.Next;
            }
            Add(wanted, from, heldNext, turns);
        }
        return (wanted, durable);
    }

    private static void Add(List<SequenceRange> ranges, ulong first, ulong next, ulong turns)
    {
        if (first < next && ranges.Count < Limits.RangesMax)
        {
            ranges.Add(new SequenceRange(first - turns, (uint)Math.Min(next - first, uint.MaxValue)));
        }
    }
}
