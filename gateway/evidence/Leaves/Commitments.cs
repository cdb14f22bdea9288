using System.Buffers;
using System.Security.Cryptography;

namespace TaserTelemetry.Evidence.Leaves;

/// <summary>
/// The tie between a leaf and the bytes it is about: SHA-256(0x02 ‖ salt ‖ received bytes). Without salt and bytes it says nothing, so
/// that zeroing both at disposal leaves the tree whole and the content gone.
/// </summary>
public static class Commitments
{
    /// <summary>Bytes of a salt.</summary>
    public const int SaltBytes = 32;

    /// <summary>First byte hashed; 0x00 and 0x01 belong to the tree (RFC 6962).</summary>
    public const byte Domain = 0x02;

    private const int OnStackBytesMax = 512;

    /// <summary>The commitment to received bytes, which are empty for an event of the gateway's own. A salt of other than 32 bytes is a
    /// programming error.</summary>
    public static Digest Compute(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> received)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, SaltBytes, nameof(salt));
        // One call over one run of bytes: a hash object for each record costs more than copying a frame (measured).
        var length = 1 + SaltBytes + received.Length;
        var rented = length <= OnStackBytesMax ? null : ArrayPool<byte>.Shared.Rent(length);
        var input = rented is null ? stackalloc byte[length] : rented.AsSpan(0, length);
        input[0] = Domain;
        salt.CopyTo(input[1..]);
        received.CopyTo(input[(1 + SaltBytes)..]);
        Span<byte> hash = stackalloc byte[Digest.Bytes];
        SHA256.HashData(input, hash);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
        return Digest.Read(hash);
    }

    /// <summary>
    /// Encodes a leaf with its commitment; returns the bytes written. <paramref name="destination"/> needs <see cref="Leaf.BytesMax"/>.
    /// </summary>
    public static int EncodeCommitted(Leaf leaf, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> received, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        return leaf.Encode(Compute(salt, received), destination);
    }
}
