using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Findings;

/// <summary>What kind of thing a finding is, instead of a severity that presumes guilt (domain 2.7.7).</summary>
public enum FindingKind : byte
{
    /// <summary>Recorded, and no account of it found in the files given.</summary>
    Unaccounted = 1,

    /// <summary>Two records say different things.</summary>
    Disagreement = 2,

    /// <summary>A person should look at it.</summary>
    Review = 3,

    /// <summary>Issue, return, people, cartridges.</summary>
    Custody = 4,

    /// <summary>Missing or malformed data.</summary>
    DataQuality = 5,

    /// <summary>The log or the ledger itself.</summary>
    Integrity = 6,
}

/// <summary>One device log record that a finding rests on.</summary>
/// <param name="Device">Device serial.</param>
/// <param name="Log">Which log.</param>
/// <param name="Epoch">Which life of it.</param>
/// <param name="Sequence">Position.</param>
/// <param name="Leaf">Where it stands in the ledger; default = the fact is the record's absence.</param>
/// <param name="Grade">How far its origin is authenticated; None where the fact is no event record.</param>
public readonly record struct RecordFact(
    string Device,
    LogKind Log,
    Epoch Epoch,
    ulong Sequence,
    LeafRef Leaf,
    AuthenticityGrade Grade = AuthenticityGrade.None
);

/// <summary>What a finding is about, by the names that other systems know: the keys by which cases are grouped and scored.</summary>
public sealed record FindingSubjects
{
    /// <summary>Device serials.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>Report ids.</summary>
    public IReadOnlyList<string> Reports { get; init; } = [];

    /// <summary>Issue ids.</summary>
    public IReadOnlyList<string> Issues { get; init; } = [];

    /// <summary>Officer pseudonyms.</summary>
    public IReadOnlyList<string> Officers { get; init; } = [];

    /// <summary>Cartridge serials.</summary>
    public IReadOnlyList<string> Cartridges { get; init; } = [];

    /// <summary>Incident references.</summary>
    public IReadOnlyList<string> Incidents { get; init; } = [];

    /// <summary>Docks or armouries.</summary>
    public IReadOnlyList<string> Places { get; init; } = [];
}

/// <summary>A parameter that the finding was judged by, with its value as text.</summary>
/// <param name="Name">Name in the rule set.</param>
/// <param name="Value">Value, with its unit in the name.</param>
public readonly record struct FindingParameter(string Name, string Value);

/// <summary>
/// One answer of one rule. It says what is recorded and never who is at fault. Immutable; the same inputs, rule set and as-of time
/// give the same finding with the same id.
/// </summary>
public sealed record Finding
{
    /// <summary>16 hexadecimal digits over rule, subjects and facts: the same finding has the same id in every run.</summary>
    public required string Id { get; init; }

    /// <summary>Rule id, such as "A01a".</summary>
    public required string RuleId { get; init; }

    /// <summary>Version of the rule.</summary>
    public required int RuleVersion { get; init; }

    /// <summary>Kind.</summary>
    public required FindingKind Kind { get; init; }

    /// <summary>1 first, 3 last; 0 = information, never in a queue.</summary>
    public required int Priority { get; init; }

    /// <summary>What is recorded, in one or two sentences.</summary>
    public required string Wording { get; init; }

    /// <summary>What would clear it.</summary>
    public required string Clears { get; init; }

    /// <summary>What it does not say.</summary>
    public required string DoesNotSay { get; init; }

    /// <summary>What it is about.</summary>
    public required FindingSubjects Subjects { get; init; }

    /// <summary>When, as bounded; null = no one time.</summary>
    public TimeInterval? When { get; init; }

    /// <summary>The log records it rests on, at most <see cref="FactsMax"/>; <see cref="FactCount"/> has their number.</summary>
    public IReadOnlyList<RecordFact> Facts { get; init; } = [];

    /// <summary>How many log records it rests on.</summary>
    public int FactCount { get; init; }

    /// <summary>Rows of the files that it rests on, "file:line".</summary>
    public IReadOnlyList<string> Rows { get; init; } = [];

    /// <summary>Parameters it was judged by.</summary>
    public IReadOnlyList<FindingParameter> Parameters { get; init; } = [];

    /// <summary>Facts listed in one finding.</summary>
    public const int FactsMax = 64;
}

/// <summary>One cause with everything it raised (domain 2.7.6): queue, counts and scores use the primary.</summary>
/// <param name="Id">Id of the case: the primary's id with a "C" before it.</param>
/// <param name="Primary">The finding that names the smallest correction which clears the most.</param>
/// <param name="Consequences">The rest.</param>
public sealed record Case(string Id, Finding Primary, IReadOnlyList<Finding> Consequences);

/// <summary>A rule, or a rule on some device-days or reports, that could not be tested, and why.</summary>
/// <param name="RuleId">Rule id.</param>
/// <param name="Reason">Why, in one sentence.</param>
/// <param name="Count">On how many subjects; 0 = on the whole run.</param>
public sealed record NotTestable(string RuleId, string Reason, int Count);
