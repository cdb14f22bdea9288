using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using SequenceRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Evidence.Reading;

/// <summary>Whether the event records of a leaf can be read.</summary>
public enum EventsState : byte
{
    /// <summary>The leaf is no stored batch.</summary>
    NoBatch = 0,

    /// <summary>They can.</summary>
    Present = 1,

    /// <summary>The bytes were disposed of under a policy; the leaf stays.</summary>
    Disposed = 2,

    /// <summary>The bytes are damaged: their checksum fails and no disposal covers them.</summary>
    Damaged = 3,

    /// <summary>The bytes are there and do not decode as the batch that the leaf names.</summary>
    NotAsTheLeafSays = 4,
}

/// <summary>One event that was new in its leaf.</summary>
/// <param name="Sequence">Its place in the log.</param>
/// <param name="Record">As the device wrote it.</param>
public readonly record struct StoredEvent(ulong Sequence, EventRecord Record);

/// <summary>
/// The events of one stored batch that were not durable before it, in rising order within each range. A view of the reader's buffer,
/// valid until its next read; walking it allocates nothing.
/// </summary>
public readonly ref struct NewEvents
{
    private readonly RecordBatch batch;
    private readonly SequenceRanges ranges;
    private readonly ulong filedFirst;

    internal NewEvents(RecordBatch batch, ulong filedFirst, SequenceRanges ranges)
    {
        this.batch = batch;
        this.filedFirst = filedFirst;
        this.ranges = ranges;
    }

    /// <summary>How many.</summary>
    public ulong Count => ranges.SequenceCount;

    /// <summary>The step of durations in ms as the source rounds them; 0 = 1 ms or no batch.</summary>
    public ushort DurationResolutionMs => ranges.Count == 0 ? (ushort)0 : batch.DurationResolutionMs;

    /// <summary>Device firmware as the batch states it, out of the cache; empty = not stated or no batch.</summary>
    public string FirmwareFrom(NameCache names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return ranges.Count == 0 ? "" : names.Text(batch.FirmwareAscii);
    }

    /// <summary>The walk.</summary>
    public Enumerator GetEnumerator() => new(batch, filedFirst, ranges);

    /// <summary>Walks the ranges.</summary>
    public ref struct Enumerator
    {
        private readonly RecordBatch batch;
        private readonly ulong filedFirst;
        private readonly ReadOnlySpan<SequenceRange> ranges;
        private int range;
        private ulong sequence;
        private ulong rangeNext;

        internal Enumerator(RecordBatch batch, ulong filedFirst, SequenceRanges ranges)
        {
            this.batch = batch;
            this.filedFirst = filedFirst;
            this.ranges = ranges.AsSpan();
            range = -1;
        }

        /// <summary>The event at hand.</summary>
        public readonly StoredEvent Current => new(sequence - 1, batch[(int)(sequence - 1 - filedFirst)]);

        /// <summary>Goes to the next event; false at the end.</summary>
        public bool MoveNext()
        {
            while (sequence == rangeNext)
            {
                if (++range >= ranges.Length)
                {
                    range = ranges.Length;
                    return false;
                }
                sequence = ranges[range].First;
                rangeNext = ranges[range].Next;
            }
            sequence++;
            return true;
        }
    }
}
