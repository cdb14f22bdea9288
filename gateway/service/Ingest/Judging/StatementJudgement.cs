using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Gateway.Ingest.Trust;
using TaserTelemetry.Ledger.Journals;
using LeafRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;
using Wire = TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>Everything a dock states besides event records: each is one leaf, said once for each frame number.</summary>
internal sealed class StatementJudgement(GroupBuilder group, GapBook gaps, ChainDesk chains, DriftBook drifts)
{
    private const ulong NsPerMs = 1_000_000;

    public (FrameOutcome Outcome, Rejection Rejection) Store(Sender sender, ulong receivedNs, Frame frame, ReadOnlyMemory<byte> bytes)
    {
        var arrival = sender.ArrivalAt(receivedNs);
        if (frame.Header.Type == MessageType.SessionHead)
        {
            return StoreHead(sender, arrival, frame, bytes);
        }
        var rejection = Read(sender, arrival, frame, out var leaf);
        if (!rejection.IsNone)
        {
            return (default, rejection);
        }
        group.Add(RecordKind.Frame, leaf!, bytes);
        if (leaf is ClockReading reading)
        {
            drifts.Heard(reading);
        }
        if (frame.Decode<Wire.RangeGone>(out var gone).IsNone)
        {
            var (filed, first) = Filed(sender, gone.Log, gone.Range.First);
            gaps.Gone(filed, gone with { Range = gone.Range with { First = first } }, receivedNs);
        }
        else if (frame.Decode<Wire.LogCleared>(out var cleared).IsNone)
        {
            TakeCleared(sender, receivedNs, cleared);
        }
        return (leaf is OtherFrame { Reason: not 0 } ? FrameOutcome.StoredWith(Reason.MessageTypeUnknown) : FrameOutcome.Stored, default);
    }

    /// <summary>
    /// What was not delivered before the clearing is final. A source that goes on without epochs gets one here, as a leaf, so that what it records
    /// from now on is not taken for other bytes of what is stored (SPEC clause 6.4).
    /// </summary>
    private void TakeCleared(Sender sender, ulong receivedNs, in Wire.LogCleared cleared)
    {
        var (filed, next) = Filed(sender, cleared.Log, cleared.NextSequence);
        gaps.Cleared(filed, next, receivedNs);
        if (cleared.Log.Epoch == default && cleared.NewEpoch == default && group.State.Find(filed) is { Durable.HighestNext: > 0 })
        {
            var opened = SourceEpochs.After(filed.Epoch);
            var (device, log) = (filed.Device, filed.Log);
            group.AddOwn(new EpochOpened(receivedNs, device, log, filed.Epoch, opened, next, EpochCause.SequenceRestarted));
            sender.Logs.Anchored(cleared.Log);
        }
    }

    private (FrameOutcome Outcome, Rejection Rejection) StoreHead(
        Sender sender,
        in Arrival arrival,
        Frame frame,
        ReadOnlyMemory<byte> bytes
    )
    {
        var rejection = frame.Decode<Wire.SessionHead>(out var head);
        if (!rejection.IsNone)
        {
            return (default, rejection);
        }
        var (filed, first) = Filed(sender, head.Log, head.FirstSequence);
        var (leaf, outcome, spent) = HeadJudge.Judge(group.State, sender, arrival, head, filed, first);
        chains.Arrived(group.Add(RecordKind.Frame, leaf, bytes), leaf);
        if (spent is { } number)
        {
            group.AddOwn(new NonceSpent(arrival.ReceivedNs, sender.Place.Dock, number, head.Log.Device));
        }
        return (outcome, default);
    }

    private Rejection Read(Sender sender, in Arrival arrival, Frame frame, out Leaf? leaf)
    {
        leaf = null;
        switch (frame.Header.Type)
        {
            case MessageType.ClockReading:
                var readingRejected = frame.Decode<Wire.ClockReading>(out var reading);
                leaf = readingRejected.IsNone ? Reading(sender, arrival, reading) : null;
                return readingRejected;
            case MessageType.Undocked:
                var undockedRejected = frame.Decode<Wire.Undocked>(out var undocked);
                leaf = undockedRejected.IsNone
                    ? new Undocked(arrival, undocked.Device, undocked.Carrier, (ushort)undocked.Reason, undocked.IsComplete)
                    : null;
                return undockedRejected;
            case MessageType.RangeGone:
                var goneRejected = frame.Decode<Wire.RangeGone>(out var gone);
                leaf = goneRejected.IsNone ? Gone(sender, arrival, gone) : null;
                return goneRejected;
            case MessageType.LogCleared:
                var clearedRejected = frame.Decode<Wire.LogCleared>(out var cleared);
                leaf = clearedRejected.IsNone ? Cleared(sender, arrival, cleared) : null;
                return clearedRejected;
            case MessageType.DockHealth:
                var healthRejected = frame.Decode<Wire.DockHealth>(out var health);
                leaf = healthRejected.IsNone
                    ? new DockHealth(arrival, health.BootId, health.StorageBytesLeft, (byte)health.ClockState, health.BayFaults, 0)
                    : null;
                return healthRejected;
            case MessageType.Block:
                var blockRejected = Wire.Block.Decode(frame, out var block);
                leaf = blockRejected.IsNone ? BlockOf(sender, arrival, block.Header) : null;
                return blockRejected;
            default:
                // A known type without a leaf of its own (a receipt shown) is kept whole; only an unknown one is said to be unknown.
                var why = frame.Header.Type.IsKnown() ? Reason.None : Reason.MessageTypeUnknown;
                leaf = new OtherFrame(arrival, (byte)frame.Header.Type, "", (ushort)why);
                return default;
        }
    }

    private static ClockReading Reading(Sender sender, in Arrival arrival, in Wire.ClockReading reading)
    {
        sender.Clock.Read(reading);
        return new ClockReading(
            arrival,
            reading.Device,
            (ClockOrder)Math.Min((byte)reading.Order, (byte)ClockOrder.AfterSync),
            reading.DeviceStamp,
            (byte)reading.Unit,
            reading.StampResolutionMs,
            reading.MonotonicBeforeNs / NsPerMs,
            reading.MonotonicAfterNs / NsPerMs,
            reading.BootId,
            sender.Clock.Basis(reading)
        );
    }

    /// <summary>
    /// Where a source's own number is filed (SPEC clauses 6.2, 6.4): the epoch opened for it if it has none, and whole turns of a narrow counter.
    /// </summary>
    private (LogKey Key, ulong Sequence) Filed(Sender sender, in LogKey sent, ulong sequence)
    {
        var filed = group.State.Filed(sent);
        return (filed, sequence + sender.Logs.Turns(group.State.Find(filed), sent, sequence));
    }

    private RangeGone Gone(Sender sender, in Arrival arrival, in Wire.RangeGone gone)
    {
        var (filed, first) = Filed(sender, gone.Log, gone.Range.First);
        var ranges = new LeafRanges(gone.Range with { First = first });
        return new(arrival, filed.Device, filed.Log, filed.Epoch, ranges, (ushort)gone.Reason);
    }

    private StoredBlock BlockOf(Sender sender, in Arrival arrival, in Wire.BlockHeader header)
    {
        var (filed, sequence) = Filed(sender, header.Log, header.Sequence);
        return new(
            arrival,
            filed.Device,
            filed.Log,
            filed.Epoch,
            sequence,
            header.Part,
            header.Parts,
            (byte)header.Kind,
            LeafVerdict.Stored,
            0,
            sender.Marks,
            sender.Grade
        );
    }

    private LogCleared Cleared(Sender sender, in Arrival arrival, in Wire.LogCleared cleared)
    {
        var (filed, next) = Filed(sender, cleared.Log, cleared.NextSequence);
        return new(arrival, filed.Device, filed.Log, filed.Epoch, cleared.NewEpoch, next == 0 ? 0 : next - 1, 0);
    }
}
