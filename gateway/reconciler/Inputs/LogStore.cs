using System.Runtime.InteropServices;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Reconciler.Inputs;

/// <summary>One event record with its place: 56 bytes.</summary>
/// <param name="Event">As the device wrote it.</param>
/// <param name="Sequence">Position in the log.</param>
/// <param name="Batch">Number answered by <see cref="LogStore.AddBatch"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StoredEntry(EventRecord Event, ulong Sequence, int Batch);

/// <summary>
/// All device log entries of a run, held compactly by device. Entries may come in any order and from several ledgers; a key that
/// comes twice counts once. Not thread-safe while it is filled; afterwards it is only read.
/// </summary>
public sealed class LogStore
{
    /// <summary>Entries a run may hold: a run that needs more is split by armoury or by period.</summary>
    public const int EntriesMax = 100_000_000;

    private readonly List<LogBatch> _batches = [];
    private readonly List<int> _deviceOfBatch = [];
    private readonly Dictionary<string, int> _deviceNumbers = new(StringComparer.Ordinal);
    private readonly List<DeviceEntries> _devices = [];
    private int _count;

    /// <summary>Entries added, repeats included.</summary>
    public int Count => _count;

    /// <summary>Devices heard of, in the order in which they were first added.</summary>
    public int DeviceCount => _devices.Count;

    /// <summary>Batches, by their number.</summary>
    public IReadOnlyList<LogBatch> Batches => _batches;

    /// <summary>Registers a batch and answers its number for <see cref="Add"/>.</summary>
    public int AddBatch(LogBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (!_deviceNumbers.TryGetValue(batch.Device, out int device))
        {
            device = _devices.Count;
            _deviceNumbers.Add(batch.Device, device);
            _devices.Add(new DeviceEntries(batch.Device));
        }

        _batches.Add(batch);
        _deviceOfBatch.Add(device);
        return _batches.Count - 1;
    }

    /// <summary>Gives every batch the grade that is answered for it: what is known of their origin may come after them.</summary>
    public void Regrade(Func<LogBatch, AuthenticityGrade> gradeOf)
    {
        ArgumentNullException.ThrowIfNull(gradeOf);
        for (var number = 0; number < _batches.Count; number++)
        {
            var grade = gradeOf(_batches[number]);
            if (grade != _batches[number].Grade)
            {
                _batches[number] = _batches[number] with { Grade = grade };
            }
        }
    }

    /// <summary>
    /// Adds one event record of a registered batch. Answers false, and keeps nothing, when <see cref="EntriesMax"/> is reached:
    /// the caller stops and says so.
    /// </summary>
    public bool Add(int batch, ulong sequence, in EventRecord record)
    {
        if (_count >= EntriesMax)
        {
            return false;
        }

        _devices[_deviceOfBatch[batch]].Add(new StoredEntry(record, sequence, batch));
        _count++;
        return true;
    }

    /// <summary>Serial of a device by its number, 0 to <see cref="DeviceCount"/> - 1.</summary>
    public string DeviceAt(int device) => _devices[device].Serial;

    /// <summary>
    /// The entries of one device, copied out in the order added. <paramref name="letGo"/> = nothing will ask for them again. Devices may be
    /// read at the same time as each other.
    /// </summary>
    /// <exception cref="InvalidOperationException">They were let go before.</exception>
    internal StoredEntry[] EntriesOf(int device, bool letGo = false)
    {
        var all = _devices[device].ToArray();
        if (letGo)
        {
            _devices[device].LetGo();
        }

        return all;
    }

    private sealed class DeviceEntries(string serial)
    {
        private PackedEntries? _entries = new();

        public string Serial { get; } = serial;

        public void Add(in StoredEntry entry) => Held().Add(entry);

        public StoredEntry[] ToArray() => Held().ToArray();

        public void LetGo() => _entries = null;

        private PackedEntries Held() =>
            _entries
            ?? throw new InvalidOperationException($"the entries of {Serial} were let go by an earlier run: read the ledger again");
    }
}
