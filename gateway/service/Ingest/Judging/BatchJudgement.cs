using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Ledger.Journals;
using LeafRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>Event records: what is new counts, what is known is compared, what differs is a variant (wire 9).</summary>
internal sealed class BatchJudgement(GroupBuilder group, KnownRecords known)
{
    /// <summary>Milliseconds a dock waits before it tries to fill older gaps first.</summary>
    public const uint GapWaitMs = 5_000;

    /// <summary>Milliseconds a dock waits while older records are being read again after a start.</summary>
    public const uint ReadingWaitMs = 1_000;

    private readonly NameCache names = new();
    private readonly SourceEpochs epochs = new(group, known);

    public (FrameOutcome Outcome, Rejection Rejection) Store(Sender sender, ulong receivedNs, Frame frame, ReadOnlyMemory<byte> bytes)
    {
        var rejection = RecordBatch.Decode(frame, out var batch);
        if (!rejection.IsNone)
        {
            return (default, rejection);
        }
        var sent = new LogKey(names.Text(batch.DeviceAscii), batch.LogKind, batch.Epoch);
        var (key, first) = epochs.Place(sender, receivedNs, sent, batch);
        var range = new SequenceRange(first, (uint)batch.Count);
        var answer = group.State.Plan(key, range, out var fresh);
        if (answer != RangeAnswer.Fits)
        {
            return (FrameOutcome.RefusedFor(Reason.TooManyGaps, GapWaitMs), default);
        }
        if (!known.Covers(key, range, fresh))
        {
            return (FrameOutcome.RefusedFor(Reason.StorageSlow, ReadingWaitMs), default);
        }
        var variants = fresh.SequenceCount == range.Count ? default : known.Differing(key, batch, first);
        if (fresh.Count == 0 && variants.Count == 0)
        {
            return (FrameOutcome.Stored, default);
        }
        var device = group.State.Devices.GetValueOrDefault(key.Device);
        var marks =
            (BatchMarks)(uint)batch.Validate()
            | SenseCheck.Of(batch, receivedNs)
            | sender.Marks
            | MarksOf(sender, device)
            | (variants.Count > 0 ? BatchMarks.Variant : BatchMarks.None)
            | (IsLate(group.State.Find(key), batch, fresh) ? BatchMarks.LateCarrier : BatchMarks.None)
            | (known.IsRetranslated(key, batch, variants) ? BatchMarks.Retranslated : BatchMarks.None);
        var leaf = LeafOf(sender, receivedNs, batch, (key, first), device, fresh, variants, marks);
        var index = group.Add(RecordKind.Frame, leaf, bytes);
        known.Stored(index, key, fresh, first, bytes);
        return (OutcomeOf(batch, first, marks, device, variants), default);
    }

    private StoredBatch LeafOf(
        Sender sender,
        ulong receivedNs,
        in RecordBatch batch,
        (LogKey Key, ulong First) filed,
        DeviceEnrolment? device,
        LeafRanges fresh,
        LeafRanges variants,
        BatchMarks marks
    ) =>
        new(
            sender.ArrivalAt(receivedNs),
            filed.Key.Device,
            device?.Model is { Length: > 0 } enrolled ? enrolled : Plain(batch.ModelAscii),
            names.Text(batch.CarrierAscii),
            filed.Key.Log,
            filed.Key.Epoch,
            filed.First,
            (uint)batch.Count,
            fresh,
            variants,
            LeafVerdict.Stored,
            (ushort)OutcomeOf(batch, filed.First, marks, device, variants).Reason,
            marks,
            sender.Grade,
            (byte)batch.Unit,
            batch.StampResolutionMs,
            sender.Basis(filed.Key.Device)
        );

    // By then the device itself had said that it holds nothing so old any more.
    private static bool IsLate(LogState? log, in RecordBatch batch, LeafRanges fresh) =>
        !batch.CarrierAscii.IsEmpty && fresh.Count > 0 && log is not null && fresh.AsSpan()[0].First < log.OldestOfDevice;

    private static BatchMarks MarksOf(Sender sender, DeviceEnrolment? device) =>
        device is null ? BatchMarks.DeviceUnknown
        : device.Standing != Standing.InForce ? BatchMarks.DeviceRevoked
        : device.Force != sender.Place.Force || (device.Armoury.Length > 0 && device.Armoury != sender.Place.Armoury)
            ? BatchMarks.PlaceDiffers
        : BatchMarks.None;

    private static FrameOutcome OutcomeOf(
        in RecordBatch batch,
        ulong first,
        BatchMarks marks,
        DeviceEnrolment? device,
        LeafRanges variants
    ) =>
        variants.Count > 0
            ? FrameOutcome.StoredWith(
                marks.HasFlag(BatchMarks.Retranslated) ? Reason.Retranslated : Reason.BytesDiffer,
                ByteOf(batch, (int)(variants.AsSpan()[0].First - first))
            )
        : device?.Standing != Standing.InForce
            ? FrameOutcome.StoredWith(
                device is null ? Reason.DeviceUnknown : Reason.DeviceRevoked,
                FrameHeader.Bytes + RecordBatch.FixedBytes
            )
        : (marks & MarkGroups.Doubtful) != BatchMarks.None ? FrameOutcome.StoredWith(Reason.RecordDoubtful, FirstDoubt(batch))
        : FrameOutcome.Stored;

    private static uint ByteOf(in RecordBatch batch, int index) => (uint)(batch.RecordsOffset + (index * batch.RecordWidth));

    /// <summary>The byte of the frame where the first field begins that makes no sense (SPEC clauses 7.1 and 7.6).</summary>
    private static uint FirstDoubt(in RecordBatch batch)
    {
        for (var index = 0; index < batch.Count; index++)
        {
            if (batch.MarksOf(index) is not RecordMarks.None and var marks)
            {
                return ByteOf(batch, index) + FieldOf(marks);
            }
        }
        return FrameVerdict.NoDetail;
    }

    private static uint FieldOf(RecordMarks marks) =>
        (marks & ~(marks - 1)) switch
        {
            RecordMarks.CodeUnknown or RecordMarks.CodeNotADevices => 12,
            RecordMarks.FlagsUnknown => 14,
            RecordMarks.DurationBeyondRange => 16,
            RecordMarks.BaysWrong => 24,
            RecordMarks.TemperatureBeyondRange => 28,
            RecordMarks.BatteryBeyondRange => 30,
            RecordMarks.BayBeyondRange => 31,
            RecordMarks.ArgumentBeyondRange => 32,
            _ => 0,
        };

    // A model is a label on the wire and may hold spaces; in a leaf it is a name and may not (LEAVES.md).
    private string Plain(ReadOnlySpan<byte> label)
    {
        if (LeafName.IsPlain(label))
        {
            return names.Text(label);
        }
        Span<byte> plain = stackalloc byte[LeafName.BytesMax];
        label.Replace(plain, (byte)' ', (byte)'-');
        return names.Text(plain[..label.Length]);
    }
}
