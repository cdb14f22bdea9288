using System.Buffers.Binary;
using System.Globalization;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Signing;

/// <summary>
/// Writes tiles and entry bundles below a prefix. They come back from the journal at any time, so none is synced here: whoever opens the
/// log writes them again from the last snapshot on, and a snapshot is written only after a sync of the file system.
/// </summary>
internal sealed class TileFolder(IDisk disk, string prefix)
{
    private readonly byte[] bundle = new byte[TileName.FullWidth * (2 + Journals.JournalFormat.LeafBytesMax)];
    private int bundleBytes;
    private int bundleEntries;
    private ulong bundleNumber;

    /// <summary>Index that the next call of <see cref="AddEntry"/> must bring.</summary>
    public ulong NextEntry => (bundleNumber * TileName.FullWidth) + (ulong)bundleEntries;

    /// <summary>Forgets the bundle at hand and starts one at its first entry: the index rounded down to a full bundle.</summary>
    public void StartBundleOf(ulong index)
    {
        bundleNumber = index / TileName.FullWidth;
        bundleBytes = bundleEntries = 0;
    }

    /// <summary>Adds the next entry; writes the bundle when it is full.</summary>
    public void AddEntry(ReadOnlySpan<byte> leaf)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bundle.AsSpan(bundleBytes), (ushort)leaf.Length);
        leaf.CopyTo(bundle.AsSpan(bundleBytes + 2));
        bundleBytes += 2 + leaf.Length;
        if (++bundleEntries < TileName.FullWidth)
            return;
        WriteFull(TileName.Entries(bundleNumber, TileName.FullWidth), bundle.AsSpan(0, bundleBytes));
        bundleNumber++;
        bundleBytes = bundleEntries = 0;
    }

    /// <summary>Writes a full tile of hashes.</summary>
    public void WriteTile(int level, ulong tile, IReadOnlyList<Hash256> hashes) =>
        WriteFull(TileName.Hashes(level, tile, TileName.FullWidth), Concatenate(hashes));

    /// <summary>Writes the partial bundle and the partial tiles of a tree, so that a checkpoint of its size can be served.</summary>
    public void WritePartials(TileTree tree)
    {
        if (bundleEntries > 0)
            Write(TileName.Entries(bundleNumber, bundleEntries), bundle.AsSpan(0, bundleBytes));
        for (var level = 0; level < tree.Rows.Count; level++)
        {
            var row = tree.Rows[level];
            if (row.Count > 0)
                Write(TileName.Hashes(level, tree.Size >> (8 * (level + 1)), row.Count), Concatenate(row));
        }
    }

    /// <summary>
    /// Writes again what a crash may have torn: the partial ones of the present size, and those of earlier checkpoints beside them. Any
    /// for a greater size belong to no checkpoint and go.
    /// </summary>
    public void RewritePartials(TileTree tree)
    {
        WritePartials(tree);
        foreach (var width in WidthsBeside(TileName.Entries(bundleNumber, 1)))
            WriteOrDelete(
                TileName.Entries(bundleNumber, width),
                width < bundleEntries ? bundle.AsSpan(0, BundlePrefix(width)) : [],
                width,
                bundleEntries
            );
        for (var level = 0; level < tree.Rows.Count; level++)
        {
            var row = tree.Rows[level];
            var tile = tree.Size >> (8 * (level + 1));
            foreach (var width in WidthsBeside(TileName.Hashes(level, tile, 1)))
                WriteOrDelete(
                    TileName.Hashes(level, tile, width),
                    width < row.Count ? Concatenate(row.Take(width).ToArray()) : [],
                    width,
                    row.Count
                );
        }
    }

    /// <summary>Everything written so far is durable afterwards.</summary>
    public void Sync() => disk.SyncFileSystem(prefix);

    private void WriteFull(string name, ReadOnlySpan<byte> bytes)
    {
        Write(name, bytes);
        disk.DeleteFolder(Path.Combine(prefix, name + ".p")); // allowed once the full tile exists
    }

    private List<int> WidthsBeside(string name)
    {
        var widths = new List<int>();
        foreach (var file in disk.FileNames(Path.Combine(prefix, Path.GetDirectoryName(name)!)))
        {
            if (int.TryParse(file, NumberStyles.None, CultureInfo.InvariantCulture, out var width) && width is > 0 and < TileName.FullWidth)
                widths.Add(width);
        }
        return widths;
    }

    private void WriteOrDelete(string name, ReadOnlySpan<byte> bytes, int width, int present)
    {
        if (width < present)
            Write(name, bytes);
        else if (width > present)
            disk.Delete(Path.Combine(prefix, name));
    }

    private int BundlePrefix(int entries)
    {
        var bytes = 0;
        for (var i = 0; i < entries; i++)
            bytes += 2 + BinaryPrimitives.ReadUInt16BigEndian(bundle.AsSpan(bytes));
        return bytes;
    }

    private void Write(string name, ReadOnlySpan<byte> bytes) => disk.WriteDerived(Path.Combine(prefix, name), bytes);

    private static byte[] Concatenate(IReadOnlyList<Hash256> hashes)
    {
        var bytes = new byte[hashes.Count * Hash256.Bytes];
        for (var i = 0; i < hashes.Count; i++)
            hashes[i].CopyTo(bytes.AsSpan(i * Hash256.Bytes));
        return bytes;
    }
}
