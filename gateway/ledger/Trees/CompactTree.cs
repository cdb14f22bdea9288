using System.Numerics;

namespace TaserTelemetry.Ledger.Trees;

/// <summary>
/// The right edge of a tree: one hash for each one bit of its size, largest subtree first. Takes leaves in order, gives the root at any
/// size; that is all a log must keep in memory. This is the first of the two ways to a root; <see cref="TileTree"/> is the other.
/// </summary>
public sealed class CompactTree
{
    private readonly Hash256[] edge = new Hash256[64];
    private int held;

    /// <summary>Number of leaves.</summary>
    public ulong Size { get; private set; }

    /// <summary>Adds the next leaf by its hash.</summary>
    public void Add(in Hash256 leafHash)
    {
        var hash = leafHash;
        for (var ones = BitOperations.TrailingZeroCount(~Size); ones > 0; ones--)
            hash = MerkleHash.Node(edge[--held], hash);
        edge[held++] = hash;
        Size++;
    }

    /// <summary>Root over all leaves so far.</summary>
    public Hash256 Root()
    {
        if (held == 0)
            return MerkleHash.EmptyRoot;
        var root = edge[held - 1];
        for (var i = held - 2; i >= 0; i--)
            root = MerkleHash.Node(edge[i], root);
        return root;
    }

    /// <summary>An independent copy.</summary>
    public CompactTree Copy()
    {
        var copy = new CompactTree { Size = Size, held = held };
        edge.AsSpan(0, held).CopyTo(copy.edge);
        return copy;
    }

    /// <summary>The edge's hashes, largest subtree first.</summary>
    public ReadOnlySpan<Hash256> Edge => edge.AsSpan(0, held);

    /// <summary>A tree from its size and edge; null when the number of hashes does not fit the size.</summary>
    public static CompactTree? From(ulong size, ReadOnlySpan<Hash256> edge)
    {
        if (edge.Length != BitOperations.PopCount(size))
            return null;
        var tree = new CompactTree { Size = size, held = edge.Length };
        edge.CopyTo(tree.edge);
        return tree;
    }
}
