using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>One stored batch, read again.</summary>
/// <param name="Leaf">Its leaf.</param>
/// <param name="Received">The frame as it came; empty when it was disposed of or is damaged.</param>
internal sealed record StoredFrame(StoredBatch Leaf, ReadOnlyMemory<byte> Received);

/// <summary>Stored batches by leaf index: a dock repeats its records in the order in which they were stored. For one thread.</summary>
internal sealed class StoredFrames(Func<ulong, JournalReader> openAt) : IDisposable
{
    /// <summary>Frames held, so that comparing after looking up reads no second time.</summary>
    public const int FramesMax = 64;

    private readonly StandingReaders readers = new(openAt);
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

    public void Dispose() => readers.Dispose();

    private StoredFrame? ReadAnew(ulong index) =>
        readers.At(index) is { } reader && Leaf.Decode(reader.Leaf).Leaf is StoredBatch leaf
            ? new StoredFrame(leaf, reader.State == ReceivedState.Present ? reader.Received.ToArray() : default)
            : null;
}
