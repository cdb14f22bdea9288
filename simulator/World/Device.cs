using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Simulator.World;

/// <summary>One device: its clock, memory, bays, battery and what it writes down. Calls come in the order of true time.</summary>
internal sealed class Device
{
    private readonly List<DeviceLog> _logs = [];
    private readonly Spool _spool;
    private long _startedUtcMs;
    private uint _armedSession;
    private double _battery = 100;
    private Cartridge[] _load = [];

    public Device(Model model, string serial, Armoury armoury, DeviceClock clock, long startedUtcMs, Spool spool)
    {
        (Model, Serial, Armoury, Clock, _startedUtcMs, _spool) = (model, serial, armoury, clock, startedUtcMs, spool);
        Events = NewLog(LogKind.Event, default);
        Pulses = NewLog(LogKind.Pulse, default);
        Engineering = NewLog(LogKind.Engineering, default);
        Bays = model.BaysAll(BayState.Live);
    }

    public Model Model { get; }

    public string Serial { get; }

    public Armoury Armoury { get; }

    public DeviceClock Clock { get; }

    public DeviceLog Events { get; private set; }

    public DeviceLog Pulses { get; }

    /// <summary>How its sub-systems did; docks read it only where the agency has it so.</summary>
    public DeviceLog Engineering { get; }

    /// <summary>Every log it ever had, cleared ones first.</summary>
    public IReadOnlyList<DeviceLog> Logs => _logs;

    /// <summary>Place among all devices of the force.</summary>
    public int Ordinal { get; init; }

    /// <summary>Place of one of its own logs among them.</summary>
    public int OrdinalOf(DeviceLog log) =>
        _logs.IndexOf(log) is >= 0 and var at ? at : throw new ArgumentException($"{log.Key.Device} is another device", nameof(log));

    public uint Bays { get; private set; }

    /// <summary>What is loaded, by bay.</summary>
    public List<Cartridge> Cartridges { get; } = [];

    /// <summary>What is loaded now, as a list that does not change; the same one again while nothing was loaded.</summary>
    public IReadOnlyList<Cartridge> Load() => _load = _load.SequenceEqual(Cartridges) ? _load : [.. Cartridges];

    /// <summary>Writes far more rows than others (memory-wrap).</summary>
    public bool Busy { get; init; }

    /// <summary>Its camera-signal pack sends on arm and trigger, and on in safe mode.</summary>
    public bool SignalsCameras { get; init; }

    /// <summary>Whether it has a key of its own.</summary>
    public bool Signs { get; init; }

    /// <summary>Docks read its log through a translator (SPEC clause 8.15): its records are what that makes of a vendor's log.</summary>
    public bool Translated { get; init; }

    /// <summary>Docked only every so many days; 0 = as the scenario has it.</summary>
    public int NeglectedDays { get; init; }

    /// <summary>How much hotter the next SAFE row reads, in tenths of a degree.</summary>
    public short HotterDeciC { get; set; }

    /// <summary>The next entry of the pulse log holds only half of the pulses.</summary>
    public bool HalvePulses { get; set; }

    public Pack? Pack { get; set; }

    /// <summary>Its charged packs; the one docked first goes in first.</summary>
    public Queue<Pack> Spares { get; } = new();

    /// <summary>Where the pack now in it began to take records along.</summary>
    public ulong PackSince { get; set; }

    public ulong PackPulsesSince { get; set; }

    public ulong PackEngineeringSince { get; set; }

    public byte BatteryPercent => (byte)Math.Clamp((int)_battery, 0, 100);

    public long OutUntilUtcMs { get; set; }

    public long LastDockedUtcMs { get; set; }

    public long NextCheckUtcMs { get; set; }

    public ulong Write(
        long trueUtcMs,
        EventCode code,
        long durationMs = 0,
        int bay = -1,
        EventFlags flags = EventFlags.None,
        ulong argument = 0,
        bool armed = false
    )
    {
        var record = new EventRecord(
            Stamp(trueUtcMs),
            unchecked((uint)(trueUtcMs - _startedUtcMs)), // milliseconds since start wrap at 2^32 in the device itself
            code,
            flags,
            Rounded(durationMs),
            armed ? _armedSession : 0,
            Model.HasArmRows ? Bays : 0,
            armed && code is (EventCode.Arm or EventCode.Safe) ? Temperature(trueUtcMs, code) : EventRecord.TemperatureAbsent,
            Model.HasArmRows || Model == Model.X26 ? BatteryPercent : EventRecord.ByteAbsent,
            bay < 0 ? EventRecord.ByteAbsent : (byte)bay,
            argument
        );
        return Events.Append(record, trueUtcMs);
    }

    public void WritePulses(long trueUtcMs, long durationMs, int bay)
    {
        if (!Model.HasPulseLog)
        {
            return;
        }

        var pulses = (ulong)Math.Max(1, Math.Round(durationMs * Model.PulsesPerSecond / 1000, MidpointRounding.ToEven));
        pulses = HalvePulses ? Math.Max(1, pulses / 2) : pulses;
        HalvePulses = false;
        var record = new EventRecord(
            Stamp(trueUtcMs),
            unchecked((uint)(trueUtcMs - _startedUtcMs)), // as above
            EventCode.PulseBlock,
            EventFlags.None,
            Rounded(durationMs),
            _armedSession,
            0,
            EventRecord.TemperatureAbsent,
            EventRecord.ByteAbsent,
            bay < 0 ? EventRecord.ByteAbsent : (byte)bay,
            pulses
        );
        Pulses.Append(record, trueUtcMs);
    }

    /// <summary>How a sub-system did (domain 1.2: the engineering log).</summary>
    public void WriteEngineering(long trueUtcMs, EventCode code, ulong argument) =>
        Engineering.Append(
            new EventRecord(
                Stamp(trueUtcMs),
                unchecked((uint)(trueUtcMs - _startedUtcMs)), // as above
                code,
                EventFlags.None,
                0,
                0,
                0,
                EventRecord.TemperatureAbsent,
                BatteryPercent,
                EventRecord.ByteAbsent,
                argument
            ),
            trueUtcMs
        );

    public ulong Stamp(long trueUtcMs) => (ulong)(Math.Max(0, Clock.At(trueUtcMs)) / Model.StampUnitMs);

    public void BeginArmedSession() => _armedSession++;

    public void SetBay(int bay, BayState state)
    {
        Bays = Bays & ~(7u << (3 * bay)) | (uint)state << (3 * bay);
    }

    public void SetAllBays(BayState state) => Bays = Model.BaysAll(state);

    public int FirstBay(BayState state)
    {
        for (var i = 0; i < Model.Bays; i++)
        {
            if (((Bays >> (3 * i)) & 7) == (uint)state)
            {
                return i;
            }
        }

        return -1;
    }

    public void UseBattery(double percent) => _battery = Math.Max(3, _battery - percent);

    public void ChargeBattery(double toPercent) => _battery = toPercent;

    public void Restart(long trueUtcMs) => _startedUtcMs = trueUtcMs;

    /// <summary>The log is cleared: what was not read is gone, and the sequence begins again in a new epoch.</summary>
    public void ClearEvents(ulong incarnation)
    {
        var old = Events;
        if (old.Next > old.OldestHeld)
        {
            foreach (var piece in old.Readable(new SequenceRange(old.OldestHeld, checked((uint)(old.Next - old.OldestHeld)))))
            {
                old.Lose(piece, Loss.LogCleared);
            }
        }

        Events = NewLog(LogKind.Event, new Epoch(old.Key.Epoch.Number + 1, incarnation));
        PackSince = 0;
    }

    private DeviceLog NewLog(LogKind kind, Epoch epoch)
    {
        // a pack takes its records along before the device drops them, so only the packless families lose by wrapping
        var capacity = Model.LogTravelsInPack ? uint.MaxValue : Model.MemoryRecords;
        var log = new DeviceLog(new LogKey(Serial, kind, epoch), capacity, Model.MemoryStep, _spool);
        _logs.Add(log);
        return log;
    }

    private uint Rounded(long durationMs)
    {
        var unit = Model.DurationUnitMs;
        return durationMs <= 0 ? 0 : (uint)Math.Max(unit, (durationMs + unit / 2) / unit * unit);
    }

    /// <summary>Colder at night; the same for every device, for it only has to be plausible.</summary>
    private short Temperature(long trueUtcMs, EventCode code)
    {
        var hour = (int)(trueUtcMs / 3_600_000 % 24);
        var hotter = code == EventCode.Safe ? HotterDeciC : (short)0;
        HotterDeciC = code == EventCode.Safe ? (short)0 : HotterDeciC;
        return (short)(150 + 10 * (hour is >= 9 and < 20 ? 6 : 0) - hour + hotter);
    }
}
