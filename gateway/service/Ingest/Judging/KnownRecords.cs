using System.Runtime.InteropServices;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
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

    /// <summary>The known sequences of the batch whose bytes differ from the stored ones; more than 16 runs are told as one.</summary>
    public LeafRanges Differing(in LogKey key, in RecordBatch batch, LeafRanges fresh)
    {
        var differing = new List<SequenceRange>();
        if (!logs.TryGetValue(key, out var extents))
        {
            return default;
        }
        for (var at = FirstEndingAfter(extents, batch.FirstSequence); at < extents.Count && extents[at].First < batch.Range.Next; at++)
        {
            var extent = extents[at];
            var stored = Received(extent.Index);
            var read = FrameReader.Read(stored.Span, Limits.MqttPayloadBytesMax);
            if (read.Status == ReadStatus.Done && RecordBatch.Decode(read.Frame, out var known).IsNone)
            {
                Compare(batch, known, extent, differing);
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

    /// <summary>A batch was added to the group in the making.</summary>
    public void Stored(ulong index, in LogKey key, LeafRanges fresh, ReadOnlyMemory<byte> frame)
    {
        Add(index, key, fresh);
        notYetDurable[index] = frame;
    }

    /// <summary>A batch read back at start.</summary>
    public void Add(ulong index, in LogKey key, LeafRanges fresh)
    {
        ref var extents = ref CollectionsMarshal.GetValueRefOrAddDefault(logs, key, out _);
        extents ??= [];
        foreach (var range in fresh.AsSpan())
        {
            var at = FirstEndingAfter(extents, range.First);
            extents.Insert(at, new Extent(range.First, range.Count, index));
        }
    }

    /// <summary>The group is durable: the journal can be asked from here on.</summary>
    public void GroupIsDurable() => notYetDurable.Clear();

    private static void Compare(in RecordBatch batch, in RecordBatch known, Extent extent, List<SequenceRange> differing)
    {
        var next = Math.Min(batch.Range.Next, extent.First + extent.Count);
        for (var sequence = Math.Max(batch.FirstSequence, extent.First); sequence < next; sequence++)
        {
            var came = batch.RecordBytes((int)(sequence - batch.FirstSequence));
            if (came.SequenceEqual(known.RecordBytes((int)(sequence - known.FirstSequence))))
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

    private readonly record struct Extent(ulong First, uint Count, ulong Index);
}
