using System.Text.Json;
using TaserTelemetry.Reconciler.Configuration;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>What a cell of a report can mean.</summary>
public enum ReportField : byte
{
    /// <summary>Report id.</summary>
    ReportId = 0,

    /// <summary>Version.</summary>
    Version = 1,

    /// <summary>Time of submission.</summary>
    SubmittedAt = 2,

    /// <summary>Time of review.</summary>
    ReviewedAt = 3,

    /// <summary>Officer.</summary>
    OfficerRef = 4,

    /// <summary>Incident reference.</summary>
    IncidentRef = 5,

    /// <summary>Time of use: one column, or date and time in two.</summary>
    UsedAt = 6,

    /// <summary>Device serial.</summary>
    DeviceSerial = 7,

    /// <summary>Number of cycles; several columns or values are summed.</summary>
    Cycles = 8,

    /// <summary>Extended beyond 5 s.</summary>
    Extended = 9,

    /// <summary>Interrupted.</summary>
    Interrupted = 10,

    /// <summary>Repeat cycle, same cartridge.</summary>
    RepeatCycle = 11,

    /// <summary>Cartridge serials.</summary>
    Cartridges = 12,

    /// <summary>A CED was used.</summary>
    CedUsed = 13,

    /// <summary>The officer is trained.</summary>
    TrainedCed = 14,

    /// <summary>The officer was carrying.</summary>
    CarryingCed = 15,

    /// <summary>Justification: only whether it is there.</summary>
    Justification = 16,

    /// <summary>Subject's age.</summary>
    SubjectAge = 17,

    /// <summary>Mental-health factor.</summary>
    MentalHealth = 18,

    /// <summary>Ethnicity.</summary>
    SubjectEthnicity = 19,

    /// <summary>Team or district.</summary>
    Team = 20,

    /// <summary>Blocks in which a cartridge was fired; the number of yes cells is the count.</summary>
    CartridgesFired = 21,
}

/// <summary>Where one field comes from.</summary>
public sealed record FieldSource
{
    /// <summary>Columns; "A|B" names one column that is called A or B. Date and time in two columns are joined by a space.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Layouts of a time: .NET custom formats or "rfc3339". More than one: see <see cref="DateColumn"/>.</summary>
    public IReadOnlyList<string> Layouts { get; init; } = [];

    /// <summary>Characters that separate several values in one cell.</summary>
    public string Separators { get; init; } = "";

    /// <summary>A row without it is rejected.</summary>
    public bool Required { get; init; }

    /// <summary>Digits the last column of a time has: "330" of a 4-digit clock is 03:30, with the zeros that a spreadsheet dropped. 0 = as it stands.</summary>
    public int PadTo { get; init; }

    /// <summary>For counts: read the cell only where another column contains one of these words (an overloaded column).</summary>
    public Condition? When { get; init; }
}

/// <summary>A row meets it when one of the columns contains one of the words, without regard to case.</summary>
public sealed record Condition
{
    /// <summary>Columns looked at.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Words looked for.</summary>
    public required IReadOnlyList<string> Contains { get; init; }
}

/// <summary>Levels named by words in a cell.</summary>
public sealed record LevelWords
{
    /// <summary>Columns.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Characters that separate several words; empty = the cell is one word.</summary>
    public string Separators { get; init; } = "";

    /// <summary>Word to level name; "NotStated" for a word that says nothing.</summary>
    public required IReadOnlyDictionary<string, string> Words { get; init; }

    /// <summary>True = a word that is not listed is passed over; false = it rejects the row.</summary>
    public bool OthersAllowed { get; init; }
}

/// <summary>
/// How one report layout is read. Profiles are data: the built-in ones are JSON files of this very form, and users write their own
/// (PROFILES.md).
/// </summary>
public sealed record Profile
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, in one sentence.</summary>
    public string About { get; init; } = "";

    /// <summary>Encoding; null = UTF-8, and windows-1252 with a note where it is not.</summary>
    public string? Encoding { get; init; }

    /// <summary>One character; null = found from the first line.</summary>
    public string? Delimiter { get; init; }

    /// <summary>Time zone of times without an offset (IANA name).</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Rows before the header row.</summary>
    public int SkipRows { get; init; }

    /// <summary>Words for yes.</summary>
    public IReadOnlyList<string> Yes { get; init; } = ["yes", "y", "true", "1", "x"];

    /// <summary>Words for no.</summary>
    public IReadOnlyList<string> No { get; init; } = ["no", "n", "false", "0"];

    /// <summary>Words for an empty cell.</summary>
    public IReadOnlyList<string> Absent { get; init; } = [];

    /// <summary>Fields.</summary>
    public required IReadOnlyDictionary<ReportField, FieldSource> Fields { get; init; }

    /// <summary>Levels by ticked columns: level name to columns.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> LevelTicks { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>Levels by words.</summary>
    public LevelWords? Levels { get; init; }

    /// <summary>Which rows are about a CED; null = all.</summary>
    public Condition? AboutCed { get; init; }

    /// <summary>Columns that may be there and are not used, so that they are not listed as unknown.</summary>
    public IReadOnlyList<string> Unused { get; init; } = [];

    /// <summary>Names of the built-in profiles.</summary>
    public static IReadOnlyList<string> BuiltInNames { get; } = ["austin", "dallas", "moj", "plain", "uk-271", "uk-271-internal"];

    /// <summary>A built-in profile; null = there is none of that name.</summary>
    public static Profile? BuiltIn(string name)
    {
        using var stream = typeof(Profile).Assembly.GetManifestResourceStream("profile." + name + ".json");
        return stream is null ? null : Parse(stream).Profile;
    }

    /// <summary>Reads a profile from JSON. Unknown members, bad layouts and unknown levels are errors, each named.</summary>
    public static (Profile? Profile, string? Error) Parse(Stream json)
    {
        try
        {
            var profile = JsonSerializer.Deserialize<Profile>(json, StrictJson.Options);
            string? error = profile is null ? "the profile is empty" : ProfileCheck.Error(profile);
            return error is null ? (profile, null) : (null, error);
        }
        catch (JsonException e)
        {
            return (null, FormattableString.Invariant($"line {(e.LineNumber ?? 0) + 1}: {e.Message}"));
        }
    }
}
