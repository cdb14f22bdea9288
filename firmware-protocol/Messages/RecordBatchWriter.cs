using System.Buffers.Binary;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>Writes one batch straight into a caller's buffer (SPEC clause 8.15): begin, add records, finish.</summary>
public ref struct RecordBatchWriter
{
    private readonly Span<byte> frame;
    private readonly int recordsOffset;
    private readonly int payloadBytesMax;
    private readonly byte width;
    private int position;
    private ushort count;

    /// <summary>
    /// Begins a batch. The buffer holds at least <paramref name="payloadBytesMax"/> bytes and those of header and check, or is refused
    /// by an exception. Records are <paramref name="recordWidth"/> bytes each: as they were first written, never re-encoded (SPEC clause 7.7).
    /// </summary>
    public RecordBatchWriter(Span<byte> frame, int payloadBytesMax, in RecordBatchHeader header, byte recordWidth = EventRecord.Bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frame.Length, FrameHeader.Bytes + payloadBytesMax + FrameHeader.CheckBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(recordWidth, EventRecord.Bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(recordWidth, Limits.RecordBytesMax);
        this.frame = frame;
        this.payloadBytesMax = payloadBytesMax;
        width = recordWidth;
        var writer = new PayloadWriter(frame[FrameHeader.Bytes..]);
        writer.U8((byte)header.Log.Log);
        writer.U8((byte)header.Unit);
        writer.U8(header.SequenceBits);
        writer.U8(recordWidth);
        writer.U16(0);
        writer.U16(header.DurationResolutionMs);
        writer.U32(header.StampResolutionMs);
        writer.Epoch(header.Log.Epoch);
        writer.U64(header.FirstSequence);
        writer.U16(header.TranslatorId);
        writer.U16(header.TranslatorVersion);
        writer.U16(0);
        writer.Text(header.Log.Device, TextKind.Serial);
        writer.Text(header.Carrier, TextKind.SerialOrNone);
        writer.Text(header.Model, TextKind.Label);
        writer.Text(header.Firmware, TextKind.Label);
        recordsOffset = writer.Position;
        position = recordsOffset;
    }

    /// <summary>Records added so far.</summary>
    public readonly int Count => count;

    /// <summary>Records that still fit.</summary>
    public readonly int Room => Math.Min((payloadBytesMax - position) / width, Limits.BatchRecordsMax - count);

    /// <summary>Adds one record of version 1 fields; wider records have zeros behind. Answers false, and adds nothing, where it does not fit.</summary>
    public bool TryAdd(in EventRecord record)
    {
        if (Room <= 0)
        {
            return false;
        }

        var destination = frame.Slice(FrameHeader.Bytes + position, width);
        record.Write(destination);
        destination[EventRecord.Bytes..].Clear();
        Advance();
        return true;
    }

    /// <summary>Adds one record as the device wrote it, exactly as many bytes as the batch's width.</summary>
    public bool TryAdd(ReadOnlySpan<byte> recordBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(recordBytes.Length, width);
        if (Room <= 0)
        {
            return false;
        }

        recordBytes.CopyTo(frame.Slice(FrameHeader.Bytes + position, width));
        Advance();
        return true;
    }

    /// <summary>Puts header and check around it and answers the bytes of the frame. At least one record must have been added.</summary>
    public readonly int Finish(uint session, uint frameNumber)
    {
        ArgumentOutOfRangeException.ThrowIfZero(count);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[(FrameHeader.Bytes + 4)..], count);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[(FrameHeader.Bytes + 36)..], (ushort)recordsOffset);
        return FrameWriter.Seal(frame, new(MessageType.RecordBatch, FrameFlags.None, session, frameNumber, (ushort)position));
    }

    private void Advance()
    {
        position += width;
        count++;
    }
}
