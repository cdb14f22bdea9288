using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>What the stores need of the rest of the gateway.</summary>
/// <param name="Data">The DATA folder.</param>
/// <param name="Journal">The ledger's origin.</param>
/// <param name="OpenReader">A journal reader from a leaf index on.</param>
/// <param name="WaitBeyond">Completes when leaves from the index on are durable, with the index after the last.</param>
/// <param name="Time">The clock.</param>
internal sealed record TimeSeriesSources(
    string Data,
    string Journal,
    Func<ulong, JournalReader> OpenReader,
    Func<ulong, CancellationToken, ValueTask<ulong>> WaitBeyond,
    TimeProvider Time
)
{
    /// <summary>The file system of the cursors.</summary>
    public IDisk Disk { get; init; } = new RealDisk();

    /// <summary>Who works when while docks are answered; null where nobody else wants the cores.</summary>
    public StoreTurns? Turns { get; init; }

    public string DuckDbFile => Path.Combine(Data, "store.duckdb");

    public string CursorFolder => Path.Combine(Data, "cursors");

    public string RefusedFolder => Path.Combine(Data, "refused");
}
