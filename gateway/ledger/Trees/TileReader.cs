using System.Numerics;
using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Trees;

/// <summary>Tile is missing or of a wrong length: the proof that was asked for cannot be made until tiles are made again.</summary>
public sealed class TileMissingException(string message) : IOException(message);

/// <summary>Hashes of subtrees, and proofs, from the tiles of a log at the size of one of its checkpoints. Holds a few tiles.</summary>
/// <param name="disk">The file system.</param>
/// <param name="prefix">The tlog folder (DATA/ledger).</param>
/// <param name="size">Size of a published checkpoint; its partial tiles are there.</param>
public sealed class TileReader(IDisk disk, string prefix, ulong size)
{
    private const int TilesHeld = 64;
    private readonly Dictionary<(int Level, ulong Tile), byte[]> held = [];

    /// <summary>The proof that leaf <paramref name="index"/> stands in the tree.</summary>
    /// <exception cref="TileMissingException">A tile is not there.</exception>
    public IReadOnlyList<Hash256> Inclusion(ulong index) => MerkleProof.Inclusion(index, size, Subtree);

    /// <summary>The proof that the tree of an older size is the beginning of this one.</summary>
    /// <exception cref="TileMissingException">A tile is not there.</exception>
    public IReadOnlyList<Hash256> ConsistencyWith(ulong oldSize) => MerkleProof.Consistency(oldSize, size, Subtree);

    /// <summary>Root over all leaves.</summary>
    /// <exception cref="TileMissingException">A tile is not there.</exception>
    public Hash256 Root() => size == 0 ? MerkleHash.EmptyRoot : Subtree(0, size);

    /// <summary>Hash of one leaf.</summary>
    /// <exception cref="TileMissingException">A tile is not there.</exception>
    public Hash256 LeafHash(ulong index) => Subtree(index, 1);

    private Hash256 Subtree(ulong start, ulong count)
    {
        if (!BitOperations.IsPow2(count))
        {
            var left = MerkleProof.LargestPowerBelow(count);
            return MerkleHash.Node(Subtree(start, left), Subtree(start + left, count - left));
        }
        var level = BitOperations.TrailingZeroCount(count) / 8;
        var first = start >> (8 * level);
        return Fold(Tile(level, first / TileName.FullWidth), (int)(first % TileName.FullWidth), (int)(count >> (8 * level)));
    }

    private static Hash256 Fold(byte[] tile, int start, int count) =>
        count == 1
            ? Hash256.From(tile.AsSpan(start * Hash256.Bytes))
            : MerkleHash.Node(Fold(tile, start, count / 2), Fold(tile, start + (count / 2), count / 2));

    private byte[] Tile(int level, ulong tile)
    {
        if (held.TryGetValue((level, tile), out var bytes))
            return bytes;
        var width = (int)Math.Min(TileName.FullWidth, (size >> (8 * level)) - (tile * TileName.FullWidth));
        // the partial tile may have gone since the full one came
        bytes = Read(TileName.Hashes(level, tile, width)) ?? Read(TileName.Hashes(level, tile, TileName.FullWidth));
        if (bytes is null || bytes.Length < width * Hash256.Bytes)
            throw new TileMissingException(
                $"{TileName.Hashes(level, tile, width)} is missing or short under {prefix}; start the gateway once, it makes tiles again."
            );
        if (held.Count >= TilesHeld)
            held.Clear();
        held.Add((level, tile), bytes);
        return bytes;
    }

    private byte[]? Read(string name) => DurableFile.ReadOrNull(disk, Path.Combine(prefix, name), 2 * TileName.FullWidth * Hash256.Bytes);
}
