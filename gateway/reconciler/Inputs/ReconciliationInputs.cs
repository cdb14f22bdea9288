using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Inputs;

/// <summary>The serial of a cartridge as a device reported it for one of its bays.</summary>
/// <param name="Device">Device serial.</param>
/// <param name="Sequence">The record it belongs to.</param>
/// <param name="Bay">Bay or chamber, from 0.</param>
/// <param name="CartridgeSerial">As reported.</param>
/// <param name="AtNs">When received, ns UTC.</param>
/// <param name="Leaf">Where it stands in the ledger.</param>
public readonly record struct CartridgeReading(string Device, ulong Sequence, int Bay, string CartridgeSerial, ulong AtNs, LeafRef Leaf);

/// <summary>Everything a run is given. It is only read; each part may be absent, and each absence is named with the rules it silences.</summary>
public sealed record ReconciliationInputs
{
    /// <summary>Device log entries.</summary>
    public required LogStore Log { get; init; }

    /// <summary>
    /// True where this run is the last to read <see cref="Log"/>: the entries of a device are let go as soon as they are read, so that they
    /// and what the run makes of them never stand in memory together. A second run over the same store then is a defect of the caller.
    /// </summary>
    public bool LetsGoOfLog { get; init; }

    /// <summary>Clock comparisons besides those that batches carry.</summary>
    public IReadOnlyList<ClockComparison> ClockComparisons { get; init; } = [];

    /// <summary>What was docked, when, holding what. Empty = only the batches say when a device was read.</summary>
    public IReadOnlyList<Docking> Dockings { get; init; } = [];

    /// <summary>Missing ranges as the gateway knows them.</summary>
    public IReadOnlyList<GapFact> Gaps { get; init; } = [];

    /// <summary>Notes of the gateway on integrity; null = they were not read, and the D rules that rest on them are not testable.</summary>
    public IReadOnlyList<IntegrityFact>? IntegrityFacts { get; init; }

    /// <summary>Enrolments of devices.</summary>
    public IReadOnlyList<DeviceEnrolment> Enrolments { get; init; } = [];

    /// <summary>Cartridge serials as devices reported them.</summary>
    public IReadOnlyList<CartridgeReading> CartridgeReadings { get; init; } = [];

    /// <summary>Officers' reports, every version; null = none were handed in.</summary>
    public IReadOnlyList<OfficerReport>? Reports { get; init; }

    /// <summary>Columns that the report layout carries; a rule whose columns are missing is not testable.</summary>
    public ReportColumns ReportColumns { get; init; }

    /// <summary>Registers.</summary>
    public RegisterSet Registers { get; init; } = new();

    /// <summary>Ids of uses that a person has examined (see <see cref="TaserTelemetry.Reconciler.Findings.UseLine.UseId"/>); null = decisions were not read.</summary>
    public IReadOnlySet<string>? ExaminedUses { get; init; }

    /// <summary>What each import answered, for the account's first page.</summary>
    public IReadOnlyList<ImportAnswer> Imports { get; init; } = [];

    /// <summary>What was disposed of in the ledgers, by class and month; it stands in the coverage. Empty = nothing was.</summary>
    public IReadOnlyList<Findings.DisposedTotal> Disposed { get; init; } = [];

    /// <summary>Start of the period, ns UTC; null = from the first thing known.</summary>
    public long? FromNs { get; init; }

    /// <summary>End of the period, ns UTC, not included; null = the as-of time.</summary>
    public long? ToNs { get; init; }
}
