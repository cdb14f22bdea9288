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
        var order = new KeyOrder(batches, FirstReceived(entries, batches));
        if (!IsSorted(entries, order))
        {
            Array.Sort(entries, order);
        }

        return Distinct(history, entries, batches);
    }

    /// <summary>When each epoch of these entries was first received. The list of batches is that of all devices, and is not walked.</summary>
    private static Dictionary<Epoch, (ulong ReceivedNs, ulong Leaf)> FirstReceived(StoredEntry[] entries, IReadOnlyList<LogBatch> batches)
    {
        var firsts = new Dictionary<Epoch, (ulong ReceivedNs, ulong Leaf)>();
        int last = -1;
        foreach (ref readonly var entry in entries.AsSpan())
        {
            if (entry.Batch == last)
            {
                continue;
            }

            last = entry.Batch;
            var batch = batches[last];
            var at = (batch.ReceivedNs, batch.Leaf.Index);
            if (!firsts.TryGetValue(batch.Epoch, out var known) || at.CompareTo(known) < 0)
            {
                firsts[batch.Epoch] = at;
            }
        }

        return firsts;
    }

    private static bool IsSorted(StoredEntry[] entries, KeyOrder order)
    {
        for (int i = 1; i < entries.Length; i++)
        {
            if (
                entries[i].Batch == entries[i - 1].Batch
                    ? entries[i].Sequence <= entries[i - 1].Sequence
                    : order.Compare(entries[i - 1], entries[i]) >= 0
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

    /// <summary>Epochs by number, then by which was first received: incarnations are random and say nothing of order (wire 5).</summary>
    private sealed class KeyOrder(IReadOnlyList<LogBatch> batches, Dictionary<Epoch, (ulong ReceivedNs, ulong Leaf)> firsts)
        : IComparer<StoredEntry>
    {
        public int Compare(StoredEntry a, StoredEntry b)
        {
            var (x, y) = (batches[a.Batch], batches[b.Batch]);
            if (x.Epoch != y.Epoch)
            {
                int number = x.Epoch.Number.CompareTo(y.Epoch.Number);
                return number != 0 ? number : firsts[x.Epoch].CompareTo(firsts[y.Epoch]);
            }

            int sequence = a.Sequence.CompareTo(b.Sequence);
            return sequence != 0 ? sequence : x.Leaf.Index.CompareTo(y.Leaf.Index);
        }
    }
}
