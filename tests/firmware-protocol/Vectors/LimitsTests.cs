using System.Reflection;
using System.Text;
using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Tests.Vectors;

/// <summary>Every length and count of the wire has a name, and is tried at its limit and one past it.</summary>
public sealed class LimitsTests
{
    /// <summary>Limit, the last value that passes, the first that does not, and what is said of that.</summary>
    private static readonly (string Limit, int At, int Past, Reason Reason, Func<int, Reason> Judge)[] Decoded =
    [
        (nameof(Limits.SerialPayloadBytesMax), 1_024, 1_025, Reason.PayloadTooLong, n => FrameOf(n, Limits.SerialPayloadBytesMax)),
        (nameof(Limits.MqttPayloadBytesMax), 8_192, 8_193, Reason.PayloadTooLong, n => FrameOf(n, Limits.MqttPayloadBytesMax)),
        (nameof(Limits.SerialFrameBytesMax), 1_044, 1_045, Reason.FrameTooLong, LineOf),
        (nameof(Limits.MqttFrameBytesMax), 8_212, 8_213, Reason.PayloadTooLong, n => FrameOf(n - 20, Limits.MqttPayloadBytesMax)),
        (
            nameof(Limits.PayloadBytesFloor),
            256,
            255,
            Reason.ValueNotAllowed,
            n => Patched("Hello", 2, [.. BitConverter.GetBytes((ushort)n)])
        ),
        (nameof(Limits.MqttMessageBytesMax), 65_536, 65_537, Reason.MessageTooLong, CaptureOf),
        (nameof(Limits.TextBytesMax), 32, 33, Reason.TextTooLong, n => TextOf(TextKind.Name, n)),
        (nameof(Limits.TopicBytesMax), 160, 161, Reason.TextTooLong, n => TextOf(TextKind.Topic, n)),
        (nameof(Limits.RangesMax), 16, 17, Reason.TooManyRanges, RangesOf),
        (nameof(Limits.AckVerdictsMax), 64, 65, Reason.TooManyItems, n => Expected(n == 64 ? "Ack-limits" : "Ack-65-verdicts")),
        (nameof(Limits.RecordBytesMax), 128, 129, Reason.RecordWidthWrong, n => Expected($"RecordBatch-width-{n}")),
        (
            nameof(Limits.BatchRecordsMax),
            204,
            205,
            Reason.RecordCountWrong,
            n => Expected(n == 204 ? "RecordBatch-204" : "RecordBatch-count-205")
        ),
        (nameof(Limits.BlockPartsMax), 4_096, 4_097, Reason.PartWrong, n => Expected(n == 4_096 ? "Block-4096" : "Block-parts-4097")),
        (nameof(Limits.SignatureBytes), 64, 65, Reason.SignatureLengthWrong, SignatureOf),
        (nameof(Limits.NonceBytes), 16, 17, Reason.TrailingBytes, n => PayloadOf(MessageType.Challenge, 8 + n)),
        (nameof(Limits.HashBytes), 32, 33, Reason.TrailingBytes, HashOf),
        (nameof(Limits.NoncePoolMax), 16, 17, Reason.TooManyItems, n => Expected($"NonceGrant-{n}")),
        (nameof(Limits.ProofHashesMax), 65, 66, Reason.TooManyItems, n => Patched("ConsistencyProof-first", 48, (byte)n)),
    ];

    /// <summary>Held by the conversation's state machines, not by a decoder; but for the last, which a decoder shortens.</summary>
    private static readonly string[] OfTheConversation =
    [
        nameof(Limits.SerialWindowFramesMax),
        nameof(Limits.HeartbeatMs),
        nameof(Limits.SilenceMs),
        nameof(Limits.FirstTimerMs),
        nameof(Limits.NoCreditWaitMs),
        nameof(Limits.RetransmitMsMin),
        nameof(Limits.RetransmitMsMax),
        nameof(Limits.HoldRepeatMs),
        nameof(Limits.EchoRoundTripMsMax),
        nameof(Limits.HoldMsMax),
    ];

    public static TheoryData<string> Names => [.. Decoded.Select(limit => limit.Limit)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_limit_is_kept_at_the_limit_and_one_past_it(string name)
    {
        var (_, at, past, reason, judge) = Decoded.Single(limit => limit.Limit == name);
        Assert.Equal((int)typeof(Limits).GetField(name)!.GetRawConstantValue()!, at);
        Assert.Equal(1, Math.Abs(past - at));
        Assert.Equal((Reason.None, reason), (judge(at), judge(past)));
    }

    [Fact]
    public void Every_limit_is_among_them()
    {
        var named = typeof(Limits).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.Name);
        Assert.Equal(
            named.Order(StringComparer.Ordinal),
            Decoded.Select(limit => limit.Limit).Concat(OfTheConversation).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_hold_beyond_its_limit_is_cut_to_it()
    {
        var bytes = FrameWriter.ToArray(1, 0, new Hold(Limits.HoldMsMax, Reason.DiskFull));
        Assert.Equal((uint)Limits.HoldMsMax, Milliseconds(bytes));
        bytes[FrameHeader.Bytes]++;
        FrameWriter.Seal(
            bytes,
            FrameReader.Read(FrameWriter.ToArray(1, 0, new Hold(0, Reason.DiskFull)), Limits.SerialPayloadBytesMax).Header
        );
        Assert.Equal((uint)Limits.HoldMsMax, Milliseconds(bytes));
    }

    [Fact]
    public void Serials_of_one_Block_are_at_most_sixteen()
    {
        Assert.Equal(Reason.None, SerialsOf(BlockContent.SerialsMax));
        Assert.Equal(Reason.TooManyItems, SerialsOf(BlockContent.SerialsMax + 1));
    }

    private static uint Milliseconds(byte[] frame)
    {
        Assert.True(FrameReader.Read(frame, Limits.SerialPayloadBytesMax).Frame.Decode(out Hold hold).IsNone);
        return hold.DurationMs;
    }

    private static Reason SerialsOf(int count)
    {
        var room = new byte[8_192];
        var one = BlockContent.WriteSerials(room, [new(SerialOf.Cartridge, 0, "T", "S")]) - 1;
        byte[] content = [(byte)count, .. Enumerable.Range(0, count).SelectMany(_ => room[1..(1 + one)])];
        return BlockContent.ReadSerials(content, out _).Reason;
    }

    private static Reason FrameOf(int payloadBytes, int limit)
    {
        var frame = new byte[FrameHeader.Bytes + payloadBytes + FrameHeader.CheckBytes];
        FrameWriter.Seal(frame, new((MessageType)0x7F, FrameFlags.None, 1, 0, (ushort)payloadBytes));
        return FrameReader.Read(frame, limit).Rejection.Reason;
    }

    private static Reason LineOf(int frameBytes)
    {
        // Without a zero inside, so that the stretch is as long as such a frame's can be.
        var line = new byte[Cobs.EncodedBytesMax(frameBytes) + 1];
        var length = Cobs.Encode(Enumerable.Repeat((byte)7, frameBytes).ToArray(), line);
        ReadOnlySpan<byte> bytes = line.AsSpan(0, length + 1);
        var reason = new SerialDeframer().Next(ref bytes).Reason;
        return reason == Reason.MagicWrong ? Reason.None : reason; // it was taken whole; what it says is another matter
    }

    private static Reason CaptureOf(int bytes)
    {
        var stream = new MemoryStream();
        try
        {
            new CaptureWriter(stream, 1).Write(1, Transport.Mqtt, CaptureDirection.Up, new("a", "b", "c"), new byte[bytes]);
        }
        catch (ArgumentException)
        {
            return Reason.MessageTooLong;
        }

        stream.Position = 0;
        return new CaptureReader(stream).Read(out _) == CaptureStatus.Entry ? Reason.None : Reason.MessageTooLong;
    }

    private static Reason TextOf(TextKind kind, int bytes)
    {
        var reader = new PayloadReader([(byte)bytes, .. Encoding.ASCII.GetBytes(new string('a', bytes))]);
        reader.Text(kind);
        return reader.End(extended: false).Reason;
    }

    private static Reason RangesOf(int count)
    {
        var payload = new byte[12 * count];
        for (var range = 0; range < count; range++)
        {
            payload[12 * range] = (byte)(2 * range);
            payload[(12 * range) + 8] = 1;
        }

        var reader = new PayloadReader(payload);
        reader.Ranges(count);
        return reader.End(extended: false).Reason;
    }

    private static Reason SignatureOf(int bytes)
    {
        var reader = new PayloadReader([(byte)SignatureAlgorithm.Ed25519, (byte)bytes, .. new byte[bytes]]);
        Signature.Read(ref reader);
        return reader.End(extended: false).Reason;
    }

    private static Reason HashOf(int bytes)
    {
        var reader = new PayloadReader(new byte[bytes]);
        Hash32.Read(ref reader);
        return reader.End(extended: false).Reason;
    }

    private static Reason PayloadOf(MessageType type, int bytes)
    {
        var frame = new byte[FrameHeader.Bytes + bytes + FrameHeader.CheckBytes];
        FrameWriter.Seal(frame, new(type, FrameFlags.None, 1, 0, (ushort)bytes));
        return AnyMessage.Decode(FrameReader.Read(frame, Limits.SerialPayloadBytesMax).Frame).Reason;
    }

    private static Reason Patched(string vector, int at, params byte[] bytes)
    {
        var whole = Vector.All.Single(v => v.Name == vector).Bytes.ToArray();
        bytes.CopyTo(whole, FrameHeader.Bytes + at);
        FrameWriter.Seal(whole, FrameReader.Read(Vector.All.Single(v => v.Name == vector).Bytes, Limits.MqttPayloadBytesMax).Header);
        return AnyMessage.Decode(FrameReader.Read(whole, Limits.MqttPayloadBytesMax).Frame).Reason;
    }

    private static Reason Expected(string vector)
    {
        // VectorTests shows that the decoder says the same.
        var expect = Vector.All.Single(v => v.Name == vector).Expect;
        return expect == "ok" ? Reason.None : Enum.Parse<Reason>(expect);
    }
}
