using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Reconciler.Inputs;

/// <summary>One comparison of a device clock with UTC (wire.md 13). Times are ns since 1970-01-01T00:00:00Z.</summary>
/// <param name="Device">Device serial.</param>
/// <param name="DockingSession">Session it was made in; 0 = not known.</param>
/// <param name="DeviceTimeNs">Device clock (stamp x unit) at the comparison.</param>
/// <param name="UtcNs">UTC at the comparison.</param>
/// <param name="BoundNs">Half-width of the interval around <paramref name="UtcNs"/>.</param>
/// <param name="Quality">None is ignored.</param>
/// <param name="Newest">Newest record of its event log that the device held then, if known: the comparison lies behind it.</param>
/// <param name="Leaf">Where it stands in the ledger.</param>
public readonly record struct ClockComparison(
    string Device,
    ulong DockingSession,
    long DeviceTimeNs,
    long UtcNs,
    ulong BoundNs,
    ClockQuality Quality,
    HeldRecord? Newest,
    LeafRef Leaf
);

/// <summary>A place in the event log of one device: sequences begin anew in every epoch.</summary>
/// <param name="Epoch">Life of the log.</param>
/// <param name="Sequence">Position in it.</param>
public readonly record struct HeldRecord(Epoch Epoch, ulong Sequence);

/// <summary>What one carrier held when it was docked. A docking with no held ranges says only that it was docked.</summary>
public sealed record Docking
{
    /// <summary>Device whose log it is.</summary>
    public required string Device { get; init; }

    /// <summary>What brought the log; empty = the device itself.</summary>
    public string Carrier { get; init; } = "";

    /// <summary>Dock; empty = not known.</summary>
    public string Dock { get; init; } = "";

    /// <summary>Docking session; 0 = not known.</summary>
    public ulong DockingSession { get; init; }

    /// <summary>When it was docked, ns UTC.</summary>
    public required ulong DockedAtNs { get; init; }

    /// <summary>When it was taken out, ns UTC; null = not known.</summary>
    public ulong? UndockedAtNs { get; init; }

    /// <summary>False when it was taken out before its upload was complete.</summary>
    public bool Complete { get; init; } = true;

    /// <summary>Which log.</summary>
    public LogKind Log { get; init; } = LogKind.Event;

    /// <summary>Which life of the log.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>Ranges it offered.</summary>
    public IReadOnlyList<SequenceRange> Held { get; init; } = [];

    /// <summary>Where it stands in the ledger.</summary>
    public LeafRef Leaf { get; init; }
}

/// <summary>State of a missing range (wire.md 6).</summary>
public enum GapState : byte
{
    /// <summary>May still come from another carrier.</summary>
    Open = 0,

    /// <summary>Came later.</summary>
    Filled = 1,

    /// <summary>Will never come.</summary>
    Final = 2,
}

/// <summary>Why a gap is final.</summary>
public enum GapCause : byte
{
    /// <summary>Not stated.</summary>
    None = 0,

    /// <summary>The device's own oldest sequence has passed it.</summary>
    OldestPassed = 1,

    /// <summary>A dock or device declared the range gone.</summary>
    DeclaredGone = 2,

    /// <summary>Not filled within the limit of days.</summary>
    Overdue = 3,

    /// <summary>The log was cleared.</summary>
    Cleared = 4,

    /// <summary>Another gateway gave a receipt for the range: missing here, not lost.</summary>
    HeldElsewhere = 5,
}

/// <summary>A missing range as the gateway knows it. Gaps that nobody states are found from the sequences themselves.</summary>
/// <param name="Log">Which log.</param>
/// <param name="Range">What is missing.</param>
/// <param name="State">Open, filled or final.</param>
/// <param name="Cause">Why final.</param>
/// <param name="SinceNs">When it was first seen, ns UTC.</param>
/// <param name="Leaf">Where it stands in the ledger.</param>
public sealed record GapFact(LogKey Log, SequenceRange Range, GapState State, GapCause Cause, ulong SinceNs, LeafRef Leaf);

/// <summary>What the gateway noted about the integrity of an upload or of the ledger; each feeds one D rule.</summary>
public enum IntegrityFactKind : byte
{
    /// <summary>Same key, different bytes (D08).</summary>
    Variant = 1,

    /// <summary>Many differing records in one docking session (D16).</summary>
    LogForked = 2,

    /// <summary>Differs only by the translator's version (D17).</summary>
    Retranslated = 3,

    /// <summary>A dock holds a receipt for records that are not here (D18).</summary>
    ReceiptedButMissing = 4,

    /// <summary>An upload ended before it was complete, or frames failed their check (D13).</summary>
    UploadIncomplete = 5,

    /// <summary>An upload came from a dock that is not enrolled (D14).</summary>
    DockUnknown = 6,

    /// <summary>The dock's own clock was not synchronised (D14).</summary>
    DockClockUnsynchronised = 7,

    /// <summary>The dock's certificate had expired (D14).</summary>
    DockCertificateExpired = 8,

    /// <summary>A chain head or a checkpoint does not extend the one before (D15).</summary>
    NotExtending = 9,

    /// <summary>The log was cleared; no fault by itself.</summary>
    LogCleared = 10,
}

/// <summary>One note of the gateway.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Device">Device serial; empty = none.</param>
/// <param name="Dock">Dock; empty = none.</param>
/// <param name="DockingSession">Session; 0 = none.</param>
/// <param name="Range">Sequences concerned, if any.</param>
/// <param name="Log">Log concerned.</param>
/// <param name="Epoch">Epoch concerned.</param>
/// <param name="AtNs">When noted, ns UTC.</param>
/// <param name="Count">How many records or frames.</param>
/// <param name="OutOf">Of how many; 0 = not known.</param>
/// <param name="Leaf">Where it stands in the ledger.</param>
public sealed record IntegrityFact(
    IntegrityFactKind Kind,
    string Device,
    string Dock,
    ulong DockingSession,
    SequenceRange? Range,
    LogKind Log,
    Epoch Epoch,
    ulong AtNs,
    uint Count,
    uint OutOf,
    LeafRef Leaf
);

/// <summary>An enrolment of a device: gives model and armoury where batches and the asset register do not.</summary>
/// <param name="Device">Device serial.</param>
/// <param name="Model">Model; empty = not stated.</param>
/// <param name="Armoury">Armoury; empty = not stated.</param>
/// <param name="AtNs">When enrolled, ns UTC.</param>
/// <param name="Leaf">Where it stands in the ledger.</param>
public sealed record DeviceEnrolment(string Device, string Model, string Armoury, ulong AtNs, LeafRef Leaf);
