using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>
/// Where records of a log are missing. A clock may have been set among them without a row that came home, so that a comparison does not
/// hold across them as it stands (domain 1.5, 2.7.4: absence is evidence only under full coverage).
/// </summary>
internal sealed class LogHoles
{
    private readonly int[] _before;

    /// <param name="entries">One device's event log, in order.</param>
    /// <param name="batches">What the entries came in.</param>
    /// <param name="dockings">What was offered at each docking: an upload cut short leaves a hole at the end, where nothing follows yet.</param>
    public LogHoles(StoredEntry[] entries, IReadOnlyList<LogBatch> batches, IEnumerable<Docking> dockings)
    {
        var before = new List<int>();
        for (int i = 1; i < entries.Length; i++)
        {
            if (entries[i].Sequence != entries[i - 1].Sequence + 1)
            {
                before.Add(i);
            }
        }

        if (entries.Length > 0 && EndsEarly(entries[^1], batches, dockings))
        {
            before.Add(entries.Length);
        }

        _before = [.. before];
    }

    private static bool EndsEarly(in StoredEntry last, IReadOnlyList<LogBatch> batches, IEnumerable<Docking> dockings)
    {
        var epoch = batches[last.Batch].Epoch;
        ulong next = last.Sequence + 1;
        return dockings.Any(d => d.Log == LogKind.Event && d.Epoch == epoch && d.Held.Any(h => h.Next > next));
    }

    /// <summary>Whether records are missing between an entry and a place behind it; a place is the index of the entry that follows it.</summary>
    public bool Between(int entry, int place)
    {
        int at = Array.BinarySearch(_before, entry + 1);
        int first = at >= 0 ? at : ~at;
        return first < _before.Length && _before[first] <= place;
    }
}
