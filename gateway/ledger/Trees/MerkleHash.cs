using System.Buffers;
using System.Security.Cryptography;

namespace TaserTelemetry.Ledger.Trees;

/// <summary>The hashes of RFC 6962 section 2.1, and the commitment of FORMAT.md clause 3.4.</summary>
public static class MerkleHash
{
    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;
    private const byte CommitmentPrefix = 2;

    /// <summary>One kept for each thread: setting one up costs as much as hashing two nodes, and SHA256.HashData does it anew each time.</summary>
    [ThreadStatic]
    private static IncrementalHash? ofThread;

    /// <summary>Root of the empty tree: SHA-256 of nothing.</summary>
    public static Hash256 EmptyRoot { get; } = Hash256.From(SHA256.HashData(ReadOnlySpan<byte>.Empty));

    /// <summary>SHA-256(0x00 | leaf); a leaf has at most 65,535 bytes (tlog-tiles).</summary>
    public static Hash256 Leaf(ReadOnlySpan<byte> leaf)
    {
        Span<byte> input = leaf.Length < 2048 ? stackalloc byte[leaf.Length + 1] : new byte[leaf.Length + 1];
        input[0] = LeafPrefix;
        leaf.CopyTo(input[1..]);
        return Of(input);
    }

    /// <summary>SHA-256(0x01 | left | right).</summary>
    public static Hash256 Node(in Hash256 left, in Hash256 right)
    {
        Span<byte> input = stackalloc byte[1 + Hash256.Bytes + Hash256.Bytes];
        input[0] = NodePrefix;
        left.CopyTo(input[1..]);
        right.CopyTo(input[33..]);
        return Of(input);
    }

    /// <summary>SHA-256(0x02 | salt | received): what a leaf says of the bytes as they came, and reveals nothing once the salt is gone.</summary>
    /// <param name="salt">32 bytes.</param>
    /// <param name="received">The bytes as they came; empty for an own event.</param>
    public static Hash256 Commitment(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> received)
    {
        if (salt.Length != 32)
            throw new ArgumentException($"A salt has 32 bytes, not {salt.Length}.", nameof(salt));
        // One call over one buffer: copying costs less than a second call into the hash.
        var length = 1 + salt.Length + received.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        rented[0] = CommitmentPrefix;
        salt.CopyTo(rented.AsSpan(1));
        received.CopyTo(rented.AsSpan(33));
        var hash = Of(rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    private static Hash256 Of(ReadOnlySpan<byte> input)
    {
        Span<byte> hash = stackalloc byte[Hash256.Bytes];
        var sha = ofThread ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(input);
        sha.GetHashAndReset(hash);
        return Hash256.From(hash);
    }
}
