using System.Numerics;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Evidence.Proofs;

/// <summary>
/// Subtree hashes of a log at one size, from its tiles on disk: what proofs are made of. Reads only the tiles that are asked for and
/// keeps a bounded number of them. What the tiles say is checked by whoever checks the proof.
/// </summary>
public sealed class TileSubtrees
{
    /// <summary>Tiles kept in memory, 8 KiB each.</summary>
    public const int TilesKeptMax = 256;

    private readonly string prefix;
    private readonly Dictionary<(int Level, ulong Tile), Hash256[]> kept = [];

    /// <summary>Tiles of a log at a size for which a checkpoint was published. <paramref name="prefix"/> is the folder that holds "tile".</summary>
    public TileSubtrees(string prefix, ulong size)
    {
        this.prefix = prefix;
        Size = size;
    }

    /// <summary>Size of the tree.</summary>
    public ulong Size { get; }

    /// <summary>The proof that a leaf stands at an index of the tree.</summary>
    /// <exception cref="IOException">A tile is missing or too short.</exception>
    public IReadOnlyList<Hash256> Inclusion(ulong index) => MerkleProof.Inclusion(index, Size, Root);

    /// <summary>The proof that the tree of a smaller size is the beginning of this one.</summary>
    /// <exception cref="IOException">A tile is missing or too short.</exception>
    public IReadOnlyList<Hash256> Consistency(ulong oldSize) => MerkleProof.Consistency(oldSize, Size, Root);

    /// <summary>Root of leaves [start, start + count), inside the tree.</summary>
    /// <exception cref="IOException">A tile is missing or too short.</exception>
    public Hash256 Root(ulong start, ulong count)
    {
        if (count == 0)
        {
            return MerkleHash.EmptyRoot;
        }
        if (BitOperations.IsPow2(count) && start % count == 0)
        {
            return WholeSubtree(start, count);
        }
        var left = 1UL << (63 - BitOperations.LeadingZeroCount(count - 1));
        return MerkleHash.Node(Root(start, left), Root(start + left, count - left));
    }

    private Hash256 WholeSubtree(ulong start, ulong count)
    {
        var height = BitOperations.TrailingZeroCount(count);
        var level = height / 8;
        var first = start >> (8 * level);
        var hashes = Tile(level, first / TileName.FullWidth).AsSpan((int)(first % TileName.FullWidth), 1 << (height % 8)).ToArray();
        for (var width = hashes.Length; width > 1; width /= 2)
        {
            for (var i = 0; i < width / 2; i++)
            {
                hashes[i] = MerkleHash.Node(hashes[2 * i], hashes[2 * i + 1]);
            }
        }
        return hashes[0];
    }

    private Hash256[] Tile(int level, ulong tile)
    {
        if (kept.TryGetValue((level, tile), out var known))
        {
            return known;
        }
        var inLevel = Size >> (8 * level);
        var width = tile < inLevel / TileName.FullWidth ? TileName.FullWidth : (int)(inLevel % TileName.FullWidth);
        var path = Path.Combine(prefix, TileName.Hashes(level, tile, width));
        var bytes = File.Exists(path)
            ? File.ReadAllBytes(path)
            : File.ReadAllBytes(Path.Combine(prefix, TileName.Hashes(level, tile, TileName.FullWidth)));
        if (bytes.Length < width * Hash256.Bytes)
        {
            throw new IOException($"{path} holds {bytes.Length} bytes, {width * Hash256.Bytes} are needed.");
        }
        var hashes = new Hash256[width];
        for (var i = 0; i < width; i++)
        {
            hashes[i] = Hash256.From(bytes.AsSpan(i * Hash256.Bytes));
        }
        if (kept.Count >= TilesKeptMax)
        {
            kept.Clear();
        }
        kept.Add((level, tile), hashes);
        return hashes;
    }
}
