using System.Globalization;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Simulator.World;

/// <summary>Levels of the UK form, in the order of the Home Office columns of 2015-16; the simulator only counts with them.</summary>
internal enum UseLevel
{
    Drawn,
    Aimed,
    Arced,
    RedDotted,
    DriveStun,
    AngleDriveStun,
    Fired,
}

internal enum Purpose
{
    FunctionTest,
    Training,
    Maintenance,
    Operational,
    Unintentional,
}

/// <summary>One trigger pull or button press that made electricity, as it happened.</summary>
internal sealed record Activation(
    int Id,
    Device Device,
    long StartUtcMs,
    long DurationMs,
    Purpose Purpose,
    Officer? Officer,
    Use? Use,
    bool Deployed,
    DeviceLog Log,
    SequenceRange Records
)
{
    public Logged Logged { get; init; }
}

/// <summary>How an activation stands in the log of an X26 whose battery lost contact inside the cycle (domain 1.10).</summary>
internal enum Logged
{
    Whole,

    /// <summary>Out for at most two seconds: several cycles that sum to the whole.</summary>
    Split,

    /// <summary>Out for longer: only the part before.</summary>
    Part,
}

internal sealed class Officer(string reference, Armoury home, string kind)
{
    /// <summary>Place among all officers of the force.</summary>
    public int Ordinal { get; init; }

    public string Reference { get; } = reference;

    public Armoury Home { get; } = home;

    /// <summary>regular, student or special.</summary>
    public string Kind { get; } = kind;

    public long AccreditedUtcMs { get; set; }

    public long AccreditedUntilUtcMs { get; set; }

    public long LastOnDutyUntilUtcMs { get; set; }

    /// <summary>-1 = never suspended.</summary>
    public long SuspendedFromUtcMs { get; init; } = -1;

    public long SuspendedToUtcMs { get; init; } = -1;

    /// <summary>When a superintendent endorsed a student, or a special was authorised; -1 = not.</summary>
    public long EndorsedUtcMs { get; init; } = -1;

    /// <summary>Hours on duty since the basic training; of special constables only.</summary>
    public int HoursSinceTraining { get; init; }

    public bool IsSuspended(long utcMs) => SuspendedFromUtcMs >= 0 && SuspendedFromUtcMs <= utcMs && utcMs < SuspendedToUtcMs;
}

internal sealed class Dock(string name, Armoury armoury, string transport, string temper, string clock)
{
    public string Name { get; } = name;

    public Armoury Armoury { get; } = armoury;

    /// <summary>Place among all docks of the force.</summary>
    public int Ordinal { get; init; }

    /// <summary>Whether it has a key.</summary>
    public bool Signs { get; init; }

    /// <summary>mqtt or serial.</summary>
    public string Transport { get; } = transport;

    public string Temper { get; } = temper;

    /// <summary>disciplined, free-running or not-set.</summary>
    public string Clock { get; } = clock;
}

internal sealed class Armoury(string name)
{
    public string Name { get; } = name;

    public List<Dock> Docks { get; } = [];

    public List<Device> Devices { get; } = [];

    public List<Officer> Officers { get; } = [];
}

/// <summary>A battery pack that carries the log of the device it sits in.</summary>
internal sealed class Pack(string serial)
{
    public string Serial { get; } = serial;

    /// <summary>What it took away from each log since it was last docked.</summary>
    public List<(DeviceLog Log, SequenceRange Range)> Carries { get; } = [];
}

internal sealed record Issue(
    int Number,
    Device Device,
    Officer Officer,
    long IssuedUtcMs,
    long ReturnedUtcMs,
    IReadOnlyList<Cartridge> Cartridges
)
{
    public const string ForDuty = "operational";
    public const string ForTraining = "training";

    public string Id => string.Create(CultureInfo.InvariantCulture, $"I{Number:D6}");

    /// <summary><see cref="ForDuty"/> or <see cref="ForTraining"/>.</summary>
    public string Purpose { get; set; } = ForDuty;

    /// <summary>Two officers of a shift who go out together share it.</summary>
    public string CrewRef => string.Create(CultureInfo.InvariantCulture, $"{Device.Armoury.Name}-{Crew.Day}-{Crew.Shift}-{Crew.Pair}");

    public (int Day, string Shift, int Pair) Crew { get; init; }

    public long ShiftFromUtcMs { get; init; }

    public long ShiftToUtcMs { get; init; }

    public byte BatteryPercent { get; init; } = 100;
}

internal sealed class Cartridge(string serial, Armoury armoury, string kind)
{
    public string Serial { get; } = serial;

    public Armoury Armoury { get; } = armoury;

    public string Kind { get; } = kind;

    public long ReceivedUtcMs { get; init; }

    /// <summary>Place among all cartridges of the force.</summary>
    public int Ordinal { get; init; }

    /// <summary>-1 = not fired.</summary>
    public long FiredUtcMs { get; set; } = -1;

    public Device? FiredBy { get; set; }
}

internal sealed class Incident(string reference, Armoury armoury, long startUtcMs)
{
    public string Reference { get; } = reference;

    public Armoury Armoury { get; } = armoury;

    public long StartUtcMs { get; } = startUtcMs;

    public List<Use> Uses { get; } = [];

    /// <summary>When the person was in handcuffs; -1 = was not.</summary>
    public long HandcuffedUtcMs { get; set; } = -1;
}

/// <summary>One officer's use of one device on one person.</summary>
internal sealed class Use(int id, Incident incident, Issue issue, string subject, UseLevel level, long startUtcMs)
{
    public int Id { get; } = id;

    public Incident Incident { get; } = incident;

    public Issue Issue { get; } = issue;

    /// <summary>A random reference: the simulator knows no names.</summary>
    public string Subject { get; } = subject;

    /// <summary>The highest level that really happened.</summary>
    public UseLevel Level { get; } = level;

    public long StartUtcMs { get; } = startUtcMs;

    public long EndUtcMs { get; set; } = startUtcMs;

    /// <summary>Who used it; not always who it was issued to.</summary>
    public Officer Officer { get; init; } = issue.Officer;

    /// <summary>The device that the officer believes it was.</summary>
    public Device DeviceBelieved { get; init; } = issue.Device;

    /// <summary>The subject's age band, as the form has it.</summary>
    public string SubjectAge { get; init; } = "18-34";

    public bool MentalHealth { get; init; }

    public List<Activation> Activations { get; } = [];

    public List<Cartridge> Fired { get; } = [];

    public Planned Plan { get; set; } = Planned.Proper;
}

/// <summary>What becomes of the report of a use.</summary>
internal enum Planned
{
    Proper,
    None,
    Overstated,
    Random,
}

/// <summary>A device or pack stood in a dock and could be read.</summary>
/// <param name="ClockErrorMs">Device clock minus true time when it was put in, before any setting.</param>
internal sealed record DockVisit(
    int Id,
    Dock Dock,
    long TrueUtcMs,
    Device Device,
    string Carrier,
    long ClockErrorMs,
    IReadOnlyList<(DeviceLog Log, SequenceRange Range)> Held
)
{
    /// <summary>What was there to be read; more than <see cref="Held"/> where the device was taken away before the end.</summary>
    public IReadOnlyList<(DeviceLog Log, SequenceRange Range)> Offered { get; init; } = Held;

    /// <summary>Whether the dock passes on what stands behind event records.</summary>
    public bool HasBlocks { get; init; }

    public bool IsCut => !ReferenceEquals(Offered, Held);

    /// <summary>Version of the translator that its records went through; 0 = none did.</summary>
    public ushort TranslatorVersion { get; init; } = Device.Translated ? VisitTrust.FirstTranslation : (ushort)0;

    /// <summary>What is odd, or only looks it, about heads, receipts and translations of this visit; null = nothing.</summary>
    public VisitTrust? Trust { get; init; }

    /// <summary>Set where a dock has altered what it read: sequence to the record as it was passed on.</summary>
    public IReadOnlyDictionary<(DeviceLog Log, ulong Sequence), EventRecord>? Altered { get; init; }

    public EventRecord RecordAt(DeviceLog log, ulong sequence) =>
        Altered is not null && Altered.TryGetValue((log, sequence), out var altered) ? altered : log.RecordAt(sequence);
}
