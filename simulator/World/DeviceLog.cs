using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Simulator.World;

/// <summary>Why a record will never reach anybody.</summary>
internal enum Loss
{
    MemoryWrap,
    MemoryFault,
    LogCleared,
    PackLost,
}

internal readonly record struct LostRange(SequenceRange Range, Loss Why);

/// <summary>
/// One log of one device in one epoch: every record it ever wrote, with the true time of each. Sequences begin at 0 and have no holes
/// when written; holes come from <see cref="Lose"/>. When the memory is full the oldest step is dropped, as the X2 does.
/// </summary>
internal sealed class DeviceLog(LogKey key, uint capacity, uint step, Spool spool)
{
    private readonly Chunks<EventRecord> _records = new(spool);
    private readonly Chunks<long> _trueUtcMs = new(spool);
    private readonly List<LostRange> _lost = [];
    private readonly RangeSet _delivered = new();
    private readonly Dictionary<ulong, string> _serials = [];

    public LogKey Key { get; } = key;

    public ulong Next => (ulong)_records.Count;

    /// <summary>The oldest sequence that the device's own memory still holds.</summary>
    public ulong OldestHeld { get; private set; }

    public IReadOnlyList<LostRange> Lost => _lost;

    public RangeSet Delivered => _delivered;

    /// <summary>Sequences that a battery pack took away while the pack has not been docked: they survive a wrap of the device.</summary>
    public ulong Append(EventRecord record, long trueUtcMs)
    {
        if (Next - OldestHeld >= capacity)
        {
            DropOldest(step);
        }

        _records.Add(record);
        _trueUtcMs.Add(trueUtcMs);
        return Next - 1;
    }

    /// <summary>The serial that the device read with this record, of a pack that was put in; empty = none.</summary>
    public string SerialAt(ulong sequence) => _serials.GetValueOrDefault(sequence, "");

    public void NoteSerial(ulong sequence, string serial) => _serials[sequence] = serial;

    public EventRecord RecordAt(ulong sequence) => _records[checked((int)sequence)];

    public long TrueUtcMsAt(ulong sequence) => _trueUtcMs[checked((int)sequence)];

    /// <summary>The byte-identical copy in every carrier and dock goes too: such a range can never be uploaded.</summary>
    public void Lose(SequenceRange range, Loss why)
    {
        foreach (var piece in _delivered.Missing(range))
        {
            _lost.Add(new LostRange(piece, why));
        }
    }

    /// <summary>The parts of a range that are neither lost nor past the end.</summary>
    public List<SequenceRange> Readable(SequenceRange range)
    {
        var gone = new RangeSet();
        foreach (var lost in _lost)
        {
            gone.Add(lost.Range);
        }

        return gone.Missing(range);
    }

    private void DropOldest(uint count)
    {
        var range = new SequenceRange(OldestHeld, count);
        OldestHeld += count;
        foreach (var piece in Readable(range))
        {
            Lose(piece, Loss.MemoryWrap);
        }
    }
}
