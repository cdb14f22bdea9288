using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Decisions;

/// <summary>A run of sequences from First to before Next.</summary>
/// <param name="First">First sequence.</param>
/// <param name="Next">One past the last; greater than First.</param>
public readonly record struct Run(ulong First, ulong Next)
{
    /// <summary>How many sequences.</summary>
    public ulong Count => Next - First;
}

/// <summary>What a batch would add to a log.</summary>
public enum RangeAnswer : byte
{
    /// <summary>Can be stored; the new ranges may be empty, then it is a repeat.</summary>
    Fits = 0,

    /// <summary>It would open more holes than <see cref="DurableRanges.OpenHolesMax"/>: fill older ones first.</summary>
    TooManyGaps = 1,

    /// <summary>Its new sequences lie in more than 16 pieces: send it in smaller batches.</summary>
    TooManyPieces = 2,

    /// <summary>More logs than <see cref="DecisionState.LogsMax"/>.</summary>
    TooManyLogs = 3,
}

/// <summary>
/// The durable sequences of one log as runs in rising order that neither overlap nor touch. Holes that are final do not count towards the
/// limit of open ones, so that an old device with many lost ranges is still heard.
/// </summary>
public sealed class DurableRanges
{
    /// <summary>Open holes between runs.</summary>
    public const int OpenHolesMax = 32;

    /// <summary>Runs in all, final holes between them included.</summary>
    public const int RunsMax = 1_024;

    private readonly List<Run> runs = [];
    private readonly List<Run> finalHoles = [];

    /// <summary>Runs in rising order.</summary>
    public IReadOnlyList<Run> Runs => runs;

    /// <summary>Holes stated as final, in rising order of their first sequence.</summary>
    public IReadOnlyList<Run> FinalHoles => finalHoles;

    /// <summary>One past the last sequence of the first run; 0 when nothing is stored.</summary>
    public ulong ContiguousNext => runs.Count == 0 ? 0 : runs[0].Next;

    /// <summary>One past the highest sequence stored; 0 when nothing is stored.</summary>
    public ulong HighestNext => runs.Count == 0 ? 0 : runs[^1].Next;

    /// <summary>How many sequences are durable.</summary>
    public ulong SequenceCount
    {
        get
        {
            ulong sum = 0;
            foreach (var run in runs)
            {
                sum += run.Count;
            }
            return sum;
        }
    }

    /// <summary>Holes between runs that are not final.</summary>
    public int OpenHoleCount => OpenHolesOf(runs);

    /// <summary>True when the sequence is durable.</summary>
    public bool Contains(ulong sequence)
    {
        var at = FirstRunEndingAfter(sequence);
        return at < runs.Count && runs[at].First <= sequence;
    }

    /// <summary>The lowest sequence from that one on that is not durable.</summary>
    public ulong NextNotDurable(ulong sequence)
    {
        var at = FirstRunEndingAfter(sequence);
        return at < runs.Count && runs[at].First <= sequence ? runs[at].Next : sequence;
    }

    /// <summary>The holes between runs, in rising order, with whether each is final. The stretch below the first run is not a hole.</summary>
    public IEnumerable<(Run Hole, bool Final)> Holes()
    {
        for (var i = 1; i < runs.Count; i++)
        {
            var hole = new Run(runs[i - 1].Next, runs[i].First);
            yield return (hole, IsFinal(hole));
        }
    }

    /// <summary>
    /// Which sequences of the range are not durable, and whether they may be added. Nothing changes. An empty or overflowing range is a
    /// programming error: the decoder rejects it first.
    /// </summary>
    public RangeAnswer Plan(SequenceRange range, out SequenceRanges newRanges)
    {
        newRanges = default;
        var next = range.Next;
        Span<SequenceRange> pieces = stackalloc SequenceRange[SequenceRanges.CountMax];
        var count = 0;
        var from = range.First;
        for (var i = FirstRunEndingAfter(range.First); from < next; i++)
        {
            var to = i < runs.Count ? Math.Min(runs[i].First, next) : next;
            if (to > from)
            {
                if (count == pieces.Length)
                {
                    return RangeAnswer.TooManyPieces;
                }
                pieces[count++] = new SequenceRange(from, (uint)(to - from));
            }
            from = i < runs.Count ? Math.Max(from, runs[i].Next) : next;
        }
        newRanges = new SequenceRanges(pieces[..count]);
        return count == 0 || HasRoomFor(range) ? RangeAnswer.Fits : RangeAnswer.TooManyGaps;
    }

    /// <summary>Adds the range, merging with what it overlaps or touches. Limits are Plan's: what is in the journal is always added.</summary>
    public void Add(SequenceRange range) => Merge(runs, new Run(range.First, range.Next));

    /// <summary>States that a hole will not be filled. Sequences of it that come after all are still added.</summary>
    public void MarkFinal(Run hole) => Merge(finalHoles, hole);

    internal void Restore(Run run) => runs.Add(run);

    private static void Merge(List<Run> list, Run added)
    {
        var at = 0;
        // Runs come mostly in rising order: look from the end.
        for (at = list.Count; at > 0 && list[at - 1].Next >= added.First; at--) { }
        var first = added.First;
        var next = added.Next;
        var end = at;
        for (; end < list.Count && list[end].First <= next; end++)
        {
            first = Math.Min(first, list[end].First);
            next = Math.Max(next, list[end].Next);
        }
        list.RemoveRange(at, end - at);
        list.Insert(at, new Run(first, next));
    }

    private bool HasRoomFor(SequenceRange range)
    {
        // A range that touches or lies in what is there opens no hole, and one that adds none always fits.
        var after = new List<Run>(runs);
        Merge(after, new Run(range.First, range.Next));
        if (after.Count <= runs.Count)
        {
            return true;
        }
        return after.Count <= RunsMax && OpenHolesOf(after) <= OpenHolesMax;
    }

    private int OpenHolesOf(List<Run> list)
    {
        var open = 0;
        for (var i = 1; i < list.Count; i++)
        {
            if (!IsFinal(new Run(list[i - 1].Next, list[i].First)))
            {
                open++;
            }
        }
        return open;
    }

    private bool IsFinal(Run hole)
    {
        foreach (var final in finalHoles)
        {
            if (final.First <= hole.First && final.Next >= hole.Next)
            {
                return true;
            }
        }
        return false;
    }

    private int FirstRunEndingAfter(ulong sequence)
    {
        int low = 0,
            high = runs.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (runs[middle].Next > sequence)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }
        return low;
    }
}
