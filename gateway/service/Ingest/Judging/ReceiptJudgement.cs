using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Gateway.Ingest.Trust;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>
/// Receipts that docks show (SPEC clauses 8.22, 13.7): another gateway's says that a range is held elsewhere, and where the
/// operator has named that gateway's key it is not lost; this gateway's own
/// for what is not here says that something was receipted and is missing. The whole frame is kept, so that whoever has the other gateway's
/// key can check its signature later.
/// </summary>
internal sealed class ReceiptJudgement(GroupBuilder group, GapBook gaps, string gateway, ReceiptKey own, OtherReceipts others)
{
    public (FrameOutcome Outcome, Rejection Rejection) Store(Sender sender, ulong receivedNs, Frame frame, ReadOnlyMemory<byte> bytes)
    {
        var rejection = frame.Decode<ReceiptShown>(out var shown);
        if (!rejection.IsNone)
        {
            return (default, rejection);
        }
        var reason = Judge(shown.Receipt);
        var leaf = new OtherFrame(sender.ArrivalAt(receivedNs), (byte)frame.Header.Type, shown.Receipt.Log.Device, (ushort)reason);
        group.Add(RecordKind.Frame, leaf, bytes);
        if (reason == Reason.HeldElsewhere && others.Signed(shown.Receipt))
        {
            var source = shown.Receipt.Log;
            var filed = group.State.Filed(source);
            foreach (var range in shown.Receipt.Ranges)
            {
                var turns = sender.Logs.Turns(group.State.Find(filed), source, range.Range.First);
                gaps.HeldElsewhere(filed, range.Range with { First = range.Range.First + turns }, receivedNs);
            }
        }
        return (reason == Reason.None ? FrameOutcome.Stored : FrameOutcome.StoredWith(reason), default);
    }

    private Reason Judge(in Receipt receipt)
    {
        var log = group.State.Find(group.State.Filed(receipt.Log));
        var here = true;
        foreach (var range in receipt.Ranges)
        {
            for (var at = range.Range.First; here && at < range.Range.Next; )
            {
                var next = log?.Durable.NextNotDurable(at) ?? at;
                here = next > at;
                at = next;
            }
        }
        if (receipt.Gateway != gateway)
        {
            return here ? Reason.None : Reason.HeldElsewhere;
        }
        return receipt.KeyId != own.Id || !SignatureCheck.Holds(own.Public, receipt.BytesToSign(), receipt.Signature)
                ? Reason.ReceiptNotVerified
            : here ? Reason.None
            : Reason.ReceiptedButMissing;
    }
}
