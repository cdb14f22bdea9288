using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Tests;

public sealed class PointTimeTests
{
    private const ulong Second = 1_000_000_000;
    private const ulong Received = 1_790_000_100 * Second + 5;
    private static readonly ClockBasis TwoSeconds = new(2_900_000_000, 1, ClockQuality.TwoSided);

    [Fact]
    public void The_stamp_is_corrected_cut_to_the_second_and_kept_apart_by_epoch_and_sequence()
    {
        var time = PointTime.Of(At(1_790_000_000), 1_000_042, new Epoch(3_007, 9), Second, TwoSeconds, Received);
        Assert.Equal(new PointTime(1_790_000_002_000_000_000 + 7_000_000 + 42, true), time);
    }

    [Theory]
    [InlineData(ulong.MaxValue, Second, ClockQuality.TwoSided)]
    [InlineData(1_790_000_000UL, 0UL, ClockQuality.TwoSided)]
    [InlineData(1_790_000_000UL, Second, ClockQuality.None)]
    [InlineData(100UL, Second, ClockQuality.TwoSided)]
    [InlineData(1_790_186_501UL, Second, ClockQuality.TwoSided)]
    [InlineData(ulong.MaxValue - 1, ulong.MaxValue, ClockQuality.TwoSided)]
    public void Without_a_usable_stamp_the_received_second_stands_and_is_marked(ulong stamp, ulong unitNs, ClockQuality quality)
    {
        var time = PointTime.Of(At(stamp), 7, default, unitNs, TwoSeconds with { Quality = quality }, Received);
        Assert.Equal(new PointTime(1_790_000_100_000_000_007, false), time);
    }

    [Fact]
    public void A_stamp_that_the_device_doubts_is_not_used() =>
        Assert.False(
            PointTime.Of(At(1_790_000_000) with { Flags = EventFlags.StampDoubtful }, 7, default, Second, TwoSeconds, Received).FromStamp
        );

    [Fact]
    public void Two_events_of_one_second_never_stand_at_one_time()
    {
        var times = new HashSet<long>();
        for (var epoch = 0u; epoch < 20; epoch++)
        {
            for (var sequence = 0ul; sequence < 200; sequence++)
            {
                Assert.True(times.Add(PointTime.Of(At(1_790_000_000), sequence, new Epoch(epoch, epoch), Second, TwoSeconds, Received).Ns));
            }
        }
    }

    private static EventRecord At(ulong stamp) => new(stamp, 0, EventCode.Trigger, EventFlags.None, 5_000, 1, 0, 0, 90, 0, 0);
}
