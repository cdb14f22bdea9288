namespace TaserTelemetry.Ledger.Trees;

/// <summary>
/// A tree as its tiles: of each level the hashes of the tile that is not full yet. This is the second way to a root: full tiles are
/// hashed recursively as RFC 6962 section 2.1 defines it, and the root is put together from the rows, so that a slip in one way does not
/// hide in the other.
/// </summary>
internal sealed class TileTree
{
    private readonly List<List<Hash256>> rows =
    [
        [],
    ];

    /// <summary>Number of leaves.</summary>
    public ulong Size { get; private set; }

    /// <summary>Hashes of the unfinished tile of each level, from level 0 up.</summary>
    public IReadOnlyList<IReadOnlyList<Hash256>> Rows => rows;

    /// <summary>Adds the next leaf; tells of each tile that became full: level, number, its 256 hashes.</summary>
    public void Add(in Hash256 leafHash, Action<int, ulong, IReadOnlyList<Hash256>>? onFullTile = null)
    {
        var hash = leafHash;
        for (var level = 0; ; level++)
        {
            if (level == rows.Count)
                rows.Add([]);
            var row = rows[level];
            row.Add(hash);
            if (row.Count < TileName.FullWidth)
                break;
            onFullTile?.Invoke(level, Size >> (8 * (level + 1)), row);
            hash = Subtree(row, 0, TileName.FullWidth);
            row.Clear();
        }
        Size++;
    }

    /// <summary>Root over all leaves so far.</summary>
    public Hash256 Root()
    {
        if (Size == 0)
            return MerkleHash.EmptyRoot;
        Hash256? right = null;
        foreach (var row in rows)
        {
            // A row left of what is already joined holds only complete subtrees, each a power of two wide when cut from the right.
            for (var end = row.Count; end > 0; )
            {
                var width = end & -end;
                var left = Subtree(row, end - width, width);
                right = right is null ? left : MerkleHash.Node(left, right.Value);
                end -= width;
            }
        }
        return right!.Value;
    }

    /// <summary>An independent copy.</summary>
    public TileTree Copy()
    {
        var copy = new TileTree { Size = Size };
        copy.rows.Clear();
        foreach (var row in rows)
            copy.rows.Add([.. row]);
        return copy;
    }

    /// <summary>The same tree as its right edge.</summary>
    public CompactTree ToCompact()
    {
        var edge = new List<Hash256>();
        foreach (var row in rows)
        {
            for (var end = row.Count; end > 0; )
            {
                var width = end & -end;
                edge.Add(Subtree(row, end - width, width));
                end -= width;
            }
        }
        edge.Reverse();
        return CompactTree.From(Size, edge.ToArray())!;
    }

    /// <summary>A tree from its rows; null when they do not fit the size.</summary>
    public static TileTree? From(ulong size, IReadOnlyList<IReadOnlyList<Hash256>> rows)
    {
        var tree = new TileTree { Size = size };
        tree.rows.Clear();
        for (var level = 0; level < rows.Count; level++)
        {
            if (level >= TileName.LevelsMax || (int)((size >> (8 * level)) & 0xFF) != rows[level].Count)
                return null;
            tree.rows.Add([.. rows[level]]);
        }
        var covered = rows.Count >= TileName.LevelsMax ? 0 : size >> (8 * rows.Count);
        if (tree.rows.Count == 0)
            tree.rows.Add([]);
        return covered == 0 ? tree : null;
    }

    private static Hash256 Subtree(IReadOnlyList<Hash256> row, int start, int width) =>
        width == 1 ? row[start] : MerkleHash.Node(Subtree(row, start, width / 2), Subtree(row, start + (width / 2), width / 2));
}
