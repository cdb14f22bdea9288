using System.Buffers.Binary;

namespace TaserTelemetry.Ledger;

/// <summary>A SHA-256 value: 32 bytes. The default is all zero, which no input is known to give.</summary>
public readonly record struct Hash256
{
    /// <summary>Length of a hash.</summary>
    public const int Bytes = 32;

    private readonly ulong a;
    private readonly ulong b;
    private readonly ulong c;
    private readonly ulong d;

    private Hash256(ulong a, ulong b, ulong c, ulong d) => (this.a, this.b, this.c, this.d) = (a, b, c, d);

    /// <summary>Reads the first 32 bytes.</summary>
    public static Hash256 From(ReadOnlySpan<byte> bytes) =>
        new(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..])
        );

    /// <summary>Writes 32 bytes.</summary>
    public void CopyTo(Span<byte> into)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(into, a);
        BinaryPrimitives.WriteUInt64LittleEndian(into[8..], b);
        BinaryPrimitives.WriteUInt64LittleEndian(into[16..], c);
        BinaryPrimitives.WriteUInt64LittleEndian(into[24..], d);
    }

    /// <summary>A new array of 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Bytes];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Standard base64 with padding, as checkpoints and proofs write it.</summary>
    public override string ToString() => Convert.ToBase64String(ToArray());

    /// <summary>Reads standard base64 with padding; false for anything else, a wrong length and a non-canonical end included.</summary>
    public static bool TryParse(ReadOnlySpan<char> base64, out Hash256 hash)
    {
        hash = default;
        Span<byte> bytes = stackalloc byte[48];
        if (base64.Length != 44 || !Convert.TryFromBase64Chars(base64, bytes, out var written) || written != Bytes)
            return false;
        hash = From(bytes);
        return base64.SequenceEqual(hash.ToString());
    }
}
