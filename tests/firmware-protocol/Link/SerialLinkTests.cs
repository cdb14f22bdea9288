using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Link;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Tests.Link;

/// <summary>Each rule of one end of the line on its own, at its limit and one past it (SPEC clauses 3, 8.5 and 11).</summary>
public sealed class SerialLinkTests
{
    private const uint Session = 9;

    private static readonly byte[] Beat = FrameWriter.ToArray(Session, 0, new Heartbeat(1, 2, 3));

    [Fact]
    public void A_stretch_of_1049_bytes_can_be_a_frame_and_one_of_1050_is_noise()
    {
        var payload = new byte[Limits.SerialPayloadBytesMax];
        Array.Fill(payload, (byte)7);
        var frame = Sealed(Session, 1, MessageType.RecordBatch, payload);
        var encoded = new byte[Cobs.EncodedBytesMax(frame.Length) + 2];
        var bytes = Cobs.Encode(frame, encoded);
        Assert.Equal(1_049, bytes);
        Assert.Equal([DeframerStatus.Frame], Feed(new SerialLink(0), encoded.AsSpan(0, bytes + 1), 0));
        var longer = Enumerable.Repeat((byte)5, 1_050).Append((byte)0).ToArray();
        Assert.Equal([DeframerStatus.Noise], Feed(new SerialLink(0), longer, 0));
    }

    [Fact]
    public void Half_a_frame_is_forgotten_after_35_seconds_and_not_before()
    {
        foreach (
            var (silenceMs, expected) in (ValueTuple<int, DeframerStatus>[])[(34_999, DeframerStatus.Frame), (35_000, DeframerStatus.Noise)]
        )
        {
            var link = new SerialLink(0);
            var whole = Encoded(FrameWriter.ToArray(0, 0, new Goodbye(Reason.ConversationOver)));
            Assert.Empty(Feed(link, whole.AsSpan(0, 9), 100));
            Assert.Equal(100 + 35_000, link.DueMs(100));
            var ticked = link.Tick(100 + silenceMs).Status;
            Assert.Equal(expected == DeframerStatus.Noise ? DeframerStatus.Noise : DeframerStatus.NeedsMore, ticked);
            Assert.Equal([expected], Feed(link, whole.AsSpan(9), 100 + silenceMs));
        }
    }

    [Fact]
    public void After_noise_of_any_kind_the_next_frame_behind_a_zero_is_found()
    {
        var link = new SerialLink(0);
        var frame = Encoded(Beat);
        byte[] line = [1, 2, 3, 0xCE, 255, .. frame, .. frame];
        Assert.Equal([DeframerStatus.Noise, DeframerStatus.Frame], Feed(link, line, 0));
    }

    [Fact]
    public void Thirty_five_seconds_without_a_whole_frame_are_silence_and_noise_does_not_end_it()
    {
        var link = new SerialLink(0);
        Assert.False(link.IsSilent(1_000_000)); // nobody has spoken yet
        Assert.Equal(long.MaxValue, link.DueMs(0));
        Feed(link, Encoded(Beat), 1_000);
        Feed(link, [1, 2, 3, 0], 30_000);
        Assert.Equal(36_000, link.DueMs(30_000));
        Assert.False(link.IsSilent(35_999));
        Assert.True(link.IsSilent(36_000));
        Feed(link, Encoded(Beat), 36_001);
        Assert.False(link.IsSilent(36_001));
    }

    [Fact]
    public void Silence_after_an_end_that_either_side_said_means_nothing()
    {
        byte[][] ends =
        [
            FrameWriter.ToArray(Session, 0, new Goodbye(Reason.ConversationOver)),
            FrameWriter.ToArray(Session, 0, new Abort(Reason.SessionUnknown, ReasonAction.Wait, 60_000)),
            FrameWriter.ToArray(0, 0, new Busy(7, 60_000, Reason.GatewayBusy)),
        ];
        foreach (var end in ends)
        {
            var heard = new SerialLink(0);
            Feed(heard, Encoded(Beat), 0);
            Feed(heard, Encoded(end), 0);
            var said = new SerialLink(0);
            Feed(said, Encoded(Beat), 0);
            said.Send(end);
            Assert.False(heard.IsSilent(100_000) || said.IsSilent(100_000));
            Feed(said, Encoded(Beat), 100_000);
            Assert.True(said.IsSilent(135_000));
        }
    }

    [Fact]
    public void A_zero_stands_before_the_first_frame_after_silence_and_one_behind_each()
    {
        var link = new SerialLink(0);
        var frame = FrameWriter.ToArray(Session, 0, new Goodbye(Reason.GatewayStopping));
        var encoded = Encoded(frame);
        link.Send(frame);
        link.Send(frame);
        Assert.Equal([0, .. encoded, .. encoded], link.Output(0).ToArray());
        link.Written(link.OutputBytes, 0);
        link.Send(frame);
        Assert.Equal([0, .. encoded], link.Output(0).ToArray());
    }

    [Fact]
    public void What_waits_for_the_line_stays_within_its_bound_and_what_is_too_much_is_dropped_whole()
    {
        var link = new SerialLink(0);
        var payload = new byte[Limits.SerialPayloadBytesMax];
        Array.Fill(payload, (byte)7);
        var frame = Sealed(Session, 0, MessageType.Receipt, payload);
        var bytesMax = Cobs.EncodedBytesMax(frame.Length) + 2;
        var sent = 0;
        while (link.Send(frame))
        {
            sent++;
        }

        Assert.True(SerialLink.OutputBytesMax - link.OutputBytes < bytesMax);
        Assert.True(link.OutputBytes <= SerialLink.OutputBytesMax);
        Assert.Equal(1, link.FramesDropped);

        // once one has gone, one fits, and all that was sent comes out whole
        link.Written(Encoded(frame).Length + 1, 0);
        Assert.True(link.Send(frame));
        Assert.False(link.Send(frame));
        var reader = new SerialLink(0);
        var found = Feed(reader, [0, .. link.Output(0)], 0);
        Assert.Equal(sent, found.Count(status => status == DeframerStatus.Frame));
    }

    [Fact]
    public void Several_frames_are_sent_in_one_call_and_anything_but_whole_frames_of_serial_size_is_a_fault()
    {
        var link = new SerialLink(0);
        var one = FrameWriter.ToArray(Session, 0, new Nack(1, Reason.FrameCheckWrong));
        Assert.True(link.Send([.. one, .. one]));
        Assert.Equal([DeframerStatus.Frame, DeframerStatus.Frame], Feed(new SerialLink(0), link.Output(0), 0));
        Assert.Throws<ArgumentException>(() => link.Send(one.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => link.Send(one.AsSpan(0, one.Length - 1)));
        Assert.Throws<ArgumentException>(() => link.Send(Sealed(Session, 1, MessageType.RecordBatch, new byte[1_025])));
        Assert.True(link.Send(Sealed(Session, 1, MessageType.RecordBatch, new byte[1_024])));
    }

    [Fact]
    public void A_paced_line_gives_out_bytes_no_faster_than_they_leave()
    {
        const int BitsPerSecond = 9_600;
        var link = new SerialLink(0, BitsPerSecond);
        var frame = Sealed(Session, 1, MessageType.RecordBatch, new byte[Limits.SerialPayloadBytesMax]);
        Assert.True(link.IsReady(0));
        link.Send(frame);
        Assert.False(link.IsReady(0));
        var bytes = link.Output(0).Length;
        link.Written(bytes, 0);
        var leavesMs = bytes * 10_000L / BitsPerSecond;
        link.Send(frame);
        Assert.True(link.Output(leavesMs - SerialLink.LeadMs).IsEmpty);
        Assert.InRange(link.DueMs(0), leavesMs - SerialLink.LeadMs, leavesMs - SerialLink.LeadMs + 2);
        Assert.False(link.Output(link.DueMs(0)).IsEmpty);
    }

    [Fact]
    public void The_next_frame_may_be_made_when_the_last_has_nearly_left()
    {
        var link = new SerialLink(0, 115_200);
        link.Send(Sealed(Session, 1, MessageType.RecordBatch, new byte[Limits.SerialPayloadBytesMax]));
        link.Written(link.Output(0).Length, 0);
        Assert.False(link.IsReady(0));
        Assert.True(link.IsReady(link.DueMs(0)));
        Assert.InRange(link.DueMs(0), 5, 20);
    }

    private static List<DeframerStatus> Feed(SerialLink link, ReadOnlySpan<byte> bytes, long nowMs)
    {
        var found = new List<DeframerStatus>();
        while (link.Receive(ref bytes, nowMs) is { Status: not DeframerStatus.NeedsMore } next)
        {
            found.Add(next.Status);
        }

        return found;
    }

    private static byte[] Encoded(byte[] frame)
    {
        var encoded = new byte[Cobs.EncodedBytesMax(frame.Length) + 1];
        return encoded[..(Cobs.Encode(frame, encoded) + 1)];
    }

    private static byte[] Sealed(uint session, uint number, MessageType type, byte[] payload)
    {
        var frame = new byte[FrameHeader.Bytes + payload.Length + FrameHeader.CheckBytes];
        payload.CopyTo(frame, FrameHeader.Bytes);
        FrameWriter.Seal(frame, new FrameHeader(type, FrameFlags.None, session, number, (ushort)payload.Length));
        return frame;
    }
}
