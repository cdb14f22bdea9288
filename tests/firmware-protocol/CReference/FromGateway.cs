using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Tests.CReference;

/// <summary>Every message a gateway sends, and the line by which the probe says that it read the same.</summary>
internal static class FromGateway
{
    public static readonly MessageType[] Types =
    [
        MessageType.Welcome,
        MessageType.Challenge,
        MessageType.Busy,
        MessageType.Abort,
        MessageType.Goodbye,
        MessageType.Heartbeat,
        MessageType.Want,
        MessageType.Ack,
        MessageType.Nack,
        MessageType.Hold,
        MessageType.ClockEchoRequest,
        MessageType.Receipt,
        MessageType.NonceGrant,
        MessageType.ConsistencyProof,
    ];

    public static byte[] Draw(Samples draw, MessageType type) =>
        type switch
        {
            MessageType.Welcome => Frame(
                new Welcome(
                    draw.U64(),
                    draw.U32() | 1,
                    draw.Credit(),
                    (ushort)(draw.U16() | Limits.PayloadBytesFloor),
                    draw.U8(),
                    draw.U64(),
                    draw.Name(),
                    draw.Topic()
                )
            ),
            MessageType.Challenge => Frame(new Challenge(draw.U64(), draw.Nonce())),
            MessageType.Busy => Frame(new Busy(draw.U64(), draw.U32(), (Reason)draw.U16())),
            MessageType.Abort => Frame(new Abort((Reason)draw.U16(), (ReasonAction)draw.U8(), draw.U32())),
            MessageType.Goodbye => Frame(new Goodbye((Reason)draw.U16())),
            MessageType.Heartbeat => Frame(new Heartbeat(draw.U64(), draw.U64(), draw.U32())),
            MessageType.Want => Frame(new Want(draw.LogKey(), draw.Ranges(), draw.SerialOrNone())),
            MessageType.Ack => Frame(DrawAck(draw)),
            MessageType.Nack => Frame(new Nack(draw.U32(), (Reason)draw.U16())),
            MessageType.Hold => Frame(new Hold((uint)draw.Int(Limits.HoldMsMax + 1), (Reason)draw.U16())),
            MessageType.Receipt => Frame(DrawReceipt(draw)),
            MessageType.NonceGrant => Frame(new NonceGrant(draw.Name(), draw.U64(), Repeat(draw.Int(Limits.NoncePoolMax + 1), draw.Nonce))),
            MessageType.ConsistencyProof => Frame(DrawProof(draw)),
            _ => Frame(new ClockEchoRequest(draw.U64(), draw.U64())),
        };

    /// <summary>What the probe answers for this frame: the reason, then the fields where there is none.</summary>
    public static string Expected(Frame frame) =>
        frame.Header.Type switch
        {
            MessageType.Welcome => Read<Welcome>(frame, Of),
            MessageType.Challenge => Read<Challenge>(frame, m => [m.ConnectionId, 0, 0, 0, NonceHex(m.Nonce)]),
            MessageType.Busy => Read<Busy>(frame, m => [m.ConnectionId, 0, m.WaitMs, (ushort)m.Reason, "-"]),
            MessageType.Abort => Read<Abort>(frame, m => [(ushort)m.Reason, (byte)m.Action, m.Detail]),
            MessageType.Goodbye => Read<Goodbye>(frame, m => [(ushort)m.Reason, 0, 0]),
            MessageType.Heartbeat => Read<Heartbeat>(frame, m => [m.MonotonicNs, m.UtcNs, m.NextFrame]),
            MessageType.Want => Read<Want>(frame, Of),
            MessageType.Ack => Read<Ack>(frame, Of),
            MessageType.Nack => Read<Nack>(frame, m => [0, 0, m.Frame, (ushort)m.Reason, "-"]),
            MessageType.Hold => Read<Hold>(frame, m => [0, 0, m.DurationMs, (ushort)m.Reason, "-"]),
            MessageType.Receipt => Read<Receipt>(frame, Of),
            MessageType.NonceGrant => Read<NonceGrant>(
                frame,
                m => [m.ExpiresUtcNs, m.Nonces.IsEmpty ? "-" : string.Concat(m.Nonces.ToArray().Select(NonceHex)), Samples.Hex(m.Gateway)]
            ),
            MessageType.ConsistencyProof => Read<ConsistencyProof>(frame, Of),
            _ => Read<ClockEchoRequest>(frame, m => [m.RequestId, m.GatewayUtcNs, 0, 0, "-"]),
        };

    private delegate object[] Fields<T>(T message);

    private static string Read<T>(Frame frame, Fields<T> fields)
        where T : struct, IMessage<T>
    {
        var rejection = frame.Decode(out T message);
        return rejection.IsNone ? Samples.Line([0, .. fields(message)]) : Samples.Line((ushort)rejection.Reason);
    }

    private static byte[] Frame<T>(T message)
        where T : struct, IMessage<T> => RoundTrip.Frame(message);

    private static object[] Of(Welcome m) =>
        [
            m.ConnectionId,
            m.Session,
            m.Credit.Frames,
            m.Credit.Bytes,
            m.PayloadBytesMax,
            m.Version,
            m.UtcNs,
            Samples.Hex(m.Gateway),
            Samples.Hex(m.UpTopic),
        ];

    private static object[] Of(Want m) =>
        [
            (byte)m.Log.Log,
            m.Log.Epoch.Number,
            m.Log.Epoch.Incarnation,
            m.Ranges.Count,
            .. m.Ranges.Span.ToArray().SelectMany(range => new object[] { range.First, range.Count }),
            Samples.Hex(m.Log.Device),
            Samples.Hex(m.Carrier),
        ];

    private static object[] Of(Ack m) =>
        [
            m.NextFrame,
            m.Credit.Frames,
            m.Credit.Bytes,
            m.Frames.Length,
            .. m.Frames.ToArray().SelectMany(range => new object[] { range.First, range.Count }),
            m.Verdicts.Length,
            .. m.Verdicts.ToArray().SelectMany(v => new object[] { v.Frame, (byte)v.Verdict, (byte)v.Action, (ushort)v.Reason, v.Detail }),
        ];

    private static object[] Of(Receipt m) =>
        [
            (byte)m.Log.Log,
            m.Log.Epoch.Number,
            m.Log.Epoch.Incarnation,
            m.IssuedUtcNs,
            m.KeyId,
            string.Concat(
                m.Ranges.ToArray()
                    .Select(r =>
                        Convert.ToHexString([
                            .. BitConverter.GetBytes(r.Range.First),
                            .. BitConverter.GetBytes(r.Range.Count),
                            .. BitConverter.GetBytes(r.LeafFirst),
                            .. BitConverter.GetBytes(r.LeafLast),
                        ])
                    )
            ),
            Samples.Hex(m.Log.Device),
            Samples.Hex(m.Gateway),
            (byte)m.Signature.Algorithm,
            Samples.Hex(m.Signature.Bytes),
        ];

    private static object[] Of(ConsistencyProof m) =>
        [
            m.OldSize,
            m.NewSize,
            Samples.Hex(m.NewRoot.ToArray()),
            m.HashesInAll,
            m.FirstHash,
            Samples.Hex(m.Hashes.ToArray().SelectMany(hash => hash.ToArray()).ToArray()),
            Samples.Hex(m.Origin),
            (byte)m.Signature.Algorithm,
            Samples.Hex(m.Signature.Bytes),
        ];

    public static Receipt DrawReceipt(Samples draw)
    {
        var ranges = draw.Ranges().Span.ToArray().DefaultIfEmpty(new SequenceRange(3, 4));
        var leaf = (ulong)draw.Int(1000);
        return new(
            draw.LogKey(),
            draw.U64(),
            draw.U64(),
            draw.Name(),
            ranges.Select(range => new ReceiptRange(range, leaf, leaf + (ulong)draw.Int(9))).ToArray(),
            draw.Signature()
        );
    }

    private static ConsistencyProof DrawProof(Samples draw)
    {
        var (first, count, size) = (draw.Int(10), draw.Int(20), draw.U64() / 2);
        var hashes = Repeat(count, draw.Hash);
        var inAll = (byte)(first + count + draw.Int(20));
        return new(size, size + draw.U64() / 2, draw.Hash(), inAll, (byte)first, hashes, draw.Topic(), draw.Signature());
    }

    private static T[] Repeat<T>(int count, Func<T> draw) => [.. Enumerable.Range(0, count).Select(_ => draw())];

    private static Ack DrawAck(Samples draw)
    {
        var at = (uint)draw.Int(1000);
        var next = at;
        var frames = new FrameRange[draw.Int(Limits.RangesMax + 1)];
        foreach (ref var range in frames.AsSpan())
        {
            range = new(at + 1 + (uint)draw.Int(9), 1 + (uint)draw.Int(9));
            at = range.First + range.Count;
        }

        var verdicts = new FrameVerdict[draw.Int(9) == 0 ? Limits.AckVerdictsMax : draw.Int(4)];
        foreach (ref var verdict in verdicts.AsSpan())
        {
            verdict = new(draw.U32(), (Verdict)draw.U8(), (ReasonAction)draw.U8(), (Reason)draw.U16(), draw.U32());
        }

        return new(next, draw.Credit(), frames, verdicts);
    }

    private static string NonceHex(Nonce nonce) =>
        Convert.ToHexString([.. BitConverter.GetBytes(nonce.Low), .. BitConverter.GetBytes(nonce.High)]);
}
