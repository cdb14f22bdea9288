using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>Puts the entries of one log into the order of epoch and sequence, each key once.</summary>
internal static class EntryOrder
{
    public static StoredEntry[] Sort(DeviceHistory history, StoredEntry[] entries)
    {
        var batches = history.Batches;
        if (!IsSorted(entries, batches))
        {
            Array.Sort(entries, (a, b) => Compare(a, b, batches));
        }

        return Distinct(history, entries, batches);
    }

    /// <summary>Epochs by number, then by when they were first received: incarnations are random and say nothing of order.</summary>
    private static int Compare(in StoredEntry a, in StoredEntry b, IReadOnlyList<LogBatch> batches)
    {
        var (x, y) = (batches[a.Batch], batches[b.Batch]);
        int epoch = x.Epoch.Number.CompareTo(y.Epoch.Number);
        epoch = epoch != 0 ? epoch : x.Epoch.Incarnation.CompareTo(y.Epoch.Incarnation);
        int sequence = epoch != 0 ? epoch : a.Sequence.CompareTo(b.Sequence);
        return sequence != 0 ? sequence : x.Leaf.Index.CompareTo(y.Leaf.Index);
    }

    private static bool IsSorted(StoredEntry[] entries, IReadOnlyList<LogBatch> batches)
    {
        for (int i = 1; i < entries.Length; i++)
        {
            if (
                entries[i].Batch == entries[i - 1].Batch
                    ? entries[i].Sequence <= entries[i - 1].Sequence
                    : Compare(entries[i - 1], entries[i], batches) >= 0
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
