using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Ingest.Sessions;
using ClockReading = TaserTelemetry.Evidence.Leaves.ClockReading;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class DriftBookTests
{
    private const ulong SecondNs = 1_000_000_000;
    private const ulong DayNs = 86_400 * SecondNs;
    private const ulong StartNs = 1_800_000_000 * SecondNs;

    [Theory]
    [InlineData(90, 0, true)] // 9 s a day for ten days
    [InlineData(-90, 0, true)]
    [InlineData(79, 0, false)]
    [InlineData(81, 0, true)]
    [InlineData(90, 5, true)] // bounds of 5 and 4 s leave 81 s
    [InlineData(90, 6, false)] // of 6 and 6 s, 78 s
    public void A_drift_is_beyond_the_limit_when_the_bounds_of_both_comparisons_leave_no_doubt(int seconds, int boundSeconds, bool beyond)
    {
        var book = new DriftBook(8);
        book.Heard(Read(0, 100, boundSeconds));
        book.Heard(Read(10 * DayNs, 100 + seconds, boundSeconds == 5 ? 4 : boundSeconds));
        Assert.Equal(1, book.Measured);
        Assert.Equal(beyond, book.Beyond.Count == 1);
        Assert.Equal(book.Beyond, book.TakeNew());
        Assert.Empty(book.TakeNew());
    }

    [Fact]
    public void A_clock_that_was_set_in_between_begins_anew_and_a_drift_that_ended_is_no_longer_told()
    {
        var book = new DriftBook(8);
        book.Heard(Read(0, 0));
        book.Heard(Read(1, 0) with { Order = ClockOrder.AfterSync, Clock = default });
        book.Heard(Read(DayNs, 500));
        Assert.Equal(0, book.Measured);
        book.Heard(Read(2 * DayNs, 600));
        Assert.Equal("The clock of X1 runs 100.0 s a day slow (known to 0.0 s).", Assert.Single(book.Beyond).Words);
        book.Heard(Read(3 * DayNs, 601));
        Assert.Empty(book.Beyond);
        Assert.Equal(601L * (long)SecondNs, Assert.Single(book.Last).Clock.OffsetNs);
    }

    [Fact]
    public void Comparisons_that_bound_one_side_or_lie_within_the_hour_measure_nothing_and_devices_past_the_limit_are_not_kept()
    {
        var book = new DriftBook(8);
        book.Heard(Read(0, 0));
        book.Heard(Read(DayNs, 500) with { Clock = new ClockBasis(0, 0, ClockQuality.OneSided) });
        book.Heard(Read((3_600 * SecondNs) - 1, 500));
        Assert.Equal(0, book.Measured);
        for (var i = 1; i < DriftBook.DevicesMax; i++)
        {
            book.Heard(Read(0, 0) with { Device = $"D{i}" });
        }
        book.Heard(Read(0, 0) with { Device = "one-more" });
        Assert.Equal(DriftBook.DevicesMax, book.Last.Count());
    }

    private static ClockReading Read(ulong afterNs, int offsetSeconds, int boundSeconds = 0) =>
        new(
            new Arrival(StartNs + afterNs, 1, ArrivalVia.Mqtt, 0, 1, new Place("avon", "central", "dock-1")),
            "X1",
            ClockOrder.BeforeSync,
            0,
            1,
            1_000,
            0,
            0,
            1,
            new ClockBasis(offsetSeconds * (long)SecondNs, (ulong)boundSeconds * SecondNs, ClockQuality.TwoSided)
        );
}
