using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Scenarios;

namespace TaserTelemetry.Simulator.World;

/// <summary>
/// All that happened in the simulated force up to the end time, before any paper was written about it. What there is more of with every
/// day (log records, issues, activations, visits) lies in the spool; the rest is held.
/// </summary>
internal sealed class History : IDisposable
{
    private Device[] _devices = [];
    private Officer[] _officers = [];
    private Dock[] _docks = [];

    public History(Scenario scenario, ulong seed, long startUtcMs, long endUtcMs, Spool? spool = null)
    {
        (Scenario, Seed, StartUtcMs, EndUtcMs) = (scenario, seed, startUtcMs, endUtcMs);
        Spool = spool ?? new Spool();
        (Issues, Activations, Visits) = (new IssueList(this), new ActivationList(this), new VisitList(this));
    }

    public Spool Spool { get; }

    public Scenario Scenario { get; }

    public ulong Seed { get; }

    public long StartUtcMs { get; }

    public long EndUtcMs { get; }

    public List<Armoury> Armouries { get; } = [];

    public IssueList Issues { get; }

    public List<Incident> Incidents { get; } = [];

    public List<Use> Uses { get; } = [];

    public ActivationList Activations { get; }

    public VisitList Visits { get; }

    public List<Cartridge> Cartridges { get; } = [];

    public List<TrainingDay> Training { get; } = [];

    public List<Mishap> Mishaps { get; } = [];

    public List<Check> Checks { get; } = [];

    public List<DeviceChange> Changes { get; } = [];

    public List<WorkshopNote> Notes { get; } = [];

    public List<DeviceFault> Faults { get; } = [];

    /// <summary>Records that a dock altered before it passed them on.</summary>
    public List<Alteration> Alterations { get; } = [];

    public HashSet<string> Serials { get; } = [];

    public void Change(Device device, string what, long atUtcMs) =>
        Changes.Add(
            new DeviceChange(
                "CH" + (Changes.Count + 1).ToString("D5", System.Globalization.CultureInfo.InvariantCulture),
                device,
                what,
                atUtcMs
            )
        );

    public IEnumerable<Device> Devices => Armouries.SelectMany(a => a.Devices);

    public IEnumerable<Officer> Officers => Armouries.SelectMany(a => a.Officers);

    public Device DeviceAt(int ordinal) => _devices[ordinal];

    public Officer OfficerAt(int ordinal) => _officers[ordinal];

    public Dock DockAt(int ordinal) => _docks[ordinal];

    /// <summary>The force is complete: from now on everybody has a number.</summary>
    public void Call()
    {
        (_devices, _officers) = ([.. Devices], [.. Officers]);
        _docks = [.. Armouries.SelectMany(a => a.Docks)];
    }

    public void Dispose() => Spool.Dispose();
}

internal sealed record TrainingDay(
    string Id,
    Armoury Armoury,
    long FromUtcMs,
    long ToUtcMs,
    IReadOnlyList<Device> Devices,
    IReadOnlyList<Officer> Officers
);

/// <summary>An unintentional discharge.</summary>
internal sealed record Mishap(string Id, Activation Activation, Issue? Issue, string Where);

/// <summary>The full function check that a device gets every 24 weeks: three activations of five seconds.</summary>
internal sealed record Check(Device Device, long FromUtcMs, long ToUtcMs);

/// <summary>Something about a device was changed, under a change ticket.</summary>
/// <param name="What">firmware, setting or battery-pack.</param>
internal sealed record DeviceChange(string Id, Device Device, string What, long AtUtcMs);

/// <summary>What the workshop's book says beside its work.</summary>
/// <param name="Kind">fault, wet-or-dropped or due.</param>
/// <param name="UntilUtcMs">When a fault was mended; -1 = not, or nothing to mend.</param>
internal sealed record WorkshopNote(Device Device, string Kind, long FromUtcMs, long UntilUtcMs);

/// <summary>Something went wrong with a device's memory or clock; the truth file lists it.</summary>
internal sealed record DeviceFault(Device Device, string What, long AtUtcMs);

internal sealed record Alteration(DockVisit Visit, DeviceLog Log, ulong Sequence, EventRecord Before, EventRecord After);
