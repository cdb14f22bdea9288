using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>
/// Where records of a log are missing. A clock may have been set among them without a row that came home, so that a comparison does not
/// hold across them as it stands (domain 1.5, 2.7.4: absence is evidence only under full coverage).
/// </summary>
internal sealed class LogHoles
{
    private readonly int[] _before;

    public LogHoles(StoredEntry[] entries)
    {
        var before = new List<int>();
        for (int i = 1; i < entries.Length; i++)
        {
            if (entries[i].Sequence != entries[i - 1].Sequence + 1)
            {
                before.Add(i);
            }
        }

        _before = [.. before];
    }

    /// <summary>Whether records are missing between an entry and a place behind it; a place is the index of the entry that follows it.</summary>
    public bool Between(int entry, int place)
    {
        int at = Array.BinarySearch(_before, entry + 1);
        int first = at >= 0 ? at : ~at;
        return first < _before.Length && _before[first] <= place;
    }
}
