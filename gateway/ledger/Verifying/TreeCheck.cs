using System.Numerics;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Verifying;

/// <summary>The tree grown leaf by leaf, as its right edge, with the tiles on the disk compared as each becomes full.</summary>
internal sealed class TreeCheck(IDisk disk, string prefix, ProblemList problems)
{
    private readonly Hash256[] edge = new Hash256[64];
    private readonly List<List<Hash256>> rows = [];
    private int held;

    public ulong Size { get; private set; }

    /// <summary>Tiles are compared for leaves below this size; those behind it belong to no checkpoint yet.</summary>
    public ulong TilesUntil { get; set; }

    public void Add(in Hash256 leafHash)
    {
        var hash = leafHash;
        AddToRow(0, hash);
        var merges = BitOperations.TrailingZeroCount(~Size);
        for (var done = 1; done <= merges; done++)
        {
            hash = MerkleHash.Node(edge[--held], hash);
            if (done % 8 == 0)
                AddToRow(done / 8, hash);
        }
        edge[held++] = hash;
        Size++;
    }

    public Hash256 Root()
    {
        if (held == 0)
            return MerkleHash.EmptyRoot;
        var root = edge[held - 1];
        for (var i = held - 2; i >= 0; i--)
            root = MerkleHash.Node(edge[i], root);
        return root;
    }

    /// <summary>Compares the partial tiles that a checkpoint of the present size needs, and older partial ones beside them.</summary>
    public void ComparePartials()
    {
        for (var level = 0; level < rows.Count; level++)
        {
            if (rows[level].Count == 0)
                continue;
            var tile = Size >> (8 * (level + 1));
            Compare(TileName.Hashes(level, tile, rows[level].Count), rows[level]);
            var folder = Path.GetDirectoryName(TileName.Hashes(level, tile, 1))!;
            foreach (var width in disk.FileNames(Path.Combine(prefix, folder)))
            {
                if (int.TryParse(width, out var hashes) && hashes < rows[level].Count)
                    Compare(Path.Combine(folder, width), rows[level].GetRange(0, hashes));
            }
        }
    }

    private void AddToRow(int level, in Hash256 hash)
    {
        if (level == rows.Count)
            rows.Add([]);
        var row = rows[level];
        row.Add(hash);
        if (row.Count < TileName.FullWidth)
            return;
        var tile = Size >> (8 * (level + 1));
        if (Size < TilesUntil)
            Compare(TileName.Hashes(level, tile, TileName.FullWidth), row);
        row.Clear();
    }

    private void Compare(string name, List<Hash256> hashes)
    {
        var bytes = DurableFile.ReadOrNull(disk, Path.Combine(prefix, name), 1 << 20);
        if (bytes is null)
        {
            problems.Add(VerifyArea.Tile, name, null, null, "the tile is missing");
            return;
        }
        if (bytes.Length != hashes.Count * Hash256.Bytes)
        {
            problems.Add(
                VerifyArea.Tile,
                name,
                null,
                null,
                $"the tile has {bytes.Length} bytes, it must have {hashes.Count * Hash256.Bytes}"
            );
            return;
        }
        for (var i = 0; i < hashes.Count; i++)
        {
            if (Hash256.From(bytes.AsSpan(i * Hash256.Bytes)) == hashes[i])
                continue;
            problems.Add(VerifyArea.Tile, name, i * Hash256.Bytes, null, $"hash {i} is not that of the journal's leaves");
            return;
        }
    }
}
