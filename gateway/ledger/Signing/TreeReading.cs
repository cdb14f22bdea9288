using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Signing;

/// <summary>From journal records, read back, to a tree and its tiles.</summary>
internal static class TreeReading
{
    /// <summary>A reader that begins where the bundle of an index begins, with the tile folder set to the same place.</summary>
    public static JournalReader OpenAtBundle(TileFolder tiles, ulong index, Func<ulong, JournalReader> openReader)
    {
        tiles.StartBundleOf(index);
        return openReader(tiles.NextEntry);
    }

    /// <summary>
    /// Adds records up to a size; those the tree holds already only fill the bundle. Null when it went well, else the place of the record
    /// that is not good. Below <paramref name="strictFrom"/> a disposal may be half done, so salt and received bytes are not looked at.
    /// </summary>
    public static JournalProblem? Extend(TileTree tree, ulong size, JournalReader reader, TileFolder tiles, ulong strictFrom)
    {
        while (tiles.NextEntry < size)
        {
            var status = reader.Read();
            if (status == ReadStatus.Damaged)
                return reader.Problem;
            if (status == ReadStatus.End || (reader.State == ReceivedState.Damaged && reader.Index >= strictFrom))
                return new JournalProblem(
                    JournalFormat.SegmentName(reader.Segment),
                    reader.Offset,
                    tiles.NextEntry,
                    status == ReadStatus.End ? "the journal ends before this record" : "salt and received bytes fail their CRC"
                );
            if (reader.Index >= tree.Size)
                tree.Add(MerkleHash.Leaf(reader.Leaf), tiles.WriteTile);
            tiles.AddEntry(reader.Leaf);
        }
        return null;
    }
}
