using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>Puts the entries of one log into the order of epoch and sequence, each key once.</summary>
internal static class EntryOrder
{
    public static StoredEntry[] Sort(DeviceHistory history, StoredEntry[] entries)
    {
        var batches = history.Batches;
        int[] ranks = EpochRanks(batches);
        if (!IsSorted(entries, batches, ranks))
        {
            Array.Sort(entries, (a, b) => Compare(a, b, batches, ranks));
        }

        return Distinct(history, entries, batches);
    }

    /// <summary>
    /// Of each batch the place of its epoch: by number, then by which was first received. Incarnations are random and say nothing of order
    /// (wire 5).
    /// </summary>
    private static int[] EpochRanks(IReadOnlyList<LogBatch> batches)
    {
        var first = new Dictionary<Epoch, (ulong ReceivedNs, ulong Leaf)>();
        foreach (var batch in batches)
        {
            var at = (batch.ReceivedNs, batch.Leaf.Index);
            if (!first.TryGetValue(batch.Epoch, out var known) || at.CompareTo(known) < 0)
            {
                first[batch.Epoch] = at;
            }
        }

        var rank = first
            .OrderBy(epoch => epoch.Key.Number)
            .ThenBy(epoch => epoch.Value)
            .Select((epoch, place) => (epoch.Key, Place: place))
            .ToDictionary(epoch => epoch.Key, epoch => epoch.Place);
        return [.. batches.Select(batch => rank[batch.Epoch])];
    }

    private static int Compare(in StoredEntry a, in StoredEntry b, IReadOnlyList<LogBatch> batches, int[] ranks)
    {
        int epoch = ranks[a.Batch].CompareTo(ranks[b.Batch]);
        int sequence = epoch != 0 ? epoch : a.Sequence.CompareTo(b.Sequence);
        return sequence != 0 ? sequence : batches[a.Batch].Leaf.Index.CompareTo(batches[b.Batch].Leaf.Index);
    }

    private static bool IsSorted(StoredEntry[] entries, IReadOnlyList<LogBatch> batches, int[] ranks)
    {
        for (int i = 1; i < entries.Length; i++)
        {
            if (
                entries[i].Batch == entries[i - 1].Batch
                    ? entries[i].Sequence <= entries[i - 1].Sequence
                    : Compare(entries[i - 1], entries[i], batches, ranks) >= 0
            )
            {
                return false;
            }
        }

        return true;
    }

    private static StoredEntry[] Distinct(DeviceHistory history, StoredEntry[] entries, IReadOnlyList<LogBatch> batches)
    {
        int kept = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            bool repeat =
                kept > 0
                && entries[i].Sequence == entries[kept - 1].Sequence
                && batches[entries[i].Batch].Epoch == batches[entries[kept - 1].Batch].Epoch;
            if (!repeat)
            {
                entries[kept++] = entries[i];
            }
            else if (entries[i].Event != entries[kept - 1].Event)
            {
                var (first, second) = (entries[kept - 1], entries[i]);
                history.Anomalies.Add(
                    new LogAnomaly(
                        AnomalyKind.SameKeyOtherBytes,
                        new RecordRef(first.Sequence, first.Batch),
                        new RecordRef(second.Sequence, second.Batch),
                        new TimeInterval((long)batches[second.Batch].ReceivedNs, (long)batches[second.Batch].ReceivedNs),
                        1
                    )
                );
            }
        }

        return kept == entries.Length ? entries : entries[..kept];
    }
}
