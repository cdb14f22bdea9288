using System.Runtime.InteropServices;
using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Ingest.Trust;
using LeafRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>
/// Where each durable sequence stands, so that a repeat can be told from a variant: known records are compared byte for byte with what
/// the journal holds (wire 9). Of the segment that is written to it is kept in memory, of sealed ones it is looked up in their index: what is
/// kept does not grow with the journal. Looking up and reading back cost disk reads, and happen only when a dock repeats itself.
/// </summary>
internal sealed class KnownRecords(DecisionState state, StoredFrames frames, OldRecords old)
{
    private readonly Dictionary<LogKey, List<Extent>> logs = [];
    private readonly Dictionary<ulong, ReadOnlyMemory<byte>> notYetDurable = [];
    private (LogKey Key, ulong First, ulong Next, ulong From, List<Extent> Found)? lastLookUp;

    /// <summary>Leaves below it are looked up.</summary>
    public ulong MemoryFrom { get; private set; }

    /// <summary>Extents held in memory.</summary>
    public int HeldCount => logs.Values.Sum(extents => extents.Count);

    /// <summary>
    /// False until the open segment has been read and every sealed one has its index; till then some repeats cannot be compared, and their
    /// docks are asked to come again.
    /// </summary>
    public bool Complete { get; set; } = true;

    /// <summary>
    /// The known sequences of the batch whose bytes, or only the first so many of them, differ from the stored ones; more than 16 runs are told
    /// as one. The batch's first record is filed under that sequence.
    /// </summary>
    public LeafRanges Differing(in LogKey key, in RecordBatch batch, ulong filedFirst, int bytesCompared = int.MaxValue)
    {
        var range = new SequenceRange(filedFirst, (uint)batch.Count);
        var differing = new List<SequenceRange>();
        foreach (var extent in Extents(key, range.First, range.Next))
        {
            var stored = Received(extent.Index);
            var read = FrameReader.Read(stored.Span, Limits.MqttPayloadBytesMax);
            if (read.Status == ReadStatus.Done && RecordBatch.Decode(read.Frame, out var known).IsNone)
            {
                Compare(batch, range, known, extent, bytesCompared, differing);
            }
        }
        return differing.Count <= LeafRanges.CountMax
            ? new LeafRanges(CollectionsMarshal.AsSpan(differing))
            : new LeafRanges(new SequenceRange(differing[0].First, (uint)(differing[^1].Next - differing[0].First)));
    }

    /// <summary>
    /// Whether every stored copy of what differs was made by another version of the batch's translator: then the translation differs, not what the
    /// device wrote (wire 4).
    /// </summary>
    public bool IsRetranslated(in LogKey key, in RecordBatch batch, LeafRanges differing)
    {
        foreach (var range in batch.TranslatorId == 0 ? default : differing.AsSpan())
        {
            foreach (var extent in Extents(key, range.First, range.Next))
            {
                var read = FrameReader.Read(Received(extent.Index).Span, Limits.MqttPayloadBytesMax);
                if (
                    read.Status == ReadStatus.Done
                    && RecordBatch.Decode(read.Frame, out var known).IsNone
                    && (known.TranslatorId != batch.TranslatorId || known.TranslatorVersion == batch.TranslatorVersion)
                )
                {
                    return false;
                }
            }
        }
        return batch.TranslatorId != 0 && differing.Count > 0;
    }

    /// <summary>Whether every known sequence of the range can be compared with its stored bytes.</summary>
    public bool Covers(in LogKey key, SequenceRange range, LeafRanges fresh) =>
        fresh.SequenceCount == range.Count
        || fresh.SequenceCount + CountWithin(Extents(key, range.First, range.Next), range.First, range.Next) >= range.Count;

    /// <summary>
    /// Leaves between which all those lie that hold some of a durable range: the lowest and the highest itself where memory has it, else the
    /// first and the last of the whole log.
    /// </summary>
    public (ulong First, ulong Last) LeavesOf(in LogKey key, SequenceRange range)
    {
        var held = Held(key, range.First, range.Next);
        var isAll = CountWithin(held, range.First, range.Next) >= range.Count;
        var log = state.Find(key);
        return isAll || log is null
            ? (held.Count == 0 ? 0 : held.Min(extent => extent.Index), held.Count == 0 ? 0 : held.Max(extent => extent.Index))
            : (log.FirstLeaf, log.LastLeaf);
    }

    /// <summary>Where the records of a durable range stand, in order; cut to it.</summary>
    public IReadOnlyList<StoredStretch> Within(in LogKey key, ulong first, ulong next)
    {
        var found = new List<StoredStretch>();
        foreach (var extent in Extents(key, first, next))
        {
            var (from, to) = (Math.Max(first, extent.First), Math.Min(next, extent.Next));
            found.Add(new StoredStretch(from, (uint)(to - from), extent.Index, extent.FiledFirst));
        }
        return found;
    }

    /// <summary>Every leaf below it is in a sealed segment whose index is written: memory lets go of them.</summary>
    public void SealedBelow(ulong leaf)
    {
        if (leaf <= MemoryFrom)
        {
            return;
        }
        MemoryFrom = leaf;
        foreach (var (key, extents) in logs)
        {
            extents.RemoveAll(extent => extent.Index < leaf);
            if (extents.Count == 0)
            {
                logs.Remove(key); // allowed while walking: a removal moves nothing
            }
        }
    }

    /// <summary>A batch was added to the group in the making.</summary>
    public void Stored(ulong index, in LogKey key, LeafRanges fresh, ulong filedFirst, ReadOnlyMemory<byte> frame)
    {
        Add(index, key, fresh, filedFirst);
        notYetDurable[index] = frame;
    }

    /// <summary>A batch read back at start.</summary>
    public void Add(ulong index, in LogKey key, LeafRanges fresh, ulong filedFirst)
    {
        if (index < MemoryFrom)
        {
            return;
        }
        ref var extents = ref CollectionsMarshal.GetValueRefOrAddDefault(logs, key, out _);
        extents ??= [];
        foreach (var range in fresh.AsSpan())
        {
            var at = FirstEndingAfter(extents, range.First);
            extents.Insert(at, new Extent(range.First, range.Count, index, filedFirst));
        }
    }

    /// <summary>The group is durable: the journal can be asked from here on.</summary>
    public void GroupIsDurable() => notYetDurable.Clear();

    private static void Compare(
        in RecordBatch batch,
        SequenceRange range,
        in RecordBatch known,
        Extent extent,
        int bytesCompared,
        List<SequenceRange> differing
    )
    {
        var next = Math.Min(range.Next, extent.Next);
        for (var sequence = Math.Max(range.First, extent.First); sequence < next; sequence++)
        {
            var came = batch.RecordBytes((int)(sequence - range.First));
            var stored = known.RecordBytes((int)(sequence - extent.FiledFirst));
            if (came[..Math.Min(bytesCompared, came.Length)].SequenceEqual(stored[..Math.Min(bytesCompared, stored.Length)]))
            {
                continue;
            }
            if (differing.Count > 0 && differing[^1].Next == sequence)
            {
                differing[^1] = differing[^1] with { Count = differing[^1].Count + 1 };
            }
            else
            {
                differing.Add(new SequenceRange(sequence, 1));
            }
        }
    }

    /// <summary>Extents that reach into a range, in order; what memory lacks of what is durable is looked up.</summary>
    private List<Extent> Extents(in LogKey key, ulong first, ulong next)
    {
        var held = Held(key, first, next);
        if (
            state.Find(key) is not { } log
            || log.FirstLeaf >= MemoryFrom
            || CountWithin(held, first, next) >= DurableWithin(log, first, next)
        )
        {
            return held;
        }
        if (lastLookUp is not { } last || (last.Key, last.First, last.Next, last.From) != (key, first, next, MemoryFrom))
        {
            last = (key, first, next, MemoryFrom, old.Find(key, first, next, log.FirstLeaf, MemoryFrom));
            lastLookUp = CountWithin(last.Found, first, next) > 0 ? last : null;
        }
        held.AddRange(last.Found.Where(extent => extent.Index < MemoryFrom));
        held.Sort((one, other) => one.First.CompareTo(other.First));
        return held;
    }

    private List<Extent> Held(in LogKey key, ulong first, ulong next)
    {
        var found = new List<Extent>();
        if (logs.TryGetValue(key, out var extents))
        {
            for (var at = FirstEndingAfter(extents, first); at < extents.Count && extents[at].First < next; at++)
            {
                found.Add(extents[at]);
            }
        }
        return found;
    }

    private static ulong CountWithin(List<Extent> extents, ulong first, ulong next)
    {
        var count = 0UL;
        foreach (var extent in extents)
        {
            count += Math.Min(next, extent.Next) - Math.Max(first, extent.First);
        }
        return count;
    }

    private static ulong DurableWithin(LogState log, ulong first, ulong next)
    {
        var count = 0UL;
        foreach (var run in log.Durable.Runs)
        {
            count += run.First < next && run.Next > first ? Math.Min(next, run.Next) - Math.Max(first, run.First) : 0;
        }
        return count;
    }

    private ReadOnlyMemory<byte> Received(ulong index) =>
        notYetDurable.TryGetValue(index, out var frame) ? frame : frames.Read(index)?.Received ?? default;

    private static int FirstEndingAfter(List<Extent> extents, ulong sequence)
    {
        int low = 0,
            high = extents.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (extents[middle].Next > sequence)
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
