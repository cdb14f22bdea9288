using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Retention;

/// <summary>A set of leaf indices as runs. Ranges come in any order and may overlap; asking sorts them once.</summary>
public sealed class LeafSet
{
    private readonly List<(ulong First, ulong Next)> runs = [];
    private bool isSorted = true;

    /// <summary>How many indices.</summary>
    public ulong Count
    {
        get
        {
            Sort();
            ulong count = 0;
            foreach (var (first, next) in runs)
            {
                count += next - first;
            }
            return count;
        }
    }

    /// <summary>Adds one index.</summary>
    public void Add(ulong index) => Add(index, index + 1);

    /// <summary>Adds indices from <paramref name="first"/> to before <paramref name="next"/>; nothing when that is empty.</summary>
    public void Add(ulong first, ulong next)
    {
        if (next <= first)
        {
            return;
        }
        if (isSorted && runs.Count > 0 && runs[^1].Next == first)
        {
            runs[^1] = (runs[^1].First, next);
            return;
        }
        isSorted &= runs.Count == 0 || runs[^1].Next < first;
        runs.Add((first, next));
    }

    /// <summary>Adds what a leaf lists.</summary>
    public void Add(Leaves.SequenceRanges ranges)
    {
        foreach (var range in ranges.AsSpan())
        {
            Add(range.First, range.Next);
        }
    }

    /// <summary>Whether the index is in the set.</summary>
    public bool Contains(ulong index)
    {
        Sort();
        var (low, high) = (0, runs.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (runs[middle].Next > index)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }
        return low < runs.Count && runs[low].First <= index;
    }

    /// <summary>The runs in rising order, as ranges that a leaf can list.</summary>
    public IReadOnlyList<SequenceRange> Ranges()
    {
        Sort();
        var ranges = new List<SequenceRange>();
        foreach (var (first, next) in runs)
        {
            for (var at = first; at < next; at += uint.MaxValue)
            {
                ranges.Add(new SequenceRange(at, (uint)Math.Min(uint.MaxValue, next - at)));
            }
        }
        return ranges;
    }

    private void Sort()
    {
        if (isSorted)
        {
            return;
        }
        runs.Sort();
        var merged = 0;
        for (var i = 1; i < runs.Count; i++)
        {
            if (runs[i].First <= runs[merged].Next)
            {
                runs[merged] = (runs[merged].First, Math.Max(runs[merged].Next, runs[i].Next));
            }
            else
            {
                runs[++merged] = runs[i];
            }
        }
        runs.RemoveRange(merged + 1, runs.Count - merged - 1);
        isSorted = true;
    }
}
