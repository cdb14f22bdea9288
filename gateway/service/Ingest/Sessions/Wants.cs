using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>What the gateway wants of what a carrier holds: the held ranges less the durable ones (wire 6). Pure.</summary>
internal static class Wants
{
    /// <summary>At most 16 ranges, the lowest first; the rest is wanted when these have come.</summary>
    public static SequenceRanges Of(DecisionState state, in Docked docked) => SequenceRanges.Of([.. Split(state, docked).Wanted]);

    /// <summary>What of it is durable: at most 16 ranges, the lowest first.</summary>
    public static List<SequenceRange> DurableOf(DecisionState state, in Docked docked) => Split(state, docked).Durable;

    private static (List<SequenceRange> Wanted, List<SequenceRange> Durable) Split(DecisionState state, in Docked docked)
    {
        var log = state.Find(docked.Log);
        var (wanted, durable) = (new List<SequenceRange>(), new List<SequenceRange>());
        foreach (var held in docked.Held.Span)
        {
            var from = held.First;
            foreach (var run in log?.Durable.Runs ?? [])
            {
                if (run.Next <= from)
                {
                    continue;
                }
                if (run.First >= held.Next)
                {
                    break;
                }
                var next = Math.Min(run.Next, held.Next);
                Add(wanted, from, Math.Min(run.First, held.Next));
                Add(durable, Math.Max(run.First, from), next);
                from = run.Next;
            }
            Add(wanted, from, held.Next);
        }
        return (wanted, durable);
    }

    private static void Add(List<SequenceRange> ranges, ulong first, ulong next)
    {
        if (first < next && ranges.Count < Limits.RangesMax)
        {
            ranges.Add(new SequenceRange(first, (uint)Math.Min(next - first, uint.MaxValue)));
        }
    }
}
