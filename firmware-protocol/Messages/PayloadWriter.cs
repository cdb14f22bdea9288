using System.Buffers.Binary;
using System.Text;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>Writes a payload field by field. What does not fit, or is not allowed on the wire, is a programming error and throws.</summary>
public ref struct PayloadWriter
{
    private readonly Span<byte> destination;

    /// <summary>A writer at the payload's first byte.</summary>
    public PayloadWriter(Span<byte> destination) => this.destination = destination;

    /// <summary>Bytes written so far.</summary>
    public int Position { get; private set; }

    /// <summary>Writes one byte.</summary>
    public void U8(byte value) => Room(1)[0] = value;

    /// <summary>Writes two bytes.</summary>
    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Room(2), value);

    /// <summary>Writes four bytes.</summary>
    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Room(4), value);

    /// <summary>Writes eight bytes.</summary>
    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Room(8), value);

    /// <summary>Writes bytes as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    /// <summary>Writes exactly so many bytes; a null or empty array stands for zeros.</summary>
    public void Fixed(byte[]? bytes, int count)
    {
        var room = Room(count);
        room.Clear();
        if (bytes is { Length: > 0 })
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, count, nameof(bytes));
            bytes.CopyTo(room);
        }
    }

    /// <summary>Writes an epoch (SPEC clause 6.3).</summary>
    public void Epoch(Epoch epoch)
    {
        U32(epoch.Number);
        U64(epoch.Incarnation);
    }

    /// <summary>Writes a text with its length in front (SPEC clause 1.4); null is written as empty.</summary>
    public void Text(string? text, TextKind kind)
    {
        text ??= "";
        if (!kind.Allows(text))
        {
            throw new ArgumentException($"Not a {kind} text of at most {kind.BytesMax()} bytes: \"{text}\".", nameof(text));
        }

        U8((byte)text.Length);
        Encoding.ASCII.GetBytes(text, Room(text.Length));
    }

    /// <summary>Writes ranges without their count (SPEC clause 6.5).</summary>
    public void Ranges(SequenceRanges ranges)
    {
        foreach (var range in ranges.Span)
        {
            U64(range.First);
            U32(range.Count);
        }
    }

    private Span<byte> Room(int count)
    {
        var room = destination.Slice(Position, count);
        Position += count;
        return room;
    }
}
