using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Link;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Tests.Link;

/// <summary>Each rule of one end of the line on its own, at its limit and one past it (SPEC clauses 3, 8.5 and 11).</summary>
public sealed class SerialLinkTests
{
    private const uint Session = 9;

    [Fact]
    public void A_damaged_numbered_frame_of_the_open_session_is_asked_for_at_once_and_no_other()
    {
        var gateway = OpenGateway();
        Feed(gateway, Damaged(Session, 4, MessageType.RecordBatch), 10);
        var nack = Assert.Single(Said(gateway, 10));
        Assert.Equal((Session, 4u), (nack.Header.Session, nack.Nacked));

        Feed(gateway, Damaged(Session, 5, (MessageType)0x7E), 10); // of an unknown type with a number: counts as numbered
        Assert.Equal(5u, Assert.Single(Said(gateway, 10)).Nacked);
        Feed(gateway, Damaged(Session + 1, 4, MessageType.RecordBatch), 10);
        Feed(gateway, Damaged(Session, 0, MessageType.RecordBatch), 10);
        Feed(gateway, Damaged(Session, 4, MessageType.Docked), 10);
        Assert.Empty(Said(gateway, 10));

        var dock = OpenDock();
        Feed(dock, Damaged(Session, 4, MessageType.RecordBatch), 10);
        Assert.Empty(Said(dock, 10));
    }

    [Fact]
    public void A_stretch_of_1049_bytes_can_be_a_frame_and_one_of_1050_is_noise()
    {
        var payload = new byte[Limits.SerialPayloadBytesMax];
        Array.Fill(payload, (byte)7);
        var frame = Sealed(Session, 1, MessageType.RecordBatch, payload);
        var encoded = new byte[Cobs.EncodedBytesMax(frame.Length) + 2];
        var bytes = Cobs.Encode(frame, encoded);
        Assert.Equal(1_049, bytes);
        Assert.Equal([DeframerStatus.Frame], Feed(OpenGateway(), encoded.AsSpan(0, bytes + 1), 0));
        var longer = Enumerable.Repeat((byte)5, 1_050).Append((byte)0).ToArray();
        Assert.Equal([DeframerStatus.Noise], Feed(OpenGateway(), longer, 0));
    }

    [Fact]
    public void Half_a_frame_is_forgotten_after_35_seconds_and_not_before()
    {
        foreach (
            var (silenceMs, expected) in (ValueTuple<int, DeframerStatus>[])[(34_999, DeframerStatus.Frame), (35_000, DeframerStatus.Noise)]
        )
        {
            var link = new SerialLink(LinkEnd.Gateway, 0);
            var whole = Encoded(FrameWriter.ToArray(0, 0, new Goodbye(Reason.ConversationOver)));
            Assert.Empty(Feed(link, whole.AsSpan(0, 9), 100));
            Assert.Equal(100 + 35_000, link.DueMs(100));
            var ticked = link.Tick(100 + silenceMs, 0, 0).Status;
            Assert.Equal(expected == DeframerStatus.Noise ? DeframerStatus.Noise : DeframerStatus.NeedsMore, ticked);
            Assert.Equal([expected], Feed(link, whole.AsSpan(9), 100 + silenceMs));
        }
    }

    [Fact]
    public void After_noise_of_any_kind_the_next_frame_behind_a_zero_is_found()
    {
        var link = OpenGateway();
        var frame = Encoded(FrameWriter.ToArray(Session, 0, new Heartbeat(1, 2, 3)));
        byte[] line = [1, 2, 3, 0xCE, 255, .. frame, .. frame];
        Assert.Equal([DeframerStatus.Noise, DeframerStatus.Frame], Feed(link, line, 0));
    }

    [Fact]
    public void Heartbeats_go_every_ten_seconds_while_a_session_is_open_whatever_else_was_sent()
    {
        var link = OpenGateway();
        link.Send(FrameWriter.ToArray(Session, 0, new Ack(7, new Credit(8, 9_000))), 9_000);
        Said(link, 9_000);
        Assert.Equal(10_000, link.DueMs(9_000));
        link.Tick(9_999, 5, 6);
        Assert.Empty(Said(link, 9_999));
        link.Tick(10_000, 5, 6);
        var beat = Assert.Single(Said(link, 10_000));
        Assert.Equal((MessageType.Heartbeat, Session, new Heartbeat(5, 6, 7)), (beat.Header.Type, beat.Header.Session, beat.Beat));
        link.Tick(19_999, 5, 6);
        Assert.Empty(Said(link, 19_999));

        var dock = OpenDock();
        dock.Send(Sealed(Session, 1, MessageType.RecordBatch, new byte[50]), 1);
        dock.Send(Sealed(Session, 2, MessageType.RecordBatch, new byte[50]), 1);
        dock.Send(Sealed(Session, 1, MessageType.RecordBatch, new byte[50]), 1);
        Said(dock, 1);
        dock.Tick(10_000, 5, 6);
        Assert.Equal(3u, Assert.Single(Said(dock, 10_000)).Beat.NextFrame);
    }

    [Fact]
    public void No_session_no_heartbeat_and_no_silence()
    {
        var link = new SerialLink(LinkEnd.Gateway, 0);
        Assert.Equal(long.MaxValue, link.DueMs(0));
        link.Tick(1_000_000, 0, 0);
        Assert.Empty(Said(link, 1_000_000));
        Assert.False(link.TakeSilence());
    }

    [Fact]
    public void Thirty_five_seconds_without_a_whole_frame_end_the_session_and_noise_does_not_keep_it()
    {
        var link = OpenGateway();
        Feed(link, [1, 2, 3, 0], 30_000);
        link.Tick(34_999, 0, 0);
        Assert.Equal((Session, false), (link.Session, link.TakeSilence()));
        link.Tick(35_000, 0, 0);
        Assert.Equal((0u, true), (link.Session, link.TakeSilence()));
        Assert.False(link.TakeSilence());

        var kept = OpenGateway();
        Feed(kept, Encoded(FrameWriter.ToArray(Session, 0, new Heartbeat(1, 2, 3))), 30_000);
        kept.Tick(35_000, 0, 0);
        Assert.Equal(Session, kept.Session);
    }

    [Fact]
    public void A_session_begins_with_the_welcome_that_answers_and_ends_with_goodbye_or_an_abort_that_does_not_say_skip()
    {
        var dock = new SerialLink(LinkEnd.Dock, 0);
        dock.Send(FrameWriter.ToArray(0, 0, HelloOf(77)), 0);
        Feed(dock, Encoded(FrameWriter.ToArray(Session, 0, WelcomeTo(76))), 0);
        Assert.Equal(0u, dock.Session);
        Feed(dock, Encoded(FrameWriter.ToArray(Session, 0, WelcomeTo(77))), 0);
        Assert.Equal(Session, dock.Session);
        Feed(dock, Encoded(FrameWriter.ToArray(Session, 0, new Abort(Reason.MessageNotExpected, ReasonAction.Skip, 0))), 0);
        Feed(dock, Encoded(FrameWriter.ToArray(Session + 1, 0, new Goodbye(Reason.GatewayStopping))), 0);
        Assert.Equal(Session, dock.Session);
        Feed(dock, Encoded(FrameWriter.ToArray(Session, 0, new Abort(Reason.SessionUnknown, ReasonAction.HelloAgain, 0))), 0);
        Assert.Equal(0u, dock.Session);

        var gateway = OpenGateway();
        Feed(gateway, Encoded(FrameWriter.ToArray(Session, 0, new Goodbye(Reason.ConversationOver))), 0);
        Assert.Equal(0u, gateway.Session);
        var said = OpenGateway();
        said.Send(FrameWriter.ToArray(Session, 0, new Goodbye(Reason.GatewayStopping)), 0);
        Assert.Equal(0u, said.Session);
        var again = OpenDock();
        again.Send(FrameWriter.ToArray(0, 0, HelloOf(78)), 0);
        Assert.Equal(0u, again.Session);
    }

    [Fact]
    public void A_zero_stands_before_the_first_frame_after_silence_and_one_behind_each()
    {
        var link = new SerialLink(LinkEnd.Gateway, 0);
        var frame = FrameWriter.ToArray(Session, 0, new Goodbye(Reason.GatewayStopping));
        var encoded = Encoded(frame);
        link.Send(frame, 0);
        link.Send(frame, 0);
        Assert.Equal([0, .. encoded, .. encoded], link.Output(0).ToArray());
        link.Written(link.OutputBytes, 0);
        link.Send(frame, 0);
        Assert.Equal([0, .. encoded], link.Output(0).ToArray());
    }

    [Fact]
    public void What_waits_for_the_line_stays_within_its_bound_and_what_is_too_much_is_dropped_whole()
    {
        var link = OpenGateway();
        var payload = new byte[Limits.SerialPayloadBytesMax];
        Array.Fill(payload, (byte)7);
        var frame = Sealed(Session, 0, MessageType.Receipt, payload);
        var bytesMax = Cobs.EncodedBytesMax(frame.Length) + 2;
        var sent = 0;
        while (link.Send(frame, 0))
        {
            sent++;
        }

        Assert.True(SerialLink.OutputBytesMax - link.OutputBytes < bytesMax);
        Assert.True(link.OutputBytes <= SerialLink.OutputBytesMax);
        Assert.Equal(1, link.FramesDropped);

        // once one has gone, one fits, and all that was sent comes out whole
        link.Written(Encoded(frame).Length + 1, 0);
        Assert.True(link.Send(frame, 0));
        Assert.False(link.Send(frame, 0));
        var reader = new SerialLink(LinkEnd.Dock, 0);
        var found = Feed(reader, [0, .. link.Output(0)], 0);
        Assert.Equal(sent, found.Count(status => status == DeframerStatus.Frame));
    }

    [Fact]
    public void Several_frames_are_sent_in_one_call_and_anything_but_whole_frames_of_serial_size_is_a_fault()
    {
        var link = OpenGateway();
        var one = FrameWriter.ToArray(Session, 0, new Nack(1, Reason.FrameCheckWrong));
        Assert.True(link.Send([.. one, .. one], 0));
        Assert.Equal(2, Said(link, 0).Count);
        Assert.Throws<ArgumentException>(() => link.Send(one.AsSpan(1), 0));
        Assert.Throws<ArgumentException>(() => link.Send(one.AsSpan(0, one.Length - 1), 0));
        Assert.Throws<ArgumentException>(() => link.Send(Sealed(Session, 1, MessageType.RecordBatch, new byte[1_025]), 0));
        Assert.True(link.Send(Sealed(Session, 1, MessageType.RecordBatch, new byte[1_024]), 0));
    }

    [Fact]
    public void A_paced_line_gives_out_bytes_no_faster_than_they_leave()
    {
        const int BitsPerSecond = 9_600;
        var link = new SerialLink(LinkEnd.Dock, 0, BitsPerSecond);
        var frame = Sealed(Session, 1, MessageType.RecordBatch, new byte[Limits.SerialPayloadBytesMax]);
        Assert.True(link.IsReady(0));
        link.Send(frame, 0);
        Assert.False(link.IsReady(0));
        var bytes = link.Output(0).Length;
        link.Written(bytes, 0);
        var leavesMs = bytes * 10_000L / BitsPerSecond;
        link.Send(frame, 0);
        Assert.True(link.Output(leavesMs - SerialLink.LeadMs).IsEmpty);
        Assert.InRange(link.DueMs(0), leavesMs - SerialLink.LeadMs, leavesMs - SerialLink.LeadMs + 2);
        Assert.False(link.Output(link.DueMs(0)).IsEmpty);
    }

    [Fact]
    public void The_next_frame_may_be_made_when_the_last_has_nearly_left()
    {
        var link = new SerialLink(LinkEnd.Dock, 0, 115_200);
        link.Send(Sealed(Session, 1, MessageType.RecordBatch, new byte[Limits.SerialPayloadBytesMax]), 0);
        link.Written(link.Output(0).Length, 0);
        Assert.False(link.IsReady(0));
        Assert.True(link.IsReady(link.DueMs(0)));
        Assert.InRange(link.DueMs(0), 20, 35);
    }

    private static SerialLink OpenGateway()
    {
        var link = new SerialLink(LinkEnd.Gateway, 0);
        link.Send(FrameWriter.ToArray(Session, 0, WelcomeTo(77)), 0);
        link.Written(link.Output(0).Length, 0);
        return link;
    }

    private static SerialLink OpenDock()
    {
        var link = new SerialLink(LinkEnd.Dock, 0);
        link.Send(FrameWriter.ToArray(0, 0, HelloOf(77)), 0);
        link.Written(link.Output(0).Length, 0);
        Feed(link, Encoded(FrameWriter.ToArray(Session, 0, WelcomeTo(77))), 0);
        return link;
    }

    private static Welcome WelcomeTo(ulong connection) => new(connection, Session, new Credit(8, 9_000), 1_024, 1, 0, "gateway", "");

    private static Hello HelloOf(ulong connection) =>
        new(1, 1, 1_024, Transport.Serial, ClockState.NotSet, connection, 1, 1, 0, "kent", "maidstone", "dock", "", "", default, default);

    private static List<DeframerStatus> Feed(SerialLink link, ReadOnlySpan<byte> bytes, long nowMs)
    {
        var found = new List<DeframerStatus>();
        while (link.Receive(ref bytes, nowMs) is { Status: not DeframerStatus.NeedsMore } next)
        {
            found.Add(next.Status);
        }

        return found;
    }

    private static List<(FrameHeader Header, uint Nacked, Heartbeat Beat)> Said(SerialLink link, long nowMs)
    {
        var said = new List<(FrameHeader, uint, Heartbeat)>();
        var output = link.Output(nowMs);
        var deframer = new SerialDeframer();
        var bytes = output;
        while (deframer.Next(ref bytes) is { Status: DeframerStatus.Frame } found)
        {
            found.Frame.Decode(out Nack nack);
            found.Frame.Decode(out Heartbeat beat);
            said.Add((found.Header, nack.Frame, beat));
        }

        link.Written(output.Length, nowMs);
        return said;
    }

    private static byte[] Encoded(byte[] frame)
    {
        var encoded = new byte[Cobs.EncodedBytesMax(frame.Length) + 1];
        return encoded[..(Cobs.Encode(frame, encoded) + 1)];
    }

    private static byte[] Damaged(uint session, uint number, MessageType type)
    {
        var frame = Sealed(session, number, type, new byte[40]);
        frame[20] ^= 1;
        return Encoded(frame);
    }

    private static byte[] Sealed(uint session, uint number, MessageType type, byte[] payload)
    {
        var frame = new byte[FrameHeader.Bytes + payload.Length + FrameHeader.CheckBytes];
        payload.CopyTo(frame, FrameHeader.Bytes);
        FrameWriter.Seal(frame, new FrameHeader(type, FrameFlags.None, session, number, (ushort)payload.Length));
        return frame;
    }
}
