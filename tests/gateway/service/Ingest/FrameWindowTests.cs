using CsCheck;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Ingest.Sessions;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class FrameWindowTests
{
    [Fact]
    public void Frames_in_any_order_come_to_what_a_plain_set_says() =>
        Gen.UInt[1, 60]
            .Array[0, 200]
            .Sample(numbers =>
            {
                var window = new FrameWindow();
                var dealt = new HashSet<uint>();
                foreach (var number in numbers)
                {
                    var meaning = window.Meaning(number);
                    Assert.Equal(dealt.Contains(number), meaning == FrameNumberMeaning.Repeat);
                    if (meaning == FrameNumberMeaning.New)
                    {
                        window.Deal(number);
                        dealt.Add(number);
                    }
                }
                Span<FrameRange> ranges = new FrameRange[Limits.RangesMax];
                var count = window.CopyTo(ranges);
                var ack = new Ack(window.Next, default, ranges[..count]);
                for (var number = 1u; number <= 61; number++)
                {
                    Assert.Equal(dealt.Contains(number), ack.Covers(number));
                }
            });

    [Fact]
    public void Sixteen_runs_above_the_next_are_held_and_a_seventeenth_waits()
    {
        var window = new FrameWindow();
        for (var run = 0u; run < Limits.RangesMax; run++)
        {
            Assert.Equal(FrameNumberMeaning.New, window.Meaning(3 + (run * 2)));
            window.Deal(3 + (run * 2));
        }
        Assert.Equal(FrameNumberMeaning.TooScattered, window.Meaning(1_000));
        Assert.Equal(FrameNumberMeaning.TooScattered, new FrameWindow().Meaning(uint.MaxValue));
        Assert.Equal(FrameNumberMeaning.New, window.Meaning(4));
    }
}
