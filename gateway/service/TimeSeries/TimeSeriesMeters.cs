using System.Diagnostics.Metrics;

namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>How far the stores are, in numbers. The tag <c>store</c> is duckdb or influxdb, nothing else.</summary>
internal sealed class TimeSeriesMeters
{
    public const string MeterName = "TaserTelemetry.TimeSeries";

    public TimeSeriesMeters(IMeterFactory factory, TimeSeriesService series)
    {
        var meter = factory.Create(MeterName);
        Observe("taser.timeseries.lag", "{record}", "Journal records durable and not yet in the store.", state => state.LagLeaves);
        Observe(
            "taser.timeseries.stopped",
            "{store}",
            "1 while the store needs a person.",
            state => state.Phase == StorePhase.Stopped ? 1 : 0
        );
        Observe("taser.timeseries.points", "{point}", "Points accepted since the start.", state => state.PointsAccepted);
        Observe("taser.timeseries.refused", "{point}", "Points the server will never take, in DATA/refused.", state => state.PointsRefused);
        Observe("taser.timeseries.attempts.failed", "{attempt}", "Attempts that ended without a decision.", state => state.AttemptsFailed);
        Observe("taser.timeseries.series", "{series}", "Estimate of the series written since the start.", state => state.Series);

        void Observe(string name, string unit, string description, Func<StoreState, long> value) =>
            meter.CreateObservableGauge(
                name,
                () => series.States.Select(state => new Measurement<long>(value(state), KeyValuePair.Create("store", (object?)state.Kind))),
                unit,
                description
            );
    }
}
