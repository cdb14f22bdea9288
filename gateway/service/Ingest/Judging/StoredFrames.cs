using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>One stored batch, read again.</summary>
/// <param name="Leaf">Its leaf.</param>
/// <param name="Received">The frame as it came; empty when it was disposed of or is damaged.</param>
internal sealed record StoredFrame(StoredBatch Leaf, ReadOnlyMemory<byte> Received);

/// <summary>
/// Stored batches by leaf index. A dock repeats its records in the order in which they were stored: a few readers that stay where they last
/// read spare walking through a segment from its start for each. For one thread.
/// </summary>
internal sealed class StoredFrames(Func<ulong, JournalReader> openAt) : IDisposable
{
    /// <summary>Readers held open.</summary>
    public const int ReadersMax = 4;

    /// <summary>Frames held, so that comparing after looking up reads no second time.</summary>
    public const int FramesMax = 64;

    /// <summary>Records that a reader goes on over rather than that another one walks there.</summary>
    private const ulong ReachMax = 1_024;

    private readonly List<(JournalReader Reader, ulong Next)> readers = [];
    private readonly Dictionary<ulong, StoredFrame?> frames = [];

    /// <summary>The batch at that index; null when another kind of record stands there, or none that can be read.</summary>
    public StoredFrame? Read(ulong index)
    {
        if (frames.TryGetValue(index, out var known))
        {
            return known;
        }
        if (frames.Count == FramesMax)
        {
            frames.Clear();
        }
        return frames[index] = ReadAnew(index);
    }

    public void Dispose()
    {
        readers.ForEach(held => held.Reader.Dispose());
        readers.Clear();
    }

    private StoredFrame? ReadAnew(ulong index)
    {
        var reader = Take(index);
        while (reader.Read() == ReadStatus.Record)
        {
            if (reader.Index < index)
            {
                continue;
            }
            readers.Add((reader, index + 1));
            return Leaf.Decode(reader.Leaf).Leaf is StoredBatch leaf
                ? new StoredFrame(leaf, reader.State == ReceivedState.Present ? reader.Received.ToArray() : default)
                : null;
        }
        reader.Dispose();
        return null;
    }

    /// <summary>The reader that is nearest before the index, or a new one in place of that which was used least recently.</summary>
    private JournalReader Take(ulong index)
    {
        var at = readers.FindLastIndex(held => held.Next <= index && index - held.Next <= ReachMax);
        if (at < 0)
        {
            if (readers.Count == ReadersMax)
            {
                readers[0].Reader.Dispose();
                readers.RemoveAt(0);
            }
            return openAt(index);
        }
        var reader = readers[at].Reader;
        readers.RemoveAt(at);
        return reader;
    }
}
