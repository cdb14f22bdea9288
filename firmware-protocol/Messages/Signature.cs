using System.Buffers.Binary;
using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>A signature as it travels (SPEC clause 13.2): u8 algorithm, u8 length, 64 bytes or none. The default value is unsigned.</summary>
public readonly struct Signature : IEquatable<Signature>
{
    private readonly byte[]? bytes;

    /// <summary>A signature of 64 bytes, or unsigned with none.</summary>
    public Signature(SignatureAlgorithm algorithm, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, algorithm == SignatureAlgorithm.None ? 0 : Limits.SignatureBytes);
        Algorithm = algorithm;
        this.bytes = bytes.IsEmpty ? null : bytes.ToArray();
    }

    /// <summary>How it is signed; an algorithm not known here is kept, and verifies as nothing.</summary>
    public SignatureAlgorithm Algorithm { get; }

    /// <summary>64 bytes, or none when unsigned.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Whether there is a signature.</summary>
    public bool IsPresent => bytes is not null;

    /// <summary>Equality of values.</summary>
    public static bool operator ==(Signature left, Signature right) => left.Equals(right);

    /// <summary>Equality of values.</summary>
    public static bool operator !=(Signature left, Signature right) => !left.Equals(right);

    /// <inheritdoc />
    public bool Equals(Signature other) => Algorithm == other.Algorithm && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Signature other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Algorithm, IsPresent ? BitConverter.ToInt64(Bytes) : 0);

    internal static Signature Read(ref PayloadReader reader)
    {
        var at = reader.Position;
        var algorithm = (SignatureAlgorithm)reader.U8();
        int length = reader.U8();
        if (length != (algorithm == SignatureAlgorithm.None ? 0 : Limits.SignatureBytes))
        {
            reader.Reject(Reason.SignatureLengthWrong, at + 1);
        }

        var taken = reader.Take(length);
        return reader.Failed ? default : new(algorithm, taken);
    }

    internal void Write(ref PayloadWriter writer)
    {
        writer.U8((byte)Algorithm);
        writer.U8((byte)Bytes.Length);
        writer.Bytes(Bytes);
    }
}

/// <summary>16 bytes that are used once (SPEC clause 13.5). The default value is zeros: none.</summary>
/// <param name="Low">Bytes 0 to 7, read little-endian.</param>
/// <param name="High">Bytes 8 to 15, read little-endian.</param>
public readonly record struct Nonce(ulong Low, ulong High)
{
    /// <summary>Whether it is all zeros.</summary>
    public bool IsNone => Low == 0 && High == 0;

    /// <summary>A nonce from 16 bytes.</summary>
    public static Nonce From(ReadOnlySpan<byte> bytes)
    {
        var reader = new PayloadReader(bytes[..Limits.NonceBytes]);
        return Read(ref reader);
    }

    // Taken as one field, so that a payload that ends inside it is told the field's first byte.
    internal static Nonce Read(ref PayloadReader reader) =>
        reader.Take(Limits.NonceBytes) is { IsEmpty: false } bytes
            ? new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]))
            : default;

    internal void Write(ref PayloadWriter writer)
    {
        writer.U64(Low);
        writer.U64(High);
    }
}

/// <summary>What stands before the bytes of each kind of signature, so that none can be passed off as another (SPEC clause 13.3).</summary>
public static class SigningLabel
{
    /// <summary>Before a Hello.</summary>
    public static ReadOnlySpan<byte> Hello => "taser/1 hello\0"u8;

    /// <summary>Before a session head.</summary>
    public static ReadOnlySpan<byte> SessionHead => "taser/1 head\0"u8;

    /// <summary>Before a receipt.</summary>
    public static ReadOnlySpan<byte> Receipt => "taser/1 receipt\0"u8;
}
