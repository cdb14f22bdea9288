using System.Runtime.InteropServices;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Ingest.Trust;
using LeafRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>
/// Where each durable sequence stands, so that a repeat can be told from a variant: known records are compared byte for byte with what
/// the journal holds (wire 9). Reading back costs a disk read, and happens only when a dock repeats itself.
/// </summary>
internal sealed class KnownRecords(Func<ulong, ReadOnlyMemory<byte>> readReceived)
{
    private readonly Dictionary<LogKey, List<Extent>> logs = [];
    private readonly Dictionary<ulong, ReadOnlyMemory<byte>> notYetDurable = [];

    /// <summary>
    /// The known sequences of the batch whose bytes, or only the first so many of them, differ from the stored ones; more than 16 runs are told
    /// as one. The batch's first record is filed under that sequence.
    /// </summary>
    public LeafRanges Differing(in LogKey key, in RecordBatch batch, ulong filedFirst, int bytesCompared = int.MaxValue)
    {
        var range = new SequenceRange(filedFirst, (uint)batch.Count);
        var differing = new List<SequenceRange>();
        if (!logs.TryGetValue(key, out var extents))
        {
            return default;
        }
        for (var at = FirstEndingAfter(extents, range.First); at < extents.Count && extents[at].First < range.Next; at++)
        {
            var extent = extents[at];
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

    /// <summary>False until everything below the start's snapshot has been read again; till then some repeats cannot be compared.</summary>
    public bool Complete { get; set; } = true;

    /// <summary>Whether every known sequence of the range can be compared with its stored bytes.</summary>
    public bool Covers(in LogKey key, SequenceRange range, LeafRanges fresh)
    {
        if (Complete)
        {
            return true;
        }
        var covered = fresh.SequenceCount;
        if (logs.TryGetValue(key, out var extents))
        {
            for (var at = FirstEndingAfter(extents, range.First); at < extents.Count && extents[at].First < range.Next; at++)
            {
                covered += Math.Min(range.Next, extents[at].First + extents[at].Count) - Math.Max(range.First, extents[at].First);
            }
        }
        return covered >= range.Count;
    }

    /// <summary>Lowest and highest leaf that hold some of a durable range; what has not been read again yet counts from 0.</summary>
    public (ulong First, ulong Last) LeavesOf(in LogKey key, SequenceRange range)
    {
        var (first, last) = (ulong.MaxValue, 0UL);
        if (logs.TryGetValue(key, out var extents))
        {
            for (var at = FirstEndingAfter(extents, range.First); at < extents.Count && extents[at].First < range.Next; at++)
            {
                (first, last) = (Math.Min(first, extents[at].Index), Math.Max(last, extents[at].Index));
            }
        }
        return (Complete && first != ulong.MaxValue ? first : 0, last);
    }

    /// <summary>Where the records of a durable range stand, in order; cut to it.</summary>
    public IReadOnlyList<StoredStretch> Within(in LogKey key, ulong first, ulong next)
    {
        var found = new List<StoredStretch>();
        if (logs.TryGetValue(key, out var extents))
        {
            for (var at = FirstEndingAfter(extents, first); at < extents.Count && extents[at].First < next; at++)
            {
                var (from, to) = (Math.Max(first, extents[at].First), Math.Min(next, extents[at].First + extents[at].Count));
                found.Add(new StoredStretch(from, (uint)(to - from), extents[at].Index, extents[at].FiledFirst));
            }
        }
        return found;
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
        var next = Math.Min(range.Next, extent.First + extent.Count);
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

    private ReadOnlyMemory<byte> Received(ulong index) => notYetDurable.TryGetValue(index, out var frame) ? frame : readReceived(index);

    private static int FirstEndingAfter(List<Extent> extents, ulong sequence)
    {
        int low = 0,
            high = extents.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (extents[middle].First + extents[middle].Count > sequence)
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

    private readonly record struct Extent(ulong First, uint Count, ulong Index, ulong FiledFirst);
}
