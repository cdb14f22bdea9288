using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Scenarios;

namespace TaserTelemetry.Simulator.World;

/// <summary>All that happened in the simulated force up to the end time, before any paper was written about it.</summary>
internal sealed class History(Scenario scenario, ulong seed, long startUtcMs, long endUtcMs)
{
    public Scenario Scenario { get; } = scenario;

    public ulong Seed { get; } = seed;

    public long StartUtcMs { get; } = startUtcMs;

    public long EndUtcMs { get; } = endUtcMs;

    public List<Armoury> Armouries { get; } = [];

    public List<Issue> Issues { get; } = [];

    public List<Incident> Incidents { get; } = [];

    public List<Use> Uses { get; } = [];

    public List<Activation> Activations { get; } = [];

    public List<DockVisit> Visits { get; } = [];

    public List<Cartridge> Cartridges { get; } = [];

    public List<TrainingDay> Training { get; } = [];

    public List<Mishap> Mishaps { get; } = [];

    public List<Check> Checks { get; } = [];

    public List<FirmwareChange> Changes { get; } = [];

    public List<DeviceFault> Faults { get; } = [];

    /// <summary>Records that a dock altered before it passed them on.</summary>
    public List<Alteration> Alterations { get; } = [];

    public HashSet<string> Serials { get; } = [];

    public IEnumerable<Device> Devices => Armouries.SelectMany(a => a.Devices);

    public IEnumerable<Officer> Officers => Armouries.SelectMany(a => a.Officers);
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

internal sealed record FirmwareChange(string Id, Device Device, long AtUtcMs);

/// <summary>Something went wrong with a device's memory or clock; the truth file lists it.</summary>
internal sealed record DeviceFault(Device Device, string What, long AtUtcMs);

internal sealed record Alteration(DockVisit Visit, DeviceLog Log, ulong Sequence, EventRecord Before, EventRecord After);
