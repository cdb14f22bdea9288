using CsCheck;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Sessions;

namespace TaserTelemetry.FirmwareProtocol.Tests.Sessions;

public sealed class ReceivedFramesTests
{
    [Fact]
    public void Frames_in_any_order_come_to_what_a_plain_set_says() =>
        Gen.UInt[1, 60]
            .Array[0, 200]
            .Sample(numbers =>
            {
                var window = new ReceivedFrames();
                var dealt = new HashSet<uint>();
                foreach (var number in numbers)
                {
                    var meaning = window.Meaning(number, number);
                    Assert.Equal(dealt.Contains(number), meaning == FrameNumberMeaning.Repeat);
                    if (meaning == FrameNumberMeaning.New)
                    {
                        window.Take(number, number);
                        window.Deal(number);
                        dealt.Add(number);
                    }
                }
                var ack = new Ack(window.Next, default, window.Ranges());
                for (var number = 1u; number <= 61; number++)
                {
                    Assert.Equal(dealt.Contains(number), ack.Covers(number));
                }
            });

    [Fact]
    public void Sixteen_runs_above_the_next_are_held_and_a_seventeenth_waits()
    {
        var window = new ReceivedFrames();
        for (var run = 0u; run < Limits.RangesMax; run++)
        {
            Assert.Equal(FrameNumberMeaning.New, window.Meaning(3 + (run * 2), 0));
            window.Deal(3 + (run * 2));
        }
        Assert.Equal(FrameNumberMeaning.TooScattered, window.Meaning(1_000, 0));
        Assert.Equal(FrameNumberMeaning.TooScattered, new ReceivedFrames().Meaning(uint.MaxValue, 0));
        Assert.Equal(FrameNumberMeaning.New, window.Meaning(4, 0));
    }

    [Fact]
    public void A_repeat_is_nothing_while_the_first_copy_is_pending_and_other_bytes_under_the_number_are_told()
    {
        var window = new ReceivedFrames();
        window.Take(1, 7);
        Assert.Equal(FrameNumberMeaning.Pending, window.Meaning(1, 7));
        Assert.Equal(FrameNumberMeaning.Reused, window.Meaning(1, 8));
        window.Deal(1);
        Assert.Equal(FrameNumberMeaning.Repeat, window.Meaning(1, 7));
        Assert.Equal(FrameNumberMeaning.Reused, window.Meaning(1, 8));
        window.Take(2, 9);
        window.Refuse(2);
        Assert.Equal(FrameNumberMeaning.New, window.Meaning(2, 10));
    }

    [Fact]
    public void Of_a_hundred_and_twenty_eight_frames_the_bytes_are_known_and_of_one_more_only_the_number()
    {
        var window = new ReceivedFrames();
        for (var number = 1u; number <= ReceivedFrames.ChecksMax + 1; number++)
        {
            window.Take(number, 1);
            window.Deal(number);
        }
        Assert.Equal(FrameNumberMeaning.Repeat, window.Meaning(1, 2));
        Assert.Equal(FrameNumberMeaning.Reused, window.Meaning(2, 2));
    }
}
