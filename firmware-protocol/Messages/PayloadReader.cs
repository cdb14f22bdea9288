using System.Buffers.Binary;
using System.Text;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>
/// Walks a payload once, field by field. The first thing wrong is kept with its offset and every later read answers zero, so that a
/// decoder is a plain list of fields and asks once, at the end. Never throws on any bytes, never reads past.
/// </summary>
public ref struct PayloadReader
{
    private readonly ReadOnlySpan<byte> untrusted;
    private Rejection rejection;

    /// <summary>A reader at the payload's first byte.</summary>
    public PayloadReader(ReadOnlySpan<byte> untrusted) => this.untrusted = untrusted;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes not yet read.</summary>
    public readonly int Left => untrusted.Length - Position;

    /// <summary>Whether anything was wrong so far.</summary>
    public readonly bool Failed => !rejection.IsNone;

    /// <summary>Reads one byte.</summary>
    public byte U8() => Take(1) is { IsEmpty: false } bytes ? bytes[0] : (byte)0;

    /// <summary>Reads two bytes.</summary>
    public ushort U16() => Take(2) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    /// <summary>Reads four bytes.</summary>
    public uint U32() => Take(4) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    /// <summary>Reads eight bytes.</summary>
    public ulong U64() => Take(8) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    /// <summary>Reads so many bytes; empty when they are not there.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (Failed)
        {
            return default;
        }

        if (count > Left)
        {
            Reject(Reason.PayloadTooShort, Position);
            return default;
        }

        var taken = untrusted.Slice(Position, count);
        Position += count;
        return taken;
    }

    /// <summary>Reads an epoch (SPEC clause 6.3).</summary>
    public Epoch Epoch() => new(U32(), U64());

    /// <summary>Reads a fixed number of bytes into an array of its own; zeros when they are not there.</summary>
    public byte[] Array(int count)
    {
        var bytes = new byte[count];
        Take(count).CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads a text of the kind given (SPEC clause 1.4).</summary>
    public string Text(TextKind kind) => Encoding.ASCII.GetString(TextBytes(kind));

    /// <summary>Reads a text of the kind given, without making a string of it.</summary>
    public ReadOnlySpan<byte> TextBytes(TextKind kind)
    {
        var at = Position;
        int length = U8();
        if (Failed)
        {
            return default;
        }

        if (length > kind.BytesMax())
        {
            Reject(Reason.TextTooLong, at);
            return default;
        }

        if (length == 0 && kind.MustSaySomething())
        {
            Reject(Reason.TextEmpty, at);
            return default;
        }

        var text = Take(length);
        var wrong = kind.FirstNotAllowed(text);
        if (wrong >= 0)
        {
            Reject(Reason.TextNotAllowed, at + 1 + wrong);
            return default;
        }

        return text;
    }

    /// <summary>Reads so many sequence ranges: none empty, rising, neither touching nor overlapping (SPEC clause 6.5).</summary>
    public SequenceRanges Ranges(int count)
    {
        if (Failed || count == 0)
        {
            return default;
        }

        if (count > Limits.RangesMax)
        {
            Reject(Reason.TooManyRanges, Position);
            return default;
        }

        var ranges = new SequenceRange[count];
        for (var index = 0; index < count && !Failed; index++)
        {
            var at = Position;
            ranges[index] = new(U64(), U32());
            if (!Failed)
            {
                Check(ranges.AsSpan(0, index + 1), at);
            }
        }

        return Failed ? default : new(ranges);
    }

    /// <summary>Keeps the first thing wrong, at a byte of the payload.</summary>
    public void Reject(Reason reason, int payloadOffset)
    {
        if (!Failed)
        {
            rejection = new(reason, FrameHeader.Bytes + payloadOffset);
        }
    }

    /// <summary>Closes the reading: bytes left over are wrong unless the frame says Extended (SPEC clause 16.2).</summary>
    public Rejection End(bool extended)
    {
        if (!extended && Left > 0)
        {
            Reject(Reason.TrailingBytes, Position);
        }

        return rejection;
    }

    private void Check(ReadOnlySpan<SequenceRange> ranges, int at)
    {
        var (first, count) = ranges[^1];
        if (count == 0)
        {
            Reject(Reason.RangeEmpty, at);
        }
        else if (first > ulong.MaxValue - count)
        {
            Reject(Reason.RangeOverflow, at);
        }
        else if (ranges.Length > 1 && first <= ranges[^2].Next)
        {
            Reject(Reason.RangesOutOfOrder, at);
        }
    }
}
