using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>A run of sequences that were new in one stored batch.</summary>
/// <param name="First">First sequence, as filed.</param>
/// <param name="Count">How many.</param>
/// <param name="Index">The batch's leaf.</param>
/// <param name="FiledFirst">Sequence of the batch's first record, as filed.</param>
internal readonly record struct Extent(ulong First, uint Count, ulong Index, ulong FiledFirst)
{
    public ulong Next => First + Count;
}

/// <summary>What stands in sealed segments: asked of their index files, and of the leaves that these name.</summary>
internal sealed class OldRecords(KeyIndex index, StoredFrames frames)
{
    /// <summary>Extents of a log that reach into a range, of the leaves from one to before another; in order of their sequences.</summary>
    public List<Extent> Find(in LogKey key, ulong first, ulong next, ulong fromLeaf, ulong nextLeaf)
    {
        var found = new List<Extent>();
        var leaves = index.Find(BlockKeys.Of(key, first), BlockKeys.Of(key, next - 1), fromLeaf, nextLeaf);
        foreach (var leaf in leaves.Distinct().Order())
        {
            if (frames.Read(leaf)?.Leaf is not { } batch || new LogKey(batch.Device, batch.Log, batch.Epoch) != key)
            {
                continue;
            }
            foreach (var range in batch.NewRanges.AsSpan())
            {
                if (range.First < next && range.Next > first)
                {
                    found.Add(new Extent(range.First, range.Count, leaf, batch.First));
                }
            }
        }
        found.Sort((one, other) => one.First.CompareTo(other.First));
        return found;
    }
}
