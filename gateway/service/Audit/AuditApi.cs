using System.Globalization;
using DuckDB.NET.Data;
using TaserTelemetry.Gateway.Hosting;

namespace TaserTelemetry.Gateway.Audit;

/// <summary>What the auditor's page reads, as JSON. All of it comes from the embedded store, which is derived: a finding cites the ledger.</summary>
internal sealed class AuditApi(JournalService journal, Readiness readiness, StoresService stores, TimeProvider clock)
{
    private static readonly Refusal NoStore = new(
        "The embedded store is not open.",
        "It may be opening or being rebuilt: try again in a few seconds. If timeSeries:duckDb:enabled is false, switch it on."
    );

    public void Map(WebApplication app)
    {
        app.MapGet("/api/overview", () => Answer(Overview));
        app.MapGet("/api/devices", () => Answer(store => new Devices(StoreQueries.Devices(store))));
        app.MapGet("/api/activations", () => Answer(Fleet));
        app.MapGet("/api/doubts", () => Answer(Doubts));
        app.MapGet("/api/devices/{device}/activations", (string device) => Answer(store => ActivationsOf(store, device)));
    }

    private IResult Answer<T>(Func<DuckDBConnection, T> ask)
        where T : class =>
        stores.Series.Embedded.TryRead(ask, out var answer) && answer is not null
            ? Results.Json<T>(answer, AuditJson.Default)
            : Results.Json(NoStore, AuditJson.Default.Refusal, statusCode: StatusCodes.Status503ServiceUnavailable);

    private Overview Overview(DuckDBConnection store)
    {
        var health = readiness.Report();
        var (events, activations, devices) = StoreQueries.Totals(store);
        return new Overview(
            journal.Ledger.Key.Name,
            clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            health.Ready,
            health.Problems,
            new Evidence(health.Frames.Received, health.DurableRecords, health.AnchoredRecords, health.WitnessedRecords),
            events,
            activations,
            devices,
            health.Frames.KeptAside,
            [
                .. health.Stores.Select(kept => new StoreRow(
                    kept.Store,
                    kept.NextRecord,
                    Behind(health.DurableRecords, kept.NextRecord),
                    kept.Why
                )),
            ],
            StoreQueries.Docks(store),
            StoreQueries.Hours(store, Window),
            StoreQueries.Outside(store, Window)
        );
    }

    /// <summary>
    /// The plots end a day after now, so that a device whose clock runs ahead still shows, and begin two weeks before: a clock that was
    /// reset to its factory date must not squeeze a fortnight into one pixel.
    /// </summary>
    private (DateTimeOffset From, DateTimeOffset To) Window =>
        (clock.GetUtcNow().AddDays(-StoreQueries.WindowDays), clock.GetUtcNow().AddDays(1));

    private Fleet Fleet(DuckDBConnection store)
    {
        var window = Window;
        var (rows, more) = StoreQueries.Fleet(store, window);
        return new Fleet(StoreQueries.Iso(window.From), StoreQueries.Iso(window.To), rows, more);
    }

    private static Doubts Doubts(DuckDBConnection store)
    {
        var (rows, more) = StoreQueries.Doubts(store);
        return new Doubts(rows, more);
    }

    private static ulong Behind(ulong durable, ulong next) => durable > next ? durable - next : 0;

    private static Activations ActivationsOf(DuckDBConnection store, string untrustedDevice)
    {
        var (rows, more) = StoreQueries.Activations(store, untrustedDevice);
        return new Activations(untrustedDevice, rows, more);
    }
}
