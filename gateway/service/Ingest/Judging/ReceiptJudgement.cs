using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
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
internal sealed class ReceiptJudgement(
    GroupBuilder group,
    GapBook gaps,
    KnownRecords known,
    string gateway,
    ReceiptKey own,
    OtherReceipts others
)
{
    /// <summary>Turns of a narrow counter, before the one nearest to the newest record, in which a receipted range is looked for.</summary>
    public const int OlderTurnsMax = 256;

    public (FrameOutcome Outcome, Rejection Rejection) Store(Sender sender, ulong receivedNs, Frame frame, ReadOnlyMemory<byte> bytes)
    {
        var rejection = frame.Decode<ReceiptShown>(out var shown);
        if (!rejection.IsNone)
        {
            return (default, rejection);
        }
        var reason = Judge(sender, shown.Receipt);
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

    private Reason Judge(Sender sender, in Receipt receipt)
    {
        if (receipt.Gateway != gateway)
        {
            return AreHere(sender, receipt, isOwn: false) ? Reason.None : Reason.HeldElsewhere;
        }
        return receipt.KeyId != own.Id || !SignatureCheck.Holds(own.Public, receipt.BytesToSign(), receipt.Signature)
                ? Reason.ReceiptNotVerified
            : AreHere(sender, receipt, isOwn: true) ? Reason.None
            : Reason.ReceiptedButMissing;
    }

    private bool AreHere(Sender sender, in Receipt receipt, bool isOwn)
    {
        var key = group.State.Filed(receipt.Log);
        var log = group.State.Find(key);
        foreach (var range in receipt.Ranges)
        {
            var turns = sender.Logs.Turns(log, receipt.Log, range.Range.First);
            if (!IsDurable(log, range.Range, turns) && !(isOwn && IsInOlderTurn(log, key, range, turns, sender.Logs.TurnOf(receipt.Log))))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>
    /// A narrow counter comes to the same number once a turn (SPEC clause 6.2). A receipt names no turn, but where the ledger has its records: an older
    /// turn is meant if it is durable and none of it stands outside those leaves, which tells it from the same numbers of another turn.
    /// </summary>
    private bool IsInOlderTurn(LogState? log, in LogKey key, in ReceiptRange range, ulong nearest, ulong turn)
    {
        var (first, last) = (range.LeafFirst, range.LeafLast);
        for (var back = 1; turn != 0 && back <= OlderTurnsMax && nearest >= turn; back++)
        {
            nearest -= turn;
            var from = range.Range.First + nearest;
            if (
                IsDurable(log, range.Range, nearest)
                && last < group.NextIndex
                && known.Within(key, from, from + range.Range.Count).All(stretch => stretch.Index >= first && stretch.Index <= last)
            )
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsDurable(LogState? log, SequenceRange range, ulong turns)
    {
        var (at, next) = (range.First + turns, range.Next + turns);
        while (log is not null && at < next && log.Durable.NextNotDurable(at) is var end && end > at)
        {
            at = end;
        }
        return at >= next;
    }
}
