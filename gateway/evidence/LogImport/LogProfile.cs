using System.Text.Json;
using System.Text.RegularExpressions;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;

namespace TaserTelemetry.Evidence.LogImport;

/// <summary>Where one text comes from: a column, or the same for the whole file.</summary>
public sealed record TextSource
{
    /// <summary>Column; "A|B" names one column that is called A or B. Empty = <see cref="Value"/>.</summary>
    public string Column { get; init; } = "";

    /// <summary>What holds for every row where no column is named.</summary>
    public string Value { get; init; } = "";
}

/// <summary>Where a number comes from, and in what.</summary>
public sealed record NumberSource
{
    /// <summary>Column.</summary>
    public required string Column { get; init; }

    /// <summary>Factor from the cell to the record's unit, such as 1000 for seconds to ms.</summary>
    public decimal Factor { get; init; } = 1;
}

/// <summary>The device's own stamp as the export writes it.</summary>
public sealed record StampSource
{
    /// <summary>Columns; date and time in two are joined by a space.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>One layout: a .NET custom format or "rfc3339". Never guessed.</summary>
    public required string Layout { get; init; }

    /// <summary>Zone of the times where the layout has no offset (IANA name).</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>The step of the device's clock as the export shows it, in ms.</summary>
    public uint ResolutionMs { get; init; } = 1_000;

    /// <summary>
    /// How far the written times may be from UTC, in seconds, as the vendor or the force states it: a claim, and marked as one. Null = nothing
    /// is known, and no event of the file has a bounded time.
    /// </summary>
    public uint? StatedErrorSeconds { get; init; }
}

/// <summary>One bay or chamber: words of a cell, or of a part of one.</summary>
public sealed record BaySource
{
    /// <summary>Column.</summary>
    public required string Column { get; init; }

    /// <summary>Regular expression whose group "state" is looked up; empty = the whole cell.</summary>
    public string Pattern { get; init; } = "";
}

/// <summary>
/// How one layout of a vendor's log export is read. Profiles are data: users write their own (PROFILES.md beside this file). What a profile
/// does not name is not read, and what a word list does not hold is not guessed: the row is rejected and shown.
/// </summary>
public sealed record LogProfile
{
    /// <summary>Words, columns or bays a profile may list.</summary>
    public const int EntriesMax = 512;

    /// <summary>Name: 1 to 32 printable ASCII characters without spaces, as the ledger will carry it.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, in one sentence.</summary>
    public string About { get; init; } = "";

    /// <summary>Number of this translation in every batch made with it; with another number the same row may come out otherwise (rule D17).</summary>
    public required ushort TranslatorId { get; init; }

    /// <summary>Version of this translation: raise it when the profile is changed.</summary>
    public required ushort TranslatorVersion { get; init; }

    /// <summary>Encoding; null = UTF-8, and windows-1252 with a note where it is not.</summary>
    public string? Encoding { get; init; }

    /// <summary>One character; null = found from the first line.</summary>
    public string? Delimiter { get; init; }

    /// <summary>Rows before the header row.</summary>
    public int SkipRows { get; init; }

    /// <summary>Serial number of the device.</summary>
    public required TextSource Device { get; init; }

    /// <summary>Model.</summary>
    public TextSource Model { get; init; } = new();

    /// <summary>Firmware version.</summary>
    public TextSource Firmware { get; init; } = new();

    /// <summary>The device's own sequence number; null = rows are numbered as they stand, and two overlapping files cannot be told to overlap.</summary>
    public NumberSource? Sequence { get; init; }

    /// <summary>The stamp.</summary>
    public required StampSource Stamp { get; init; }

    /// <summary>Column with the event's name.</summary>
    public required string Event { get; init; }

    /// <summary>The export's words to the names of event codes; "" = a row that is known and passed over.</summary>
    public required IReadOnlyDictionary<string, string> Events { get; init; }

    /// <summary>Duration; the record has ms.</summary>
    public NumberSource? Duration { get; init; }

    /// <summary>The step of durations as the export rounds them, in ms.</summary>
    public ushort DurationResolutionMs { get; init; }

    /// <summary>Temperature; the record has tenths of a degree Celsius.</summary>
    public NumberSource? Temperature { get; init; }

    /// <summary>Battery, in percent.</summary>
    public NumberSource? Battery { get; init; }

    /// <summary>Number of the armed session.</summary>
    public NumberSource? ArmedSession { get; init; }

    /// <summary>Bay the event is about, from 0.</summary>
    public NumberSource? Bay { get; init; }

    /// <summary>Argument of the event, as its code means it.</summary>
    public NumberSource? Argument { get; init; }

    /// <summary>Bays after the event, bay 0 first.</summary>
    public IReadOnlyList<BaySource> Bays { get; init; } = [];

    /// <summary>The export's words to bay states.</summary>
    public IReadOnlyDictionary<string, string> BayStates { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Words for an empty cell.</summary>
    public IReadOnlyList<string> Absent { get; init; } = [];

    /// <summary>Names of the built-in profiles.</summary>
    public static IReadOnlyList<string> BuiltInNames { get; } = ["plain-log"];

    /// <summary>A built-in profile; null = there is none of that name.</summary>
    public static LogProfile? BuiltIn(string name)
    {
        using var stream = typeof(LogProfile).Assembly.GetManifestResourceStream("log-profile." + name + ".json");
        return stream is null ? null : Parse(stream).Profile;
    }

    /// <summary>Reads a profile from JSON. Unknown members, unknown events and bad patterns are errors, each named.</summary>
    public static (LogProfile? Profile, string? Error) Parse(Stream json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            var profile = JsonSerializer.Deserialize<LogProfile>(json, StrictJson.Options);
            var error = profile is null ? "the profile is empty" : profile.Fault();
            return error is null ? (profile, null) : (null, error);
        }
        catch (JsonException e)
        {
            return (null, FormattableString.Invariant($"line {(e.LineNumber ?? 0) + 1}: {e.Message}"));
        }
    }

    /// <summary>The code a name stands for; false for a name that is none. "None" and numbers are no names.</summary>
    internal static bool TryCode(string name, out EventCode code) =>
        Enum.TryParse(name, out code) && Enum.IsDefined(code) && code != EventCode.None && char.IsAsciiLetter(name[0]);

    private string? Fault()
    {
        var badEvent = Events.Values.FirstOrDefault(v => v.Length > 0 && !TryCode(v, out _));
        var badBay = BayStates.Values.FirstOrDefault(v => !Enum.TryParse<BayState>(v, out var state) || !Enum.IsDefined(state));
        return !TextKind.Name.Allows(Name) ? "name must be 1 to 32 of A-Z a-z 0-9 _ . -"
            : TranslatorId == 0 || TranslatorVersion == 0 ? "translatorId and translatorVersion must each be at least 1"
            : Events.Count == 0 ? "events lists no word"
            : Math.Max(Events.Count, Math.Max(BayStates.Count, Stamp.Columns.Count)) > EntriesMax
                ? $"a list has more than {EntriesMax} entries"
            : badEvent is not null
                ? $"events: \"{badEvent}\" is no event; one of {string.Join(", ", Enum.GetNames<EventCode>().Skip(1))}, or \"\" to pass over"
            : badBay is not null ? $"bayStates: \"{badBay}\" is no state; one of {string.Join(", ", Enum.GetNames<BayState>())}"
            : Stamp.Columns.Count == 0 ? "stamp.columns names no column"
            : Stamp.Layout.Length == 0 ? "stamp.layout is empty: dates are never guessed"
            : Bays.Count > EventRecord.BaysMax ? $"bays lists more than {EventRecord.BaysMax}"
            : Delimiter is { Length: not 1 } ? "delimiter must be one character"
            : !TimeZoneInfo.TryFindSystemTimeZoneById(Stamp.TimeZone, out _)
                ? $"time zone \"{Stamp.TimeZone}\" is not known on this machine"
            : PatternFault();
    }

    private string? PatternFault()
    {
        foreach (var bay in Bays.Where(b => b.Pattern.Length > 0))
        {
            try
            {
                if (!PatternOf(bay).GetGroupNames().Contains("state"))
                {
                    return $"bays: the pattern \"{bay.Pattern}\" has no group named state, as in (?<state>...)";
                }
            }
            catch (Exception bad) when (bad is ArgumentException or NotSupportedException)
            {
                return $"bays: the pattern \"{bay.Pattern}\" cannot be used: {bad.Message}";
            }
        }
        return null;
    }

    // A pattern is a user's; one that backtracks could take for ever on a row.
    internal static Regex PatternOf(BaySource bay) => new(bay.Pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}
