using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.FirmwareProtocol.Trust;
using TaserTelemetry.Gateway.Ingest.Judging;
using TaserTelemetry.Gateway.Ingest.Sessions;

namespace TaserTelemetry.Gateway.Ingest.Trust;

/// <summary>
/// Receipts: signed leave to forget (wire 10), for what of a carrier's holding is durable; each names the leaves that hold it. Runs behind
/// the fsync.
/// </summary>
internal sealed class ReceiptDesk(DecisionState state, KnownRecords known, ReceiptKey key, string gateway, TimeProvider clock)
{
    /// <summary>What one docking session may be told of what is durable.</summary>
    public IDurableLogs For(Sender sender) => new Told(this, sender);

    private SequenceRanges Missing(Sender sender, in Docked docked) => Wants.Of(state, sender.Logs, docked);

    private Receipt? Of(Sender sender, in Docked docked)
    {
        Span<ReceiptRange> ranges = stackalloc ReceiptRange[Limits.RangesMax];
        var count = 0;
        foreach (var range in Wants.DurableOf(state, sender.Logs, docked))
        {
            var (first, last) = known.LeavesOf(state.Filed(docked.Log), range.Filed);
            ranges[count++] = new ReceiptRange(range.Sent, first, last);
        }
        return count == 0
            ? null
            : new Receipt(docked.Log, UnixTime.NowNs(clock), key.Id, gateway, ranges[..count], default).Signed(key.Sign);
    }

    private sealed class Told(ReceiptDesk desk, Sender sender) : IDurableLogs
    {
        public SequenceRanges Missing(in Docked docked) => desk.Missing(sender, docked);

        // What comes from a dock that is not enrolled is kept aside: it gets no leave to forget.
        public Receipt? ReceiptFor(in Docked docked) => sender.Standing == Reason.None ? desk.Of(sender, docked) : null;
    }
}
