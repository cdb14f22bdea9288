using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Reconciler.Inputs;

/// <summary>
/// Entries of one device, each written as what differs from the one before it: a year of a force's logs holds ten million rows of which
/// most repeat all but the time. Nothing is lost; they come out as they went in. Not thread-safe.
/// </summary>
internal sealed class PackedEntries
{
    /// <summary>Bytes an entry takes at most: which fields differ, and ten fields of up to ten bytes.</summary>
    public const int EntryBytesMax = 2 + Fields * VarintBytesMax;

    private const int Fields = 10;
    private const int VarintBytesMax = 10;
    private const int FirstChunkBytes = 256;
    private const int ChunkBytesMax = 64 * 1024;

    private readonly List<(byte[] Bytes, int Used)> _full = [];
    private byte[] _chunk = [];
    private int _used;
    private StoredEntry _last;

    public int Count { get; private set; }

    public void Add(in StoredEntry entry)
    {
        if (_chunk.Length - _used < EntryBytesMax)
        {
            NextChunk();
        }

        var writer = new Writer(_chunk.AsSpan(_used));
        var (now, before) = (entry.Event, _last.Event);
        writer.Put(0, Step(now.Stamp, before.Stamp));
        writer.Put(1, Step(now.MonotonicMs, before.MonotonicMs));
        writer.Put(2, Kind(now) ^ Kind(before));
        writer.Put(3, now.DurationMs ^ before.DurationMs);
        writer.Put(4, now.ArmedSession ^ before.ArmedSession);
        writer.Put(5, now.Bays ^ before.Bays);
        writer.Put(6, State(now) ^ State(before));
        writer.Put(7, now.Argument ^ before.Argument);
        writer.Put(8, Step(entry.Sequence, Next(_last.Sequence)));
        writer.Put(9, Step((uint)entry.Batch, (uint)_last.Batch));
        _used += writer.Finish();
        _last = entry;
        Count++;
    }

    /// <summary>All of them, in the order added.</summary>
    public StoredEntry[] ToArray()
    {
        var all = new StoredEntry[Count];
        var last = default(StoredEntry);
        int at = 0;
        foreach (var (bytes, used) in _full)
        {
            at = Read(bytes.AsSpan(0, used), all, at, ref last);
        }

        Read(_chunk.AsSpan(0, _used), all, at, ref last);
        return all;
    }

    private static int Read(ReadOnlySpan<byte> packed, StoredEntry[] into, int at, ref StoredEntry last)
    {
        while (!packed.IsEmpty)
        {
            var reader = new Reader(packed);
            var before = last.Event;
            ulong stamp = Stepped(before.Stamp, reader.Take(0));
            uint monotonicMs = (uint)Stepped(before.MonotonicMs, reader.Take(1));
            ulong kind = Kind(before) ^ reader.Take(2);
            uint durationMs = before.DurationMs ^ (uint)reader.Take(3);
            uint armedSession = before.ArmedSession ^ (uint)reader.Take(4);
            uint bays = before.Bays ^ (uint)reader.Take(5);
            ulong state = State(before) ^ reader.Take(6);
            ulong argument = before.Argument ^ reader.Take(7);
            ulong sequence = Stepped(Next(last.Sequence), reader.Take(8));
            int batch = (int)Stepped((uint)last.Batch, reader.Take(9));
            var record = new EventRecord(
                stamp,
                monotonicMs,
                (EventCode)(kind & ushort.MaxValue),
                (EventFlags)(kind >> 16),
                durationMs,
                armedSession,
                bays,
                unchecked((short)(state & ushort.MaxValue)), // the bits of a signed field, as State took them
                (byte)((state >> 16) & byte.MaxValue),
                (byte)(state >> 24),
                argument
            );
            last = into[at++] = new StoredEntry(record, sequence, batch);
            packed = packed[reader.Used..];
        }

        return at;
    }

    private void NextChunk()
    {
        if (_used > 0)
        {
            _full.Add((_chunk, _used));
        }

        _chunk = new byte[Math.Clamp(_chunk.Length * 2, FirstChunkBytes, ChunkBytesMax)];
        _used = 0;
    }

    private static ulong Kind(in EventRecord e) => (ushort)e.Code | (ulong)(ushort)e.Flags << 16;

    private static ulong State(in EventRecord e) =>
        unchecked((ushort)e.TemperatureDeciC) | (ulong)e.BatteryPercent << 16 | (ulong)e.Bay << 24;

    // Stamps and sequences cover all 64 bits (SPEC clause 7.1), so that steps are taken modulo 2^64: a small step either way is a small number.
    private static ulong Next(ulong sequence) => unchecked(sequence + 1);

    private static ulong Step(ulong now, ulong before)
    {
        long step = unchecked((long)(now - before));
        return unchecked((ulong)(step << 1) ^ (ulong)(step >> 63));
    }

    private static ulong Stepped(ulong before, ulong step) => unchecked(before + ((step >> 1) ^ (0 - (step & 1))));

    private ref struct Writer(Span<byte> room)
    {
        private readonly Span<byte> _room = room;
        private int _differs;
        private int _at = 2;

        public void Put(int field, ulong difference)
        {
            if (difference == 0)
            {
                return;
            }

            _differs |= 1 << field;
            while (difference >= 0x80)
            {
                _room[_at++] = (byte)(difference & 0x7F | 0x80);
                difference >>= 7;
            }

            _room[_at++] = (byte)difference;
        }

        public readonly int Finish()
        {
            (_room[0], _room[1]) = ((byte)(_differs & 0xFF), (byte)(_differs >> 8));
            return _at;
        }
    }

    private ref struct Reader(ReadOnlySpan<byte> packed)
    {
        private readonly ReadOnlySpan<byte> _packed = packed;
        private readonly int _differs = packed[0] | packed[1] << 8;

        public int Used { get; private set; } = 2;

        public ulong Take(int field)
        {
            ulong value = 0;
            if ((_differs & 1 << field) == 0)
            {
                return value;
            }

            int shift = 0;
            byte part;
            do
            {
                part = _packed[Used++];
                value |= (ulong)(part & 0x7F) << shift;
                shift += 7;
            } while (part >= 0x80);

            return value;
        }
    }
}
