using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.Json;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Configuration;

/// <summary>
/// Every threshold, order and table a run is judged by. Immutable; its SHA-256 stands in the output, so that a run can be replayed.
/// Defaults are proposals where domain 2.5 gives no source.
/// </summary>
public sealed record RuleSet
{
    /// <summary>Name.</summary>
    public string Name { get; init; } = "standard";

    /// <summary>Version of this set.</summary>
    [Range(1, 1_000_000)]
    public int Version { get; init; } = 1;

    /// <summary>Rules that are not run, by id.</summary>
    public IReadOnlyList<string> DisabledRules { get; init; } = [];

    /// <summary>A01: hours after the end of the shift, or of the issue where no roster is given, within which a report is due.</summary>
    [Range(0, 8_760)]
    public int ReportingWindowHours { get; init; } = 24;

    /// <summary>Incident gap in minutes (2.7.5).</summary>
    [Range(0, 1_440)]
    public int IncidentGapMinutes { get; init; } = 10;

    /// <summary>Report time may differ from the log by this many minutes and still be a candidate.</summary>
    [Range(0, 10_080)]
    public int ReportTimeBandMinutes { get; init; } = 90;

    /// <summary>Score from which a match stands without a person, 0 to 1.</summary>
    [Range(0d, 1d)]
    public double MatchThreshold { get; init; } = 0.55;

    /// <summary>Score below which a pair is no candidate, 0 to 1.</summary>
    [Range(0d, 1d)]
    public double CandidateFloor { get; init; } = 0.30;

    /// <summary>Minutes around issue or return within which the model's test pattern is a test (2.7.1).</summary>
    [Range(0, 1_440)]
    public int TestWindowMinutes { get; init; } = 15;

    /// <summary>Tests that one issue excuses (2.7.1).</summary>
    [Range(0, 100)]
    public int TestsPerIssue { get; init; } = 1;

    /// <summary>E04: tests in one issue above which it is listed.</summary>
    [Range(0, 100)]
    public int TestsPerIssueMax { get; init; } = 3;

    /// <summary>Minutes after a sync or firmware update, while not on issue, that are maintenance (2.7.1).</summary>
    [Range(0, 1_440)]
    public int MaintenanceMinutes { get; init; } = 5;

    /// <summary>A01c: minutes around issue, return or dock that count as near.</summary>
    [Range(0, 1_440)]
    public int NearMinutes { get; init; } = 15;

    /// <summary>B01: activation milliseconds of one cycle.</summary>
    [Range(0d, 600_000d)]
    public uint CycleMsMax { get; init; } = 5_000;

    /// <summary>B02: activation milliseconds of one incident.</summary>
    [Range(0d, 3_600_000d)]
    public uint IncidentMsMax { get; init; } = 15_000;

    /// <summary>B03: cycles of one incident.</summary>
    [Range(0, 1_000)]
    public int IncidentCyclesMax { get; init; } = 3;

    /// <summary>B04: continuous activation milliseconds.</summary>
    [Range(0d, 600_000d)]
    public uint ContinuousMsMax { get; init; } = 20_000;

    /// <summary>B05: an activation is looked at where its time is known to this many seconds; wider times say nothing of cycles of seconds.</summary>
    [Range(0, 86_400)]
    public int OverlapBoundSecondsMax { get; init; } = 240;

    /// <summary>B05: likeliest times of two activations further apart than this many seconds are one after the other.</summary>
    [Range(0, 86_400)]
    public int OverlapApartSecondsMax { get; init; } = 18;

    /// <summary>Levels from lowest to highest. Two published orders differ (domain 2.4): this is the Home Office's of 2015-16.</summary>
    public IReadOnlyList<UseLevels> LevelOrder { get; init; } =
    [UseLevels.Drawn, UseLevels.Aimed, UseLevels.Arced, UseLevels.RedDot, UseLevels.DriveStun, UseLevels.AngledDriveStun, UseLevels.Fired];

    /// <summary>Half-width in minutes above which a record's time is not bounded, and nothing rests on absence.</summary>
    [Range(0, 10_080)]
    public int TimeBoundMinutesMax { get; init; } = 30;

    /// <summary>D06: days without docking.</summary>
    [Range(1, 3_650)]
    public int DockOverdueDays { get; init; } = 30;

    /// <summary>D06: days without docking after an activation.</summary>
    [Range(1, 3_650)]
    public int DockOverdueAfterActivationDays { get; init; } = 7;

    /// <summary>D03: share of the memory, percent, that predicted use may fill before the next docking.</summary>
    [Range(1, 10_000)]
    public int MemoryPercentMax { get; init; } = 75;

    /// <summary>D04: seconds a day, by model's ppm where it is larger.</summary>
    [Range(0d, 86_400d)]
    public double DriftSecondsPerDayMax { get; init; } = 2;

    /// <summary>D10: percent by which pulse count and duration may differ.</summary>
    [Range(0, 100)]
    public int PulsePercentMax { get; init; } = 10;

    /// <summary>D11: percent points that a battery may rise by without a pack change.</summary>
    [Range(0, 100)]
    public int BatteryRiseMax { get; init; } = 5;

    /// <summary>D11: degrees Celsius an hour.</summary>
    [Range(0, 1_000)]
    public int TemperatureRiseMax { get; init; } = 40;

    /// <summary>D13: percent of frames that may fail their check.</summary>
    [Range(0, 100)]
    public int FramesFailedPercentMax { get; init; } = 1;

    /// <summary>D05: a corrected clock before this year is a reset clock.</summary>
    [Range(1_970, 9_999)]
    public int ClockYearMin { get; init; } = 2010;

    /// <summary>C02: months an accreditation lasts where the register gives no end.</summary>
    [Range(1, 1_200)]
    public int AccreditationMonths { get; init; } = 12;

    /// <summary>C04: hours on duty that a special constable needs.</summary>
    [Range(0, 100_000)]
    public int SpecialHoursMin { get; init; } = 200;

    /// <summary>C07: days within which a fired cartridge is an exhibit.</summary>
    [Range(0, 3_650)]
    public int ExhibitDays { get; init; } = 7;

    /// <summary>C06: hours of an issue that states no due time.</summary>
    [Range(1, 8_760)]
    public int IssueHoursMax { get; init; } = 16;

    /// <summary>E01: minutes before the issue that a test may stand.</summary>
    [Range(0, 1_440)]
    public int TestBeforeIssueMinutes { get; init; } = 15;

    /// <summary>E01: minutes after the issue that a test may stand.</summary>
    [Range(0, 1_440)]
    public int TestAfterIssueMinutes { get; init; } = 60;

    /// <summary>E02: activation milliseconds of a test, at least.</summary>
    [Range(0d, 600_000d)]
    public uint TestMsMin { get; init; } = 1_000;

    /// <summary>E06: minutes.</summary>
    [Range(0, 1_440)]
    public int BurstMinutes { get; init; } = 5;

    /// <summary>E06: activations.</summary>
    [Range(1, 1_000)]
    public int BurstActivations { get; init; } = 3;

    /// <summary>E07: battery percent at issue.</summary>
    [Range(0, 100)]
    public int BatteryPercentMin { get; init; } = 20;

    /// <summary>E10: weeks between full function checks.</summary>
    [Range(1, 1_000)]
    public int FunctionCheckWeeks { get; init; } = 24;

    /// <summary>E10: days between dockings of a battery.</summary>
    [Range(1, 3_650)]
    public int BatteryDockDays { get; init; } = 30;

    /// <summary>F02: share of reports without a level, percent.</summary>
    [Range(0, 100)]
    public int NotStatedPercentMax { get; init; } = 5;

    /// <summary>F05: months of data that a comparison needs.</summary>
    [Range(1, 1_200)]
    public int OutlierMonthsMin { get; init; } = 12;

    /// <summary>Function tests are expected at every issue (force policy). False silences E01.</summary>
    public bool TestEveryIssue { get; init; } = true;

    /// <summary>The method of 2025 (domain 1.9): its ±1 h and burst filters as excuses. Never in the standard set.</summary>
    public bool PublishedFilters { get; init; }

    /// <summary>
    /// Absence is evidence only where the log is complete (2.7.4). False takes that away: never for an audit, only to show what it is for.
    /// </summary>
    public bool AbsenceNeedsCoverage { get; init; } = true;

    /// <summary>Models; rows here replace the known row of the same name.</summary>
    public IReadOnlyList<ModelCapabilities> Models { get; init; } = [];

    /// <summary>The standard set.</summary>
    public static RuleSet Standard { get; } = new();

    /// <summary>
    /// The method published in 2025 as parameters (domain 1.9): drop tests that the log labels, firings within 1 h of a time or software
    /// update, and bursts of short events in 5 minutes; red line 15 s.
    /// </summary>
    public static RuleSet Published2025 { get; } =
        new()
        {
            Name = "published-2025",
            PublishedFilters = true,
            MaintenanceMinutes = 60,
        };

    /// <summary>A built-in set by name; null = none.</summary>
    public static RuleSet? BuiltIn(string name) =>
        name switch
        {
            "standard" => Standard,
            "published-2025" => Published2025,
            _ => null,
        };

    /// <summary>
    /// Reads a set from JSON; members left out keep the standard's value. Unknown members are errors, and so is what lies outside its range: all
    /// of it is said at once. Rules switched off must exist.
    /// </summary>
    public static (RuleSet? RuleSet, string? Error) Parse(Stream json)
    {
        try
        {
            var set = JsonSerializer.Deserialize<RuleSet>(json, StrictJson.Options);
            if (set is null)
            {
                return (null, "the rule set is empty");
            }

            var faults = RuleSetFaults.Of(set);
            return faults.Count == 0 ? (set, null) : (null, string.Join("; ", faults));
        }
        catch (JsonException e)
        {
            return (null, FormattableString.Invariant($"line {(e.LineNumber ?? 0) + 1}: {e.Message}"));
        }
    }

    /// <summary>SHA-256 of the set as canonical JSON, hexadecimal.</summary>
    public string Sha256() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, StrictJson.Options)));

    /// <summary>What the log of a model can show.</summary>
    public ModelCapabilities Capabilities(string model)
    {
        string key = ModelCapabilities.Key(model);
        foreach (var row in Models.Concat(ModelCapabilities.Known))
        {
            if (ModelCapabilities.Key(row.Name) == key || row.Aliases.Any(a => ModelCapabilities.Key(a) == key))
            {
                return row;
            }
        }

        return ModelCapabilities.NotKnown;
    }

    /// <summary>Rank of a level, 1 lowest; 0 = not stated.</summary>
    public int Rank(UseLevels level)
    {
        for (int i = LevelOrder.Count - 1; i >= 0; i--)
        {
            if ((level & LevelOrder[i]) != UseLevels.None)
            {
                return i + 1;
            }
        }

        return 0;
    }
}
