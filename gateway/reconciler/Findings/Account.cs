using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Findings;

/// <summary>What an activation was taken to be (domain 2.7.1). Matching comes first, so an excuse never covers a reported use.</summary>
public enum ActivationClass : byte
{
    /// <summary>Operational, no report found in the files given.</summary>
    Unaccounted = 0,

    /// <summary>In an incident that a report was matched to.</summary>
    Matched = 1,

    /// <summary>In the dock, or right after a clock or firmware change while not on issue.</summary>
    Maintenance = 2,

    /// <summary>The function test at issue or return.</summary>
    Test = 3,

    /// <summary>A device on a training session's list.</summary>
    Training = 4,

    /// <summary>A declared unintentional discharge, signed.</summary>
    Unintentional = 5,

    /// <summary>The reporting window is still open, or a person has to decide a match.</summary>
    Waiting = 6,
}

/// <summary>A count with its reason.</summary>
/// <param name="Reason">Reason.</param>
/// <param name="Count">How many.</param>
public readonly record struct ReasonCount(string Reason, int Count);

/// <summary>The cartridge line of the account; null parts are not known.</summary>
public sealed record CartridgeAccount(int Opening, int Received, int Used, int Training, int Returned, int Closing)
{
    /// <summary>Opening + received - used - training - returned - closing: what nobody accounts for (negative = more than there should be).</summary>
    public int Unaccounted => Opening + Received - Used - Training - Returned - Closing;
}

/// <summary>The account with which every output opens. It adds up, or the run fails.</summary>
public sealed record Account
{
    /// <summary>Activations in the period.</summary>
    public required int Activations { get; init; }

    /// <summary>Matched to a report.</summary>
    public required int ActivationsMatched { get; init; }

    /// <summary>Excused, by reason.</summary>
    public required IReadOnlyList<ReasonCount> ActivationsExcused { get; init; }

    /// <summary>Waiting, by reason.</summary>
    public required IReadOnlyList<ReasonCount> ActivationsWaiting { get; init; }

    /// <summary>No account found in the files given.</summary>
    public required int ActivationsUnaccounted { get; init; }

    /// <summary>Reports in the period, newest versions.</summary>
    public required int Reports { get; init; }

    /// <summary>Matched to an incident in a log.</summary>
    public required int ReportsMatched { get; init; }

    /// <summary>Not testable, by reason; "a person decides" is one of them.</summary>
    public required IReadOnlyList<ReasonCount> ReportsNotTestable { get; init; }

    /// <summary>Full coverage, and no log bears them out.</summary>
    public required int ReportsNotBorneOut { get; init; }

    /// <summary>Cartridges; null = no cartridge register was handed in.</summary>
    public CartridgeAccount? Cartridges { get; init; }

    /// <summary>Uses: device-incidents with an operational activation, and reports without one.</summary>
    public required int Uses { get; init; }

    /// <summary>Uses that a person has examined; null = decisions were not read.</summary>
    public int? UsesExamined { get; init; }

    /// <summary>True when every line is the sum of its parts.</summary>
    public bool AddsUp =>
        Activations
            == ActivationsMatched + ActivationsExcused.Sum(r => r.Count) + ActivationsWaiting.Sum(r => r.Count) + ActivationsUnaccounted
        && Reports == ReportsMatched + ReportsNotTestable.Sum(r => r.Count) + ReportsNotBorneOut;
}

/// <summary>One activation with what it was taken to be and why: excused ones stay listed (domain 2.7.1).</summary>
/// <param name="Device">Device serial.</param>
/// <param name="Epoch">Which life of the log.</param>
/// <param name="Sequence">First record.</param>
/// <param name="LastSequence">Last record, for a cycle logged in parts.</param>
/// <param name="Code">What the device called it.</param>
/// <param name="DurationMs">Activation milliseconds.</param>
/// <param name="When">When it began.</param>
/// <param name="Class">What it was taken to be.</param>
/// <param name="Reason">Why.</param>
/// <param name="Row">The register row that excuses it; line 0 = none.</param>
/// <param name="UseId">The use it belongs to; empty for an excused one.</param>
/// <param name="Reports">Reports matched to its incident.</param>
/// <param name="Leaf">Where it stands in the ledger.</param>
public sealed record ActivationLine(
    string Device,
    Epoch Epoch,
    ulong Sequence,
    ulong LastSequence,
    EventCode Code,
    uint DurationMs,
    TimeInterval When,
    ActivationClass Class,
    string Reason,
    SourceRow Row,
    string UseId,
    IReadOnlyList<string> Reports,
    LeafRef Leaf
);

/// <summary>A device-incident that counts as a use.</summary>
/// <param name="UseId">Stable id: device, epoch and first sequence; or "report " and its id for a use that no log shows.</param>
/// <param name="Device">Device serial; empty = not known.</param>
/// <param name="When">From the first to the last.</param>
/// <param name="Activations">How many.</param>
/// <param name="ActivationMs">Activation milliseconds, summed.</param>
/// <param name="Deployments">Cartridges deployed.</param>
/// <param name="Reports">Reports matched.</param>
/// <param name="Examined">A person has examined it; null = decisions were not read.</param>
public sealed record UseLine(
    string UseId,
    string Device,
    TimeInterval When,
    int Activations,
    long ActivationMs,
    int Deployments,
    IReadOnlyList<string> Reports,
    bool? Examined
);

/// <summary>What became of a report.</summary>
public enum ReportOutcome : byte
{
    /// <summary>Matched to an incident in a log.</summary>
    Matched = 1,

    /// <summary>Below the threshold: a person decides.</summary>
    PersonDecides = 2,

    /// <summary>Cannot be tested, for the reason given.</summary>
    NotTestable = 3,

    /// <summary>Full coverage, and no log bears it out.</summary>
    NotBorneOut = 4,
}

/// <summary>One report with its match and the score's parts.</summary>
/// <param name="ReportId">Report id.</param>
/// <param name="Version">Version judged.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Why.</param>
/// <param name="UseId">Use it was matched to, or the best candidate; empty = none.</param>
/// <param name="Score">0 to 1.</param>
/// <param name="ScoreParts">The parts of the score, readable.</param>
/// <param name="UsedAt">Time of use as stated.</param>
/// <param name="Row">Where the report stands.</param>
public sealed record ReportLine(
    string ReportId,
    int Version,
    ReportOutcome Outcome,
    string Reason,
    string UseId,
    double Score,
    string ScoreParts,
    TimeInterval UsedAt,
    string Row
);

/// <summary>Coverage of one device of the asset register.</summary>
/// <param name="Device">Device serial.</param>
/// <param name="Model">Model.</param>
/// <param name="Armoury">Armoury.</param>
/// <param name="DeviceDays">Days in service in the period.</param>
/// <param name="CompleteDays">Days with a complete, time-bounded log from every carrier used.</param>
/// <param name="Reasons">Why the others are not, with days.</param>
public sealed record DeviceCoverage(
    string Device,
    string Model,
    string Armoury,
    int DeviceDays,
    int CompleteDays,
    IReadOnlyList<ReasonCount> Reasons
);

/// <summary>Raw bytes that a retention policy disposed of: their records are missing from every count of the run.</summary>
/// <param name="Class">Retention class, as the disposal leaf names it.</param>
/// <param name="Month">Month of reception in UTC, such as 2026-11.</param>
/// <param name="Records">Journal records without their raw bytes.</param>
/// <param name="Bytes">Received bytes that are gone.</param>
public sealed record DisposedTotal(string Class, string Month, ulong Records, ulong Bytes);

/// <summary>Coverage: published beside every other number (F04).</summary>
public sealed record Coverage
{
    /// <summary>False when no asset register was handed in: then the devices heard of are listed, and the share means nothing.</summary>
    public required bool HasRegister { get; init; }

    /// <summary>Device-days of the register in the period.</summary>
    public required int DeviceDays { get; init; }

    /// <summary>Of them complete.</summary>
    public required int CompleteDays { get; init; }

    /// <summary>Why the others are not, with days.</summary>
    public required IReadOnlyList<ReasonCount> Reasons { get; init; }

    /// <summary>By device.</summary>
    public required IReadOnlyList<DeviceCoverage> Devices { get; init; }

    /// <summary>Devices heard of that stand in no register.</summary>
    public required IReadOnlyList<string> NotInRegister { get; init; }

    /// <summary>What was disposed of in the ledgers read, by class and month; empty = nothing was.</summary>
    public IReadOnlyList<DisposedTotal> Disposed { get; init; } = [];
}
