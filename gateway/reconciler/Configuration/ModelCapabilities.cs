using System.ComponentModel.DataAnnotations;

namespace TaserTelemetry.Reconciler.Configuration;

/// <summary>How a function test looks in a model's log.</summary>
public enum TestPattern : byte
{
    /// <summary>One ARC in an armed session.</summary>
    Arc = 0,

    /// <summary>One TRIGGER with no live cartridge.</summary>
    TriggerUnloaded = 1,

    /// <summary>An explicit TEST event; nothing else is a test.</summary>
    TestEvent = 2,

    /// <summary>One TRIGGER; the log has no cartridge state.</summary>
    Trigger = 3,
}

/// <summary>
/// What a model's log can and cannot show (domain 2.7.3). A row of configuration, not code: a new model is a new row. Figures without
/// a published source are marked in RULES.md.
/// </summary>
public sealed record ModelCapabilities
{
    /// <summary>Name as shown.</summary>
    public required string Name { get; init; }

    /// <summary>Other spellings. Case, spaces, "-" and the word TASER do not count.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>ARM and SAFE rows exist.</summary>
    public bool HasArmRows { get; init; } = true;

    /// <summary>The log says what is in each bay.</summary>
    public bool HasCartridgeState { get; init; } = true;

    /// <summary>A warning arc has a row of its own.</summary>
    public bool HasArcRows { get; init; } = true;

    /// <summary>Drawing has a row of its own (UNHOLSTER).</summary>
    public bool HasUnholsterRows { get; init; }

    /// <summary>A fired cartridge has a row of its own (DEPLOY); otherwise it is seen in the bay's change from live to deployed.</summary>
    public bool HasDeployRows { get; init; }

    /// <summary>Connections have rows.</summary>
    public bool HasConnectionRows { get; init; }

    /// <summary>Bays or chambers.</summary>
    [Range(1, 100)]
    public int Bays { get; init; } = 2;

    /// <summary>Probes in one cartridge: 2, or 1 for single-probe chambers.</summary>
    [Range(1, 2)]
    public int ProbesPerCartridge { get; init; } = 2;

    /// <summary>Length of one cycle, ms.</summary>
    [Range(1d, 600_000d)]
    public uint CycleMs { get; init; } = 5_000;

    /// <summary>Steps a duration moves in, ms, where the batch does not say.</summary>
    [Range(1d, 60_000d)]
    public uint DurationResolutionMs { get; init; } = 1_000;

    /// <summary>How the function test looks.</summary>
    public TestPattern Test { get; init; }

    /// <summary>Pulses per second; 0 = not known, and D10 is not testable.</summary>
    [Range(0d, 1_000d)]
    public double PulsesPerSecond { get; init; }

    /// <summary>Clock drift at most, parts per million: widens the time of records that no later comparison bounds.</summary>
    [Range(0d, 1_000_000d)]
    public double DriftPpm { get; init; } = 23;

    /// <summary>Entries the memory holds.</summary>
    [Range(1, 1_000_000_000)]
    public int MemoryEntries { get; init; } = 16_000;

    /// <summary>Entries deleted at once when it is full.</summary>
    [Range(1, 1_000_000_000)]
    public int WrapBlock { get; init; } = 4_000;

    /// <summary>The log travels in the battery pack: the newest records may still sit in another pack.</summary>
    public bool LogTravelsInPack { get; init; }

    /// <summary>Firmware that logs one cycle as several when the battery is briefly lost inside it (domain 1.10); empty = none.</summary>
    public IReadOnlyList<string> SplitCycleFirmware { get; init; } = [];

    /// <summary>The models known without configuration.</summary>
    public static IReadOnlyList<ModelCapabilities> Known { get; } =
    [
        new()
        {
            Name = "X26",
            Aliases = ["X26E", "M26"],
            HasArmRows = false,
            HasCartridgeState = false,
            HasArcRows = false,
            Bays = 1,
            Test = TestPattern.Trigger,
            PulsesPerSecond = 19,
            DriftPpm = 93,
            MemoryEntries = 2_000,
            WrapBlock = 500,
            SplitCycleFirmware = ["V22", "22", "V24", "24"],
        },
        new()
        {
            Name = "X26P",
            HasArcRows = false,
            Bays = 1,
            Test = TestPattern.TriggerUnloaded,
            PulsesPerSecond = 19,
        },
        new() { Name = "X2", PulsesPerSecond = 19 },
        new()
        {
            Name = "TASER 7",
            Aliases = ["T7", "TASER 7 CQ"],
            HasDeployRows = true,
            HasConnectionRows = true,
            DurationResolutionMs = 100,
            PulsesPerSecond = 22,
            LogTravelsInPack = true,
        },
        new()
        {
            Name = "TASER 10",
            Aliases = ["T10"],
            HasArcRows = false,
            HasUnholsterRows = true,
            HasDeployRows = true,
            HasConnectionRows = true,
            Bays = 10,
            ProbesPerCartridge = 1,
            DurationResolutionMs = 1,
            Test = TestPattern.TestEvent,
            PulsesPerSecond = 22,
            LogTravelsInPack = true,
        },
    ];

    /// <summary>A model nothing is known of: it can show nothing, so nothing rests on what it does not show.</summary>
    public static ModelCapabilities NotKnown { get; } =
        new()
        {
            Name = "not known",
            HasArmRows = false,
            HasCartridgeState = false,
            HasArcRows = false,
            Bays = 10,
            Test = TestPattern.Trigger,
            DriftPpm = 100,
        };

    /// <summary>Key by which spellings are compared.</summary>
    public static string Key(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        string key = new(model.ToUpperInvariant().Where(char.IsLetterOrDigit).ToArray());
        key = key.StartsWith("TASER", StringComparison.Ordinal) ? key["TASER".Length..] : key;
        return key is ['T', .. var digits] && digits.All(char.IsDigit) ? digits : key;
    }
}
