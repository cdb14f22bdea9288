using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Simulator.World;

/// <summary>How a model shows a function test in its log.</summary>
internal enum TestPattern
{
    /// <summary>Trigger with the cartridge taken out.</summary>
    TriggerUnloaded,

    /// <summary>Warning arc between two ARM and SAFE rows.</summary>
    Arc,

    /// <summary>An explicit TEST event.</summary>
    TestEvent,
}

/// <summary>
/// What a family of devices can write down. Facts marked B in the simulator's README are background, not sourced; the simulator
/// needs some number there and says so. Capacity 16,000 and the step of 4,000 are of the X2 manual.
/// </summary>
internal sealed record Model(
    string Key,
    string Name,
    string SerialPrefix,
    string Firmware,
    int Bays,
    uint MemoryRecords,
    uint MemoryStep,
    uint StampUnitMs,
    uint DurationUnitMs,
    double DriftPpmMax,
    bool HasArmRows,
    bool HasArcSwitch,
    bool HasHolsterRows,
    bool LogTravelsInPack,
    bool HasDeployRows,
    bool HasPulseLog,
    TestPattern Test,
    double PulsesPerSecond
)
{
    public static readonly Model X26 = new(
        "x26",
        "X26",
        "X00-",
        "V24",
        1,
        2_000,
        500,
        1000,
        1000,
        93,
        false,
        false,
        false,
        false,
        false,
        false,
        TestPattern.TriggerUnloaded,
        19
    );
    public static readonly Model X2 = new(
        "x2",
        "X2",
        "X29",
        "04.032",
        2,
        16_000,
        4_000,
        1000,
        1000,
        23,
        true,
        true,
        false,
        false,
        false,
        true,
        TestPattern.Arc,
        19
    );
    public static readonly Model X26P = new(
        "x26p",
        "X26P",
        "X12",
        "04.032",
        1,
        16_000,
        4_000,
        1000,
        1000,
        23,
        true,
        false,
        false,
        false,
        false,
        true,
        TestPattern.TriggerUnloaded,
        19
    );
    public static readonly Model Taser7 = new(
        "taser7",
        "TASER 7",
        "X40",
        "1.8.2",
        2,
        16_000,
        4_000,
        1000,
        100,
        12,
        true,
        true,
        false,
        true,
        true,
        true,
        TestPattern.Arc,
        22
    );
    public static readonly Model Taser10 = new(
        "taser10",
        "TASER 10",
        "X70",
        "2.3.0",
        10,
        16_000,
        4_000,
        1,
        1,
        6,
        true,
        false,
        true,
        true,
        true,
        true,
        TestPattern.TestEvent,
        22
    );

    public static readonly IReadOnlyList<Model> All = [X26, X2, X26P, Taser7, Taser10];

    /// <summary>Firmware of the X26 that logs one cycle as several when the battery is briefly lost inside it.</summary>
    public bool SplitsCycles => ReferenceEquals(this, X26);

    public static Model? ByKey(string key) => All.FirstOrDefault(m => m.Key == key);

    public uint BaysAll(BayState state)
    {
        var bays = 0u;
        for (var i = 0; i < Bays; i++)
        {
            bays |= (uint)state << (3 * i);
        }

        return bays;
    }
}
