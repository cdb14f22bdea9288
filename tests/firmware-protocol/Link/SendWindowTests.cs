using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Link;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Tests.Link;

/// <summary>Each rule of the dock's window on its own, at its limit and one past it (SPEC clauses 2.6, 3.5 and 10.2 to 10.6).</summary>
public sealed class SendWindowTests
{
    private static readonly Credit Plenty = new(64, 1_000_000);

    [Fact]
    public void Eight_frames_are_on_their_way_on_a_serial_line_and_not_a_ninth()
    {
        var window = Begun(Plenty);
        Fill(window, 9);
        Assert.Equal(8, Take(window, 0).Count);
        Assert.False(window.Room(FrameHeader.Bytes, 0));
        window.Acked(new Ack(2, Plenty), 10);
        Assert.Equal([9u], Take(window, 10));
    }

    [Fact]
    public void Two_hundred_and_fifty_six_frames_are_kept_and_not_one_more()
    {
        var window = Begun(Plenty);
        Fill(window, SendWindow.FramesMax);
        Assert.False(window.Room(FrameHeader.Bytes, 0));
        Assert.Throws<InvalidOperationException>(() => Fill(window, 1));
    }

    [Fact]
    public void The_last_number_is_used_and_the_one_behind_it_never()
    {
        var window = Begun(Plenty);
        typeof(SendWindow).GetProperty(nameof(SendWindow.NextNumber))!.SetValue(window, SendWindow.NumberMax);
        Assert.Equal(uint.MaxValue - 1, SendWindow.NumberMax);
        Assert.True(window.Room(FrameHeader.Bytes, 0));
        Fill(window, 1);
        Assert.Equal([SendWindow.NumberMax], Take(window, 0));
        Assert.False(window.Room(FrameHeader.Bytes, 0));
        Assert.Throws<ArgumentException>(() => Fill(window, 1));
    }

    [Fact]
    public void A_frame_with_another_number_is_not_taken() => Assert.Throws<ArgumentException>(() => Begun(Plenty).Add(Frame(2), 0));

    [Fact]
    public void The_credits_bytes_allow_what_fits_exactly_and_one_frame_whatever_its_length()
    {
        var bytes = Frame(1).Length;
        var window = Begun(new Credit(8, (uint)(2 * bytes)));
        Fill(window, 3);
        Assert.Equal([1u, 2], Take(window, 0));
        Assert.False(window.Room(1, 0));
        var tight = Begun(new Credit(8, (uint)((2 * bytes) - 1)));
        Fill(tight, 3);
        Assert.Equal([1u], Take(tight, 0));
        var less = Begun(new Credit(1, 1));
        Fill(less, 2);
        Assert.Equal([1u], Take(less, 0));
    }

    [Fact]
    public void Without_credit_one_frame_goes_after_fifteen_seconds_and_no_second()
    {
        var window = Begun(default);
        Fill(window, 2);
        Assert.Equal(Limits.NoCreditWaitMs, window.DueAtMs(0));
        Assert.Empty(Take(window, Limits.NoCreditWaitMs - 1));
        Assert.Equal([1u], Take(window, Limits.NoCreditWaitMs));
        window.Acked(new Ack(2, default), 16_000);
        window.Renew(default, 16_000);
        Assert.Empty(Take(window, 16_000 + Limits.NoCreditWaitMs - 1));
        Assert.Equal([2u], Take(window, 16_000 + Limits.NoCreditWaitMs));
    }

    [Fact]
    public void The_timer_is_four_seconds_before_the_first_ack_and_doubles_to_thirty()
    {
        var window = Begun(Plenty);
        Fill(window, 1);
        Take(window, 0);
        var at = 0L;
        foreach (var timer in (int[])[4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000])
        {
            Assert.Equal(timer, window.TimerMs);
            Assert.Equal(at + timer, window.DueAtMs(at));
            Assert.Empty(Take(window, at + timer - 1));
            Assert.Equal([1u], Take(window, at += timer));
        }

        Assert.Equal(7, window.Repeats);
    }

    [Fact]
    public void The_timer_is_four_times_the_smoothed_ack_time_and_at_least_a_second()
    {
        var window = Begun(Plenty);
        AckAfter(window, 1, 0, 800);
        Assert.Equal(3_200, window.TimerMs);
        AckAfter(window, 2, 1_000, 1_600); // 7/8 of 800 and 1/8 of 1,600
        Assert.Equal(3_600, window.TimerMs);
        var quick = Begun(Plenty);
        AckAfter(quick, 1, 0, 249);
        Assert.Equal(Limits.RetransmitMsMin, quick.TimerMs);
        AckAfter(quick, 2, 500, 265);
        Assert.Equal(1_004, quick.TimerMs);
    }

    [Fact]
    public void A_repeated_frame_measures_nothing_and_its_ack_takes_the_timer_back()
    {
        var window = Begun(Plenty);
        AckAfter(window, 1, 0, 500);
        Fill(window, 1);
        Take(window, 1_000);
        Assert.Equal([2u], Take(window, 3_000));
        Assert.Equal(4_000, window.TimerMs);
        window.Acked(new Ack(3, Plenty), 3_001);
        Assert.Equal(2_000, window.TimerMs);
    }

    [Fact]
    public void A_frame_that_an_ack_passed_over_goes_again_at_once_and_once_for_each_time_it_was_sent()
    {
        var window = Begun(Plenty);
        Fill(window, 4);
        Take(window, 0);
        window.Acked(new Ack(1, Plenty, [new FrameRange(2, 1)]), 100);
        Assert.Equal([1u], Take(window, 100));
        window.Acked(new Ack(1, Plenty, [new FrameRange(2, 2)]), 110); // 3 went before the repeat of 1: says nothing of it
        Assert.Empty(Take(window, 110));
        Fill(window, 1);
        Assert.Equal([5u], Take(window, 120));
        window.Acked(new Ack(1, Plenty, [new FrameRange(2, 4)]), 200); // 5 went after it
        Assert.Equal([1u], Take(window, 200));
        Assert.Empty(Take(window, 201));
    }

    [Fact]
    public void A_frame_sent_after_the_first_sending_of_an_acked_one_is_not_taken_for_lost()
    {
        var window = Begun(Plenty);
        Fill(window, 2);
        Take(window, 0);
        window.ResendNow(1);
        Take(window, 10);
        window.Acked(new Ack(2, Plenty), 20); // which of the two copies of 1 arrived nobody knows
        Assert.Empty(Take(window, 20));
    }

    [Fact]
    public void A_nack_sends_that_frame_again_and_one_that_is_not_on_its_way_changes_nothing()
    {
        var window = Begun(new Credit(2, 10_000));
        Fill(window, 3);
        Take(window, 0);
        window.ResendNow(2);
        window.ResendNow(3);
        window.ResendNow(99);
        Assert.Equal([2u], Take(window, 1));
        Assert.Empty(Take(window, 2));
    }

    [Fact]
    public void A_hold_stops_everything_numbered_and_timers_begin_anew_behind_it()
    {
        var window = Begun(Plenty);
        Fill(window, 2);
        Take(window, 0);
        Fill(window, 1);
        window.HoldUntil(20_000);
        window.ResendNow(1);
        Assert.False(window.Room(FrameHeader.Bytes, 19_999));
        Assert.Empty(Take(window, 19_999));
        Assert.Equal(20_000, window.DueAtMs(100));
        Assert.Equal([1u, 3], Take(window, 20_000));
        Assert.Empty(Take(window, 23_999));
        Assert.Equal([1u, 2, 3], Take(window, 24_000));
    }

    [Fact]
    public void A_hold_of_nothing_ends_a_hold()
    {
        var window = Begun(Plenty);
        Fill(window, 1);
        window.HoldUntil(60_000);
        Assert.Empty(Take(window, 10));
        window.HoldUntil(20);
        Assert.Equal([1u], Take(window, 20));
    }

    [Fact]
    public void A_refused_frame_stays_until_it_is_dropped_and_an_unknown_verdict_is_a_refusal()
    {
        var window = Begun(Plenty);
        Fill(window, 2);
        Take(window, 0);
        var refused = new FrameVerdict(1, (Verdict)9, ReasonAction.Skip, Reason.DiskFull, 0);
        Assert.Equal(1, window.Acked(new Ack(3, Plenty, default, [refused]), 5));
        Assert.False(window.IsEmpty);
        window.Drop(1);
        Assert.True(window.IsEmpty);
        Assert.Equal(long.MaxValue, window.DueAtMs(5));
    }

    [Fact]
    public void An_ack_of_what_was_not_sent_settles_nothing()
    {
        var window = Begun(new Credit(1, 100_000));
        Fill(window, 2);
        Take(window, 0);
        window.Acked(new Ack(1_000, new Credit(1, 100_000)), 5);
        Assert.Equal(1, window.Count);
        Assert.Equal([2u], Take(window, 6));
    }

    [Fact]
    public void A_copy_goes_its_own_way_and_equal_states_write_equal_bytes()
    {
        var window = Begun(Plenty);
        Fill(window, 3);
        Take(window, 0);
        var copy = window.Copy();
        Assert.Equal(State(window, 50), State(copy, 50));
        copy.Acked(new Ack(2, Plenty), 60);
        Assert.Equal((3, 2), (window.Count, copy.Count));
        Assert.NotEqual(State(window, 60), State(copy, 60));
    }

    private static SendWindow Begun(Credit credit)
    {
        var window = new SendWindow();
        window.Begin(credit, Limits.SerialWindowFramesMax, 0);
        return window;
    }

    private static void AckAfter(SendWindow window, uint number, long sentMs, int ms)
    {
        Fill(window, 1);
        Assert.Equal([number], Take(window, sentMs));
        window.Acked(new Ack(number + 1, Plenty), sentMs + ms);
    }

    private static void Fill(SendWindow window, int frames)
    {
        for (; frames > 0; frames--)
        {
            window.Add(Frame(window.NextNumber), 1);
        }
    }

    private static List<uint> Take(SendWindow window, long nowMs)
    {
        var numbers = new List<uint>();
        while (window.TryTake(nowMs, out var frame))
        {
            numbers.Add(BitConverter.ToUInt32(frame, 8));
        }

        return numbers;
    }

    private static byte[] Frame(uint number) => FrameWriter.ToArray(5, number, new Goodbye(Reason.ConversationOver));

    private static byte[] State(SendWindow window, long nowMs)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        window.WriteState(writer, nowMs);
        return bytes.ToArray();
    }
}
