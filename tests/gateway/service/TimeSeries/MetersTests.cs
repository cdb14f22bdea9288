using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.LineProtocol;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

public sealed class MetersTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(5_000)]
    [InlineData(100_000)]
    public void The_number_of_series_is_estimated_within_five_percent_however_often_each_is_written(int devices)
    {
        var estimate = new SeriesEstimate();
        for (var again = 0; again < 2; again++)
        {
            for (var device = 0; device < devices; device++)
            {
                estimate.Add(Sample.Source($"X{device}"), new[] { Sample.Event(1), Sample.Event(2), Sample.Event(3) });
            }
        }

        Assert.InRange(estimate.Value, devices * 0.95, devices * 1.05);
    }

    [Fact]
    public void Each_event_name_and_each_dock_is_a_series_of_its_own()
    {
        var estimate = new SeriesEstimate();
        estimate.Add(Sample.Source(), new[] { Sample.Event(1), Sample.Event(2, FirmwareProtocol.Records.EventCode.Arm) });
        estimate.Add(Sample.Source(dock: "dock-2"), new[] { Sample.Event(3) });

        Assert.Equal(3, estimate.Value);
    }

    [Fact]
    public void The_lag_is_what_is_durable_and_not_yet_stored()
    {
        var state = new StoreState("a");
        state.Durable(10);
        state.Reached(4);
        Assert.Equal(6, state.LagLeaves);
        state.Reached(12);
        Assert.Equal(0, state.LagLeaves);
    }
}
