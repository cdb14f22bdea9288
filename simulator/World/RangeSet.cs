using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Simulator.World;

/// <summary>A set of sequences as ordered, disjoint, non-touching runs.</summary>
internal sealed class RangeSet
{
    private readonly List<SequenceRange> _runs = [];

    public IReadOnlyList<SequenceRange> Runs => _runs;

    public ulong Total
    {
        get
        {
            var total = 0UL;
            foreach (var run in _runs)
            {
                total += run.Count;
            }

            return total;
        }
    }

    public void Add(SequenceRange range)
    {
        if (range.Count == 0)
        {
            return;
        }

        var first = range.First;
        var next = range.Next;
        var at = FirstTouching(first);
        var end = at;
        while (end < _runs.Count && _runs[end].First <= next)
        {
            first = Math.Min(first, _runs[end].First);
            next = Math.Max(next, _runs[end].Next);
            end++;
        }

        _runs.RemoveRange(at, end - at);
        _runs.Insert(at, new SequenceRange(first, checked((uint)(next - first))));
    }

    public bool Contains(ulong sequence)
    {
        var at = FirstTouching(sequence);
        return at < _runs.Count && _runs[at].First <= sequence && sequence < _runs[at].Next
            || at + 1 < _runs.Count && _runs[at + 1].First <= sequence && sequence < _runs[at + 1].Next;
    }

    /// <summary>The parts of the range that are not in the set, ascending.</summary>
    public List<SequenceRange> Missing(SequenceRange range)
    {
        var missing = new List<SequenceRange>();
        var at = range.First;
        for (var i = FirstTouching(range.First); i < _runs.Count && _runs[i].First < range.Next; i++)
        {
            if (_runs[i].First > at)
            {
                missing.Add(new SequenceRange(at, checked((uint)(_runs[i].First - at))));
            }

            at = Math.Max(at, _runs[i].Next);
        }

        if (at < range.Next)
        {
            missing.Add(new SequenceRange(at, checked((uint)(range.Next - at))));
        }

        return missing;
    }

    /// <summary>Index of the first run that ends at or after the sequence.</summary>
    private int FirstTouching(ulong sequence)
    {
        int low = 0,
            high = _runs.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_runs[middle].Next < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
