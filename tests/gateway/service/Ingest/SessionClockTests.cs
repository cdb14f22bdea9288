using CsCheck;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Ingest.Sessions;
using ClockEcho = TaserTelemetry.FirmwareProtocol.Messages.ClockEcho;
using ClockReading = TaserTelemetry.FirmwareProtocol.Messages.ClockReading;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class SessionClockTests
{
    private const ulong Second = 1_000_000_000;
    private const ulong Utc = 1_790_000_000 * Second;

    [Fact]
    public void The_true_offset_lies_within_the_bound_whatever_the_round_trip_and_the_step() =>
        Gen.Select(Gen.ULong[0, 9 * Second], Gen.Double[0, 1], Gen.ULong[1, 2 * Second], Gen.Double[0, 1], Gen.Long[-400_000, 400_000])
            .Sample(
                (roundTrip, echoAt, span, readAt, deviceAheadSeconds) =>
                {
                    // The dock's monotonic clock began 1,000 s before UTC; the device shows whole seconds and is ahead by deviceAhead.
                    const ulong DockAhead = 1_000 * Second;
                    var read = Utc + (ulong)(readAt * span);
                    var deviceShows = (ulong)((long)(read / Second) + deviceAheadSeconds);
                    var clock = new SessionClock();
                    clock.Read(
                        new ClockReading(
                            SyncOrder.BeforeSync,
                            StampUnit.Seconds,
                            1_000,
                            deviceShows,
                            5,
                            Utc - DockAhead,
                            Utc + span - DockAhead,
                            0,
                            ClockState.NotStated,
                            "X1",
                            ""
                        )
                    );
                    var asked = Utc + (20 * Second);
                    var dockRead = asked + (ulong)(echoAt * roundTrip);
                    Assert.True(
                        clock.Echoed(new ClockEcho(1, asked, 5, dockRead - DockAhead, 0, ClockState.NotStated), asked, asked + roundTrip)
                    );
                    var basis = clock.Basis("X1");
                    Assert.Equal(ClockQuality.TwoSided, basis.Quality);
                    var trueOffset = -deviceAheadSeconds * (long)Second;
                    Assert.InRange((ulong)Math.Abs(basis.OffsetNs - trueOffset), 0UL, basis.BoundNs);
                }
            );

    [Fact]
    public void Ten_seconds_of_round_trip_still_bound_from_both_sides_and_one_nanosecond_more_does_not()
    {
        var clock = new SessionClock();
        var echo = new ClockEcho(1, Utc, 5, 1, 0, ClockState.NotStated);
        Assert.False(clock.Echoed(echo, Utc, Utc + (10 * Second) + 1));
        Assert.False(clock.HasEcho);
        Assert.True(clock.Echoed(echo, Utc, Utc + (10 * Second)));
        Assert.True(clock.HasEcho);
    }

    [Fact]
    public void A_reading_from_another_start_of_the_dock_says_nothing()
    {
        var clock = new SessionClock();
        clock.Heard(6, 10, Utc);
        clock.Read(new ClockReading(SyncOrder.BeforeSync, StampUnit.Seconds, 0, 1, 5, 1, 2, 0, ClockState.NotStated, "X1", ""));
        Assert.Equal(ClockQuality.None, clock.Basis("X1").Quality);
    }
}
