using System.Diagnostics.Metrics;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Following;

namespace TaserTelemetry.Gateway.Hosting;

/// <summary>Starts the stores that follow the journal once it is open: they need its origin, which a new one has only then.</summary>
internal sealed class StoresService(
    GatewaySettings settings,
    JournalService journal,
    DurableMark durable,
    TimeProvider clock,
    IMeterFactory factory,
    ILogger<TimeSeriesService> log
) : IHostedService, IDisposable
{
    /// <summary>Docks that send pause for less than this between two batches.</summary>
    private static readonly TimeSpan AnsweredRecently = TimeSpan.FromMilliseconds(250);

    private TimeSeriesService? series;

    /// <summary>The stores; there from the start of this service on.</summary>
    public TimeSeriesService Series => series ?? throw new InvalidOperationException("The stores have not been started yet.");

    /// <summary>How each store is doing; empty before the start.</summary>
    public IReadOnlyList<StoreState> States => series?.States ?? [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var ledger = journal.Ledger;
        var sources = new TimeSeriesSources(settings.Data, ledger.Key.Name, ledger.OpenReader, durable.WaitBeyondAsync, clock)
        {
            Turns = new StoreTurns(() => durable.MovedWithin(AnsweredRecently), clock),
        };
        series = new TimeSeriesService(settings.TimeSeries, sources, log);
        _ = new TimeSeriesMeters(factory, series);
        return series.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => series?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    // Registered twice, as itself and as a hosted service: the container disposes it twice.
    public void Dispose() => Interlocked.Exchange(ref series, null)?.Dispose();
}
