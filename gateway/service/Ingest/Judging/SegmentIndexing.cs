using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>
/// Makes the index of every sealed segment that has none that is whole: at each seal, and at a start after somebody removed or damaged one. One
/// way for all, from the segment itself; on any thread but beside nobody else who does the same.
/// </summary>
internal static class SegmentIndexing
{
    /// <summary>Makes what is missing, and answers the leaf below which everything is indexed now.</summary>
    /// <exception cref="JournalDamagedException">A sealed segment cannot be read.</exception>
    /// <exception cref="Ledger.Disks.DiskException">The disk's own failure, a full disk too.</exception>
    public static ulong MakeMissing(TamperEvidentLog ledger, CancellationToken stop = default)
    {
        var openFirst = ledger.KeyIndex.OpenFirst;
        foreach (var (first, next) in ledger.KeyIndex.Missing())
        {
            stop.ThrowIfCancellationRequested();
            ledger.KeyIndex.Write(first, next, EntriesOf(ledger, first, next));
        }
        return openFirst;
    }

    private static KeyIndexEntry[] EntriesOf(TamperEvidentLog ledger, ulong first, ulong next)
    {
        var names = new NameCache();
        var entries = new List<KeyIndexEntry>();
        using var reader = ledger.OpenReader(first);
        for (var index = first; index < next; index++)
        {
            if (reader.Read() != ReadStatus.Record)
            {
                throw new JournalDamagedException(
                    reader.Problem ?? new JournalProblem(JournalFormat.SegmentName(first), 0, index, "the record is missing")
                );
            }
            if (Leaf.Decode(reader.Leaf, names).Leaf is StoredBatch batch)
            {
                BlockKeys.Add(entries, index, batch);
            }
        }
        return [.. entries];
    }
}
