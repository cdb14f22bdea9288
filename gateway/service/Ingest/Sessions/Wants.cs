using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>What the gateway wants of what a carrier holds: the held ranges less the durable ones (wire 6). Pure.</summary>
internal static class Wants
{
    /// <summary>At most 16 ranges, the lowest first; the rest is wanted when these have come and the dock says Docked again.</summary>
    public static Want Of(DecisionState state, in Docked docked)
    {
        var log = state.Find(docked.Log);
        var wanted = new List<SequenceRange>(Limits.RangesMax);
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
                Add(wanted, from, Math.Min(run.First, held.Next));
                from = run.Next;
            }
            Add(wanted, from, held.Next);
        }
        return new Want(docked.Log, SequenceRanges.Of([.. wanted]), docked.Carrier);
    }

    private static void Add(List<SequenceRange> wanted, ulong first, ulong next)
    {
        if (first < next && wanted.Count < Limits.RangesMax)
        {
            wanted.Add(new SequenceRange(first, (uint)Math.Min(next - first, uint.MaxValue)));
        }
    }
}
