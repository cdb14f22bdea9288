using System.Buffers.Binary;

namespace TaserTelemetry.Evidence.Leaves;

/// <summary>32 bytes: a SHA-256 or a random value of that width. The default is all zero, which everywhere means "none".</summary>
/// <param name="A">Bytes 0 to 7, read big-endian.</param>
/// <param name="B">Bytes 8 to 15.</param>
/// <param name="C">Bytes 16 to 23.</param>
/// <param name="D">Bytes 24 to 31.</param>
public readonly record struct Digest(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Width in bytes.</summary>
    public const int Bytes = 32;

    /// <summary>All zero: none.</summary>
    public bool IsNone => (A | B | C | D) == 0;

    /// <summary>Reads the first 32 bytes. A shorter span is a programming error.</summary>
    public static Digest Read(ReadOnlySpan<byte> bytes) =>
        new(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..])
        );

    /// <summary>Writes 32 bytes at the start of the span. A shorter span is a programming error.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, A);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], D);
    }

    /// <summary>The 32 bytes as a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Bytes];
        Write(bytes);
        return bytes;
    }

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => $"{A:x16}{B:x16}{C:x16}{D:x16}";
}

/// <summary>
/// A person or program as the ledger knows it: 16 random bytes, mapped to a name only in DATA/records. The default is all zero, which
/// means "the gateway itself".
/// </summary>
/// <param name="High">Bytes 0 to 7, read big-endian.</param>
/// <param name="Low">Bytes 8 to 15.</param>
public readonly record struct ActorId(ulong High, ulong Low)
{
    /// <summary>Width in bytes.</summary>
    public const int Bytes = 16;

    /// <summary>The gateway itself acted, nobody asked it to.</summary>
    public bool IsGateway => (High | Low) == 0;

    /// <summary>Reads the first 16 bytes. A shorter span is a programming error.</summary>
    public static ActorId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Writes 16 bytes at the start of the span. A shorter span is a programming error.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString() => $"{High:x16}{Low:x16}";
}

/// <summary>A leaf that another leaf is about: its index and its RFC 6962 leaf hash, so that nobody can swap what was meant.</summary>
/// <param name="Index">Leaf index, from 0.</param>
/// <param name="LeafHash">SHA-256(0x00 ‖ leaf bytes).</param>
public readonly record struct LeafReference(ulong Index, Digest LeafHash);
