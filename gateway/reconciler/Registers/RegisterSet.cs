namespace TaserTelemetry.Reconciler.Registers;

/// <summary>
/// The registers handed in. Null = not handed in: the rules that need it are then not testable, and each is named
/// (domain 2.7.11). An empty list = handed in, and says that there was nothing.
/// </summary>
public sealed record RegisterSet
{
    /// <summary>Asset register.</summary>
    public IReadOnlyList<DeviceRow>? Devices { get; init; }

    /// <summary>Issue and return register.</summary>
    public IReadOnlyList<IssueRow>? Issues { get; init; }

    /// <summary>Officers' authority.</summary>
    public IReadOnlyList<PersonRow>? People { get; init; }

    /// <summary>Suspensions.</summary>
    public IReadOnlyList<SuspensionRow>? Suspensions { get; init; }

    /// <summary>Cartridge movements.</summary>
    public IReadOnlyList<CartridgeRow>? Cartridges { get; init; }

    /// <summary>Stock-takes.</summary>
    public IReadOnlyList<StocktakeRow>? Stocktakes { get; init; }

    /// <summary>Exhibits.</summary>
    public IReadOnlyList<ExhibitRow>? Exhibits { get; init; }

    /// <summary>Training sessions.</summary>
    public IReadOnlyList<TrainingRow>? Training { get; init; }

    /// <summary>Declared unintentional discharges.</summary>
    public IReadOnlyList<UnintentionalRow>? Unintentional { get; init; }

    /// <summary>Maintenance.</summary>
    public IReadOnlyList<MaintenanceRow>? Maintenance { get; init; }

    /// <summary>Change tickets.</summary>
    public IReadOnlyList<ChangeRow>? Changes { get; init; }

    /// <summary>Duty roster.</summary>
    public IReadOnlyList<RosterRow>? Roster { get; init; }

    /// <summary>Dispatch, custody and body-worn video references.</summary>
    public IReadOnlyList<IncidentRow>? Incidents { get; init; }

    /// <summary>Budget.</summary>
    public IReadOnlyList<BudgetRow>? Budget { get; init; }

    /// <summary>Establishment.</summary>
    public IReadOnlyList<EstablishmentRow>? Establishment { get; init; }

    /// <summary>Denominators.</summary>
    public IReadOnlyList<DenominatorRow>? Denominators { get; init; }
}
