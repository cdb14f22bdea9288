using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Reports;

/// <summary>Levels of use as UK forms name them; a report may name several. Their order is configuration, never this enum's.</summary>
[Flags]
public enum UseLevels : byte
{
    /// <summary>Not stated.</summary>
    None = 0,

    /// <summary>Drawn.</summary>
    Drawn = 1,

    /// <summary>Aimed.</summary>
    Aimed = 2,

    /// <summary>Arced (warning arc, no contact).</summary>
    Arced = 4,

    /// <summary>Red-dotted.</summary>
    RedDot = 8,

    /// <summary>Drive stun.</summary>
    DriveStun = 16,

    /// <summary>Angled drive stun: fired plus contact.</summary>
    AngledDriveStun = 32,

    /// <summary>Fired.</summary>
    Fired = 64,
}

/// <summary>Where a row came from.</summary>
/// <param name="File">File name as handed in.</param>
/// <param name="Line">First line of the row, from 1; 0 for an XLSX the row number is used as well.</param>
public readonly record struct SourceRow(string File, int Line)
{
    /// <summary>"file:line".</summary>
    public override string ToString() => FormattableString.Invariant($"{File}:{Line}");
}

/// <summary>One version of one report: one officer's use on one person (domain 2.7.5). Null = the column is absent or the cell empty.</summary>
public sealed record OfficerReport
{
    /// <summary>Report id as exported; where the layout has none, "row N" of the file.</summary>
    public required string ReportId { get; init; }

    /// <summary>Version, from 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>When this version was submitted.</summary>
    public TimeInterval? SubmittedAt { get; init; }

    /// <summary>When a supervisor reviewed it.</summary>
    public TimeInterval? ReviewedAt { get; init; }

    /// <summary>Pseudonym of the officer; empty = the layout has none.</summary>
    public string OfficerRef { get; init; } = "";

    /// <summary>Incident reference; empty = none.</summary>
    public string IncidentRef { get; init; } = "";

    /// <summary>When the device was used, as the officer states it.</summary>
    public required TimeInterval UsedAt { get; init; }

    /// <summary>False where only a date was given.</summary>
    public bool UsedAtHasTime { get; init; } = true;

    /// <summary>Device serial as typed; empty = none.</summary>
    public string DeviceSerial { get; init; } = "";

    /// <summary>All levels named.</summary>
    public UseLevels Levels { get; init; }

    /// <summary>Cycles, summed over the deployments of the report.</summary>
    public int? Cycles { get; init; }

    /// <summary>"Cycle extended beyond 5 seconds".</summary>
    public bool? Extended { get; init; }

    /// <summary>"5-second cycle interrupted".</summary>
    public bool? Interrupted { get; init; }

    /// <summary>"Repeat cycle, same cartridge" or re-energised.</summary>
    public bool? RepeatCycle { get; init; }

    /// <summary>Cartridge serials as typed, split.</summary>
    public IReadOnlyList<string> Cartridges { get; init; } = [];

    /// <summary>Cartridges fired, as counted in the report (blocks with Fired); null = the layout cannot say.</summary>
    public int? CartridgesFired { get; init; }

    /// <summary>A CED was used at all.</summary>
    public bool? CedUsed { get; init; }

    /// <summary>The officer is CED-trained.</summary>
    public bool? TrainedCed { get; init; }

    /// <summary>The officer was carrying a CED.</summary>
    public bool? CarryingCed { get; init; }

    /// <summary>A justification text is there. Its content is not read (B08).</summary>
    public bool? JustificationPresent { get; init; }

    /// <summary>Subject's age or age band as typed; empty = not stated.</summary>
    public string SubjectAge { get; init; } = "";

    /// <summary>A mental-health factor is ticked.</summary>
    public bool? MentalHealthFactor { get; init; }

    /// <summary>Subject's ethnicity as perceived and typed; used in F06 only. Empty = not stated.</summary>
    public string SubjectEthnicity { get; init; } = "";

    /// <summary>Team or district; empty = none.</summary>
    public string Team { get; init; } = "";

    /// <summary>Where it came from.</summary>
    public SourceRow Source { get; init; }

    /// <summary>Hash of the row's used cells as they stand: where it differs and nothing else does, the row was re-formatted.</summary>
    public ulong RowHash { get; init; }

    /// <summary>Cells that changed from the version before, by column (A17); empty for a first version.</summary>
    public IReadOnlyList<string> ChangedColumns { get; init; } = [];
}
