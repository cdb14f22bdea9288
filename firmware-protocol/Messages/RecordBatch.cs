using System.Buffers.Binary;
using System.Text;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>
/// What stands in a batch before its records (SPEC clause 8.15): enough that any gateway can store it without an earlier message.
/// </summary>
/// <param name="Log">Device, log kind and epoch, of every record in it.</param>
/// <param name="FirstSequence">Sequence of the first record; the others follow without a hole.</param>
/// <param name="Carrier">What brought the log; empty = the device itself.</param>
/// <param name="Model">Device model; empty = not stated.</param>
/// <param name="Firmware">Device firmware; empty = not stated.</param>
/// <param name="Unit">What stamps count.</param>
/// <param name="StampResolutionMs">The device clock's step in ms; 0 = one unit.</param>
/// <param name="DurationResolutionMs">The step of durations in ms, as the source rounds them; 0 = 1 ms.</param>
/// <param name="SequenceBits">The source's own width of a sequence, 8 to 64; 0 = not stated, read as 64.</param>
/// <param name="TranslatorId">Which translator made these records from a vendor's log; 0 = none, the device wrote them.</param>
/// <param name="TranslatorVersion">Its version; 0 when there is none.</param>
public readonly record struct RecordBatchHeader(
    LogKey Log,
    ulong FirstSequence,
    string Carrier,
    string Model,
    string Firmware,
    StampUnit Unit,
    uint StampResolutionMs,
    ushort DurationResolutionMs,
    byte SequenceBits,
    ushort TranslatorId,
    ushort TranslatorVersion
);

/// <summary>
/// Dock to gateway: event records with consecutive sequences (SPEC clause 8.15). A view of the frame it was decoded from: nothing is
/// copied or allocated, and walking the records costs nothing but reading them.
/// </summary>
public readonly ref struct RecordBatch
{
    /// <summary>Bytes of a batch's payload before its texts.</summary>
    public const int FixedBytes = 38;

    private readonly ReadOnlySpan<byte> fixedPart;

    private RecordBatch(
        ReadOnlySpan<byte> fixedPart,
        ReadOnlySpan<byte> device,
        ReadOnlySpan<byte> carrier,
        ReadOnlySpan<byte> model,
        ReadOnlySpan<byte> firmware,
        ReadOnlySpan<byte> records
    )
    {
        this.fixedPart = fixedPart;
        DeviceAscii = device;
        CarrierAscii = carrier;
        ModelAscii = model;
        FirmwareAscii = firmware;
        Records = records;
    }

    /// <summary>Which log.</summary>
    public LogKind LogKind => (LogKind)fixedPart[0];

    /// <summary>What stamps count.</summary>
    public StampUnit Unit => (StampUnit)fixedPart[1];

    /// <summary>The source's own width of a sequence in bits; 0 = not stated, read as 64.</summary>
    public byte SequenceBits => fixedPart[2];

    /// <summary>Bytes of each record, <see cref="EventRecord.Bytes"/> to <see cref="Limits.RecordBytesMax"/>.</summary>
    public int RecordWidth => fixedPart[3];

    /// <summary>How many records, at least 1.</summary>
    public int Count => BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[4..]);

    /// <summary>The step of durations in ms; 0 = 1 ms.</summary>
    public ushort DurationResolutionMs => BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[6..]);

    /// <summary>The device clock's step in ms; 0 = one unit.</summary>
    public uint StampResolutionMs => BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[8..]);

    /// <summary>Which life of the log.</summary>
    public Epoch Epoch =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[12..]), BinaryPrimitives.ReadUInt64LittleEndian(fixedPart[16..]));

    /// <summary>Sequence of the first record.</summary>
    public ulong FirstSequence => BinaryPrimitives.ReadUInt64LittleEndian(fixedPart[24..]);

    /// <summary>Which translator made these records; 0 = none.</summary>
    public ushort TranslatorId => BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[32..]);

    /// <summary>Its version.</summary>
    public ushort TranslatorVersion => BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[34..]);

    /// <summary>Device serial, 1 to 32 bytes of ASCII.</summary>
    public ReadOnlySpan<byte> DeviceAscii { get; }

    /// <summary>Carrier serial; empty = the device itself.</summary>
    public ReadOnlySpan<byte> CarrierAscii { get; }

    /// <summary>Device model; empty = not stated.</summary>
    public ReadOnlySpan<byte> ModelAscii { get; }

    /// <summary>Device firmware; empty = not stated.</summary>
    public ReadOnlySpan<byte> FirmwareAscii { get; }

    /// <summary>All records: <see cref="Count"/> times <see cref="RecordWidth"/> bytes, as the device wrote them.</summary>
    public ReadOnlySpan<byte> Records { get; }

    /// <summary>The byte of the frame, from its first, where the first record begins.</summary>
    public int RecordsOffset => FrameHeader.Bytes + BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[36..]);

    /// <summary>The sequences in this batch.</summary>
    public SequenceRange Range => new(FirstSequence, (uint)Count);

    /// <summary>The header as values of its own, which outlive the frame. Makes strings.</summary>
    public RecordBatchHeader Header =>
        new(
            new(Encoding.ASCII.GetString(DeviceAscii), LogKind, Epoch),
            FirstSequence,
            Encoding.ASCII.GetString(CarrierAscii),
            Encoding.ASCII.GetString(ModelAscii),
            Encoding.ASCII.GetString(FirmwareAscii),
            Unit,
            StampResolutionMs,
            DurationResolutionMs,
            SequenceBits,
            TranslatorId,
            TranslatorVersion
        );

    /// <summary>The record at a position, 0 to <see cref="Count"/> - 1, in its version 1 fields.</summary>
    public EventRecord this[int index] => EventRecord.Read(RecordBytes(index));

    /// <summary>The bytes of the record at a position, <see cref="RecordWidth"/> of them.</summary>
    public ReadOnlySpan<byte> RecordBytes(int index) => Records.Slice(index * RecordWidth, RecordWidth);

    /// <summary>Decodes a batch. Never throws, never allocates; on rejection the batch is empty and not to be used.</summary>
    public static Rejection Decode(Frame frame, out RecordBatch batch)
    {
        batch = default;
        if (frame.Header.Type != MessageType.RecordBatch)
        {
            return new(Reason.MessageNotExpected, 2);
        }

        var payload = frame.Payload;
        var reader = new PayloadReader(payload);
        var head = reader.Take(FixedBytes);
        if (reader.Failed)
        {
            return reader.End(extended: true);
        }

        var rejection = CheckFixed(head);
        if (!rejection.IsNone)
        {
            return rejection;
        }

        var device = reader.TextBytes(TextKind.Serial);
        var carrier = reader.TextBytes(TextKind.SerialOrNone);
        var model = reader.TextBytes(TextKind.Label);
        var firmware = reader.TextBytes(TextKind.Label);
        rejection = reader.End(extended: true);
        if (!rejection.IsNone)
        {
            return rejection;
        }

        int offset = BinaryPrimitives.ReadUInt16LittleEndian(head[36..]);
        var bytes = BinaryPrimitives.ReadUInt16LittleEndian(head[4..]) * head[3];
        var endsWrong = frame.IsExtended ? offset + bytes > payload.Length : offset + bytes != payload.Length;
        if (offset < reader.Position || endsWrong || (offset > reader.Position && !frame.IsExtended))
        {
            return new(Reason.RecordsOffsetWrong, FrameHeader.Bytes + 36);
        }

        batch = new(head, device, carrier, model, firmware, payload.Slice(offset, bytes));
        return default;
    }

    /// <summary>
    /// Checks every record for sense (SPEC clause 7.6) in one pass and answers the marks of all, joined. Marked records are stored like any
    /// other.
    /// </summary>
    public RecordMarks Validate() => RecordCheck.All(Records, RecordWidth, Unit);

    /// <summary>The marks of one record.</summary>
    public RecordMarks MarksOf(int index) => RecordCheck.All(RecordBytes(index), RecordWidth, Unit);

    private static Rejection CheckFixed(ReadOnlySpan<byte> head)
    {
        if (head[2] is not 0 and (< 8 or > 64))
        {
            return new(Reason.SequenceBitsWrong, FrameHeader.Bytes + 2);
        }

        if (head[3] is < EventRecord.Bytes or > Limits.RecordBytesMax)
        {
            return new(Reason.RecordWidthWrong, FrameHeader.Bytes + 3);
        }

        var count = BinaryPrimitives.ReadUInt16LittleEndian(head[4..]);
        if (count is 0 or > Limits.BatchRecordsMax)
        {
            return new(Reason.RecordCountWrong, FrameHeader.Bytes + 4);
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(head[24..]) > ulong.MaxValue - count
            ? new(Reason.RangeOverflow, FrameHeader.Bytes + 24)
            : default;
    }
}
