using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Link;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;

namespace TaserTelemetry.FirmwareProtocol.Tests.Sessions;

/// <summary>What goes first, and what stops and starts a dock.</summary>
public sealed class SessionOrderTests
{
    [Fact]
    public void Devices_with_an_activation_are_asked_first()
    {
        var offers = new GatewayOffers();
        offers.Add(DockedOf(1, DockedFlags.None, 1));
        offers.Add(DockedOf(2, DockedFlags.None, 1));
        offers.Add(DockedOf(3, DockedFlags.HoldsActivation, 1));
        var outbox = new List<byte[]>();
        offers.Answer(new NothingDurable(), mayWant: true, outbox, session: 1);
        Assert.Equal([3, 1, 2], outbox.Select(WantOf).Select(want => int.Parse(want.Log.Device.AsSpan(3), provider: null)));
    }

    [Fact]
    public void What_is_wanted_of_a_device_with_an_activation_is_sent_before_all_else_even_when_it_was_docked_later()
    {
        var offers = new DockOffers();
        offers.Add(DockedOf(1, DockedFlags.None, 10));
        offers.Wanted(new Want(DockedOf(1, DockedFlags.None, 10).Log, SequenceRanges.Of(new SequenceRange(0, 10)), ""));
        offers.Took(4);
        offers.Add(DockedOf(2, DockedFlags.HoldsActivation, 5));
        offers.Wanted(new Want(DockedOf(2, DockedFlags.None, 5).Log, SequenceRanges.Of(new SequenceRange(0, 5)), ""));
        Assert.Equal(("X29000002", new SequenceRange(0, 5)), (offers.Next!.Value.Log.Device, offers.Next!.Value.Range));
        offers.Took(3);
        Assert.Equal(("X29000002", new SequenceRange(3, 2)), (offers.Next!.Value.Log.Device, offers.Next!.Value.Range));
        offers.Took(2);
        Assert.Equal(("X29000001", new SequenceRange(4, 6)), (offers.Next!.Value.Log.Device, offers.Next!.Value.Range));
        offers.Took(6);
        Assert.Null(offers.Next);
        Assert.True(offers.AllTaken);
    }

    [Fact]
    public void A_hold_stops_what_is_new_and_what_is_repeated_and_a_hold_of_nothing_lets_both_go_on()
    {
        var window = new SendWindow();
        window.Begin(new Credit(4, 100_000), 4, 0);
        window.Add(FrameWriter.ToArray(1, 1, new Heartbeat(0, 0, 0)), 1);
        Assert.True(window.TryTake(0, out _));
        window.Add(FrameWriter.ToArray(1, 2, new Heartbeat(0, 0, 0)), 1);
        window.HoldUntil(Limits.HoldMsMax);
        Assert.False(window.TryTake(Limits.HoldMsMax - 1, out _));
        const int Now = 20_000;
        window.HoldUntil(Now);
        Assert.True(window.TryTake(Now, out var next));
        Assert.Equal(2, next[8]);
        Assert.False(window.TryTake(Now, out _));
        // timers begin anew behind a hold (clause 10.6)
        Assert.True(window.TryTake(Now + Limits.FirstTimerMs, out var again));
        Assert.Equal(1, again[8]);
    }

    internal static Docked DockedOf(int n, DockedFlags flags, uint count) =>
        new(new($"X29{n:D6}", LogKind.Event, default), flags, 0, SequenceRanges.Of(new SequenceRange(0, count)), "", "", "");

    private static Want WantOf(byte[] frame)
    {
        Assert.True(FrameReader.Read(frame, Limits.SerialPayloadBytesMax).Frame.Decode(out Want want).IsNone);
        return want;
    }

    private sealed class NothingDurable : IDurableLogs
    {
        public SequenceRanges Missing(in Docked docked) => docked.Held;

        public Receipt? ReceiptFor(in Docked docked) => null;
    }
}
