using System.Numerics;

namespace TaserTelemetry.Ledger.Trees;

/// <summary>Inclusion and consistency proofs: how to check them (RFC 9162 sections 2.1.3.2 and 2.1.4.2), and how to make them.</summary>
public static class MerkleProof
{
    /// <summary>Most hashes a proof can have.</summary>
    public const int HashesMax = 64;

    /// <summary>Whether the leaf stands at that index in the tree of that size and root.</summary>
    public static bool InclusionHolds(ulong index, ulong size, in Hash256 leafHash, ReadOnlySpan<Hash256> proof, in Hash256 root)
    {
        if (index >= size)
            return false;
        var (fn, sn) = (index, size - 1);
        var hash = leafHash;
        foreach (var next in proof)
        {
            if (sn == 0)
                return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                hash = MerkleHash.Node(next, hash);
                var zeros = (fn & 1) == 1 || fn == 0 ? 0 : BitOperations.TrailingZeroCount(fn);
                (fn, sn) = (fn >> zeros, sn >> zeros);
            }
            else
            {
                hash = MerkleHash.Node(hash, next);
            }
            (fn, sn) = (fn >> 1, sn >> 1);
        }
        return sn == 0 && hash == root;
    }

    /// <summary>Whether the tree of the first size and root is the beginning of the tree of the second.</summary>
    public static bool ConsistencyHolds(ulong oldSize, in Hash256 oldRoot, ulong newSize, in Hash256 newRoot, ReadOnlySpan<Hash256> proof)
    {
        if (oldSize > newSize)
            return false;
        if (oldSize == newSize)
            return proof.IsEmpty && oldRoot == newRoot;
        if (oldSize == 0)
            return proof.IsEmpty && oldRoot == MerkleHash.EmptyRoot;
        var (fn, sn) = (oldSize - 1, newSize - 1);
        var ones = BitOperations.TrailingZeroCount(~fn);
        (fn, sn) = (fn >> ones, sn >> ones);
        var rest = proof;
        var first = oldRoot;
        if (!BitOperations.IsPow2(oldSize))
        {
            if (proof.IsEmpty)
                return false;
            first = proof[0];
            rest = proof[1..];
        }
        var (oldHash, newHash) = (first, first);
        foreach (var next in rest)
        {
            if (sn == 0)
                return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                oldHash = MerkleHash.Node(next, oldHash);
                newHash = MerkleHash.Node(next, newHash);
                var zeros = (fn & 1) == 1 || fn == 0 ? 0 : BitOperations.TrailingZeroCount(fn);
                (fn, sn) = (fn >> zeros, sn >> zeros);
            }
            else
            {
                newHash = MerkleHash.Node(newHash, next);
            }
            (fn, sn) = (fn >> 1, sn >> 1);
        }
        return sn == 0 && oldHash == oldRoot && newHash == newRoot;
    }

    /// <summary>The proof that a leaf stands at an index, from a source of subtree hashes.</summary>
    /// <param name="index">Below <paramref name="size"/>.</param>
    /// <param name="size">Size of the tree.</param>
    /// <param name="subtree">Gives the root of leaves [start, start + count); asked for ranges inside the tree only.</param>
    public static IReadOnlyList<Hash256> Inclusion(ulong index, ulong size, Func<ulong, ulong, Hash256> subtree)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var proof = new List<Hash256>();
        var (start, count) = (0UL, size);
        while (count > 1)
        {
            var left = LargestPowerBelow(count);
            if (index - start < left)
            {
                proof.Add(subtree(start + left, count - left));
                count = left;
            }
            else
            {
                proof.Add(subtree(start, left));
                (start, count) = (start + left, count - left);
            }
        }
        proof.Reverse();
        return proof;
    }

    /// <summary>The proof that the tree of the first size is the beginning of the tree of the second. Empty for size 0 and for equal sizes.</summary>
    public static IReadOnlyList<Hash256> Consistency(ulong oldSize, ulong newSize, Func<ulong, ulong, Hash256> subtree)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        var proof = new List<Hash256>();
        if (oldSize == 0 || oldSize == newSize)
            return proof;
        var (start, count, whole) = (0UL, newSize, true);
        while (oldSize - start != count)
        {
            var left = LargestPowerBelow(count);
            if (oldSize - start <= left)
            {
                proof.Add(subtree(start + left, count - left));
                count = left;
            }
            else
            {
                proof.Add(subtree(start, left));
                (start, count, whole) = (start + left, count - left, false);
            }
        }
        if (!whole)
            proof.Add(subtree(start, count));
        proof.Reverse();
        return proof;
    }

    internal static ulong LargestPowerBelow(ulong count) => 1UL << (63 - BitOperations.LeadingZeroCount(count - 1));
}
