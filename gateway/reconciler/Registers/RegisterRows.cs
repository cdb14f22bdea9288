using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Registers;

/// <summary>devices.csv: the asset register. Coverage's denominator is device-days of these rows (domain 2.7.11).</summary>
public sealed record DeviceRow(
    string DeviceSerial,
    string Model,
    string Armoury,
    string Status,
    TimeInterval? FirstInService,
    TimeInterval? LastInService,
    SourceRow Source
);

/// <summary>Why a device was issued.</summary>
public enum IssuePurpose : byte
{
    /// <summary>To an officer on duty: the default where the cell is empty.</summary>
    Operational = 0,

    /// <summary>To a training session.</summary>
    Training = 1,

    /// <summary>To repair or inspection.</summary>
    Maintenance = 2,

    /// <summary>Moved between places.</summary>
    Transfer = 3,

    /// <summary>Something else; never excuses anything.</summary>
    Other = 4,
}

/// <summary>issues.csv: one issue of one device. No return time = still out.</summary>
public sealed record IssueRow(
    string IssueId,
    string DeviceSerial,
    string OfficerRef,
    IssuePurpose Purpose,
    TimeInterval IssuedAt,
    TimeInterval? ReturnedAt,
    int? Cartridges,
    IReadOnlyList<string> CartridgeSerials,
    TimeInterval? DueBackAt,
    int? BatteryPercent,
    SourceRow Source
);

/// <summary>people.csv: what an officer was allowed, from when to when.</summary>
public sealed record PersonRow(
    string OfficerRef,
    string Role,
    TimeInterval? AccreditedFrom,
    TimeInterval? AccreditedTo,
    TimeInterval? EndorsedAt,
    TimeInterval? AuthorisedAt,
    int? HoursSinceTraining,
    bool? Eligible,
    SourceRow Source
);

/// <summary>suspensions.csv: authority withdrawn.</summary>
public sealed record SuspensionRow(string OfficerRef, TimeInterval From, TimeInterval? To, SourceRow Source);

/// <summary>What happened to a cartridge.</summary>
public enum CartridgeMove : byte
{
    /// <summary>Counted at the start of the period.</summary>
    Opening = 0,

    /// <summary>Came in.</summary>
    Received = 1,

    /// <summary>Handed out.</summary>
    Issued = 2,

    /// <summary>Handed back, not fired.</summary>
    ReturnedToStore = 3,

    /// <summary>Fired in use.</summary>
    Used = 4,

    /// <summary>Fired in training.</summary>
    Training = 5,

    /// <summary>Sent back to the maker or destroyed.</summary>
    Returned = 6,

    /// <summary>Counted at the end of the period.</summary>
    Closing = 7,

    /// <summary>Lost or stolen.</summary>
    Lost = 8,
}

/// <summary>cartridges.csv: one movement. A serial, or a count where serials are not kept.</summary>
public sealed record CartridgeRow(
    string CartridgeSerial,
    CartridgeMove Move,
    TimeInterval At,
    int Count,
    string DeviceSerial,
    string OfficerRef,
    string IncidentRef,
    string Armoury,
    SourceRow Source
);

/// <summary>stocktakes.csv: what was counted against what the register expected.</summary>
public sealed record StocktakeRow(string Armoury, string Item, TimeInterval At, int Counted, int Expected, SourceRow Source);

/// <summary>exhibits.csv: cartridges, probes and AFIDs kept as evidence.</summary>
public sealed record ExhibitRow(
    string ExhibitRef,
    string CartridgeSerial,
    string DeviceSerial,
    string IncidentRef,
    TimeInterval SeizedAt,
    int? Afids,
    SourceRow Source
);

/// <summary>training.csv: one device on the list of one training session.</summary>
public sealed record TrainingRow(
    string TrainingRef,
    string DeviceSerial,
    TimeInterval From,
    TimeInterval To,
    string OfficerRef,
    int? Cartridges,
    SourceRow Source
);

/// <summary>unintentional.csv: a declared unintentional discharge. Without a supervisor's signature it excuses nothing.</summary>
public sealed record UnintentionalRow(
    string EntryRef,
    string DeviceSerial,
    TimeInterval At,
    string OfficerRef,
    string SignedBy,
    string CartridgeSerial,
    SourceRow Source
);

/// <summary>What a maintenance row is about.</summary>
public enum MaintenanceKind : byte
{
    /// <summary>In the workshop from one time to another.</summary>
    Workshop = 0,

    /// <summary>Full function check (E10).</summary>
    FunctionCheck = 1,

    /// <summary>A fault, open from one time to another (E08).</summary>
    Fault = 2,

    /// <summary>Got wet or was dropped (E09).</summary>
    WetOrDropped = 3,

    /// <summary>Service due at the time given (E08).</summary>
    Due = 4,

    /// <summary>Battery docked (E10).</summary>
    BatteryDock = 5,
}

/// <summary>maintenance.csv.</summary>
public sealed record MaintenanceRow(
    string DeviceSerial,
    MaintenanceKind Kind,
    TimeInterval At,
    TimeInterval? Until,
    string CartridgeSerial,
    SourceRow Source
);

/// <summary>changes.csv: change tickets for firmware and configuration.</summary>
public sealed record ChangeRow(string ChangeRef, string DeviceSerial, string What, TimeInterval From, TimeInterval To, SourceRow Source);

/// <summary>roster.csv: who worked when, and with whom. The same crew reference = crewed together.</summary>
public sealed record RosterRow(string OfficerRef, string CrewRef, TimeInterval From, TimeInterval To, string Team, SourceRow Source);

/// <summary>What an incident reference is about.</summary>
public enum IncidentEventKind : byte
{
    /// <summary>Anything else.</summary>
    Other = 0,

    /// <summary>Dispatched.</summary>
    Dispatch = 1,

    /// <summary>Handcuffed.</summary>
    Handcuffed = 2,

    /// <summary>Arrived in custody.</summary>
    Custody = 3,

    /// <summary>Body-worn video began.</summary>
    BodyWornVideo = 4,
}

/// <summary>incidents.csv: references from dispatch, custody and body-worn video.</summary>
public sealed record IncidentRow(string IncidentRef, IncidentEventKind Kind, TimeInterval At, string OfficerRef, SourceRow Source);

/// <summary>budget.csv: money, in whole pence.</summary>
public sealed record BudgetRow(string Heading, bool? Capital, long PlannedPence, long SpentPence, SourceRow Source);

/// <summary>establishment.csv: officers by team.</summary>
public sealed record EstablishmentRow(string Team, int Establishment, int Eligible, int Trained, int Accredited, SourceRow Source);

/// <summary>denominators.csv: a named denominator for a rate (F06).</summary>
public sealed record DenominatorRow(string Dimension, string Group, long Count, string SourceName, SourceRow Source);
