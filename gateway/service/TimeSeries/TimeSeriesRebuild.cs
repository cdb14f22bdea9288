using TaserTelemetry.Gateway.TimeSeries.Embedded;
using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Gateway.TimeSeries.Influx;

namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>Fills the stores anew from the journal while the gateway is stopped: the stores' part of <c>taser-gateway rebuild</c>.</summary>
internal static class TimeSeriesRebuild
{
    /// <summary>
    /// Deletes what is derived and fills it from the first record. The states tell how far it is; it ends when every store holds all
    /// that is durable, or with an exception that says what keeps it.
    /// </summary>
    public static async Task RunAsync(
        TimeSeriesSettings settings,
        TimeSeriesSources sources,
        Action<StoreState> begun,
        ILogger log,
        CancellationToken cancel
    )
    {
        if (settings.DuckDb.Enabled)
        {
            using var embedded = new EmbeddedReading();
            await FillAsync(
                new EmbeddedKeeper(settings.DuckDb, sources, embedded, new StoreState("DuckDB store"), TimeSpan.Zero, log),
                begun,
                cancel
            );
        }
        if (settings.Influx.Url.Length > 0)
        {
            using var keeper = new InfluxKeeper(
                settings.Influx,
                sources,
                new StoreState($"InfluxDB {settings.Influx.Url}", "influxdb"),
                TimeSpan.Zero,
                log
            );
            await FillAsync(keeper, begun, cancel);
        }
    }

    private static async Task FillAsync(IStoreKeeper keeper, Action<StoreState> begun, CancellationToken cancel)
    {
        begun(keeper.State);
        keeper.Forget();
        await keeper.FillAsync(cancel);
    }
}
