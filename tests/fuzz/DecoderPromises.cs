using System.Text;
using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Tests.Vectors;

namespace TaserTelemetry.Fuzz;

/// <summary>A door through which a stranger's bytes come in: the first byte of an input.</summary>
internal enum Door : byte
{
    /// <summary>A payload, sealed here so that every check passes: type, flags, then the payload.</summary>
    Payload,

    /// <summary>One frame as it comes.</summary>
    Frame,

    /// <summary>A serial line: the length of the pieces, then the line.</summary>
    Line,

    /// <summary>Frames behind each other, as one MQTT message.</summary>
    Message,

    /// <summary>The content of a Block.</summary>
    Block,

    /// <summary>A capture file.</summary>
    Capture,

    /// <summary>An MQTT topic.</summary>
    Topic,

    /// <summary>Records: stamp unit, width above 40, then the records.</summary>
    Records,
}

/// <summary>
/// What holds for any bytes: nothing throws, nothing is read past its end, nothing allocates more than a bound, what is rejected is
/// rejected at a byte that is there, and what is decoded is written again as it was. Throws where a promise is broken: a fuzzer's crash.
/// </summary>
internal static class DecoderPromises
{
    /// <summary>Doors there are.</summary>
    public const int Doors = (int)Door.Records + 1;

    // What decoding one frame may allocate: 65 hashes, 64 verdicts, texts and their containers, with room to spare.
    private const long AllocatedBytesMax = 16 * 1_024;

    /// <summary>Tries one input.</summary>
    public static void Hold(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        var rest = input[1..];
        switch ((Door)(input[0] % Doors))
        {
            case Door.Payload:
                HoldOfPayload(rest);
                break;
            case Door.Frame:
                HoldOfFrame(rest);
                break;
            case Door.Line:
                HoldOfLine(rest);
                break;
            case Door.Message:
                HoldOfMessage(rest);
                break;
            case Door.Block:
                HoldOfBlock(rest);
                break;
            case Door.Capture:
                HoldOfCapture(rest);
                break;
            case Door.Topic:
                HoldOfTopic(rest);
                break;
            default:
                HoldOfRecords(rest);
                break;
        }
    }

    private static void HoldOfPayload(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
        {
            return;
        }

        var payload = input[2..][..Math.Min(input.Length - 2, Limits.MqttPayloadBytesMax)];
        var frame = new byte[FrameHeader.Bytes + payload.Length + FrameHeader.CheckBytes];
        payload.CopyTo(frame.AsSpan(FrameHeader.Bytes));
        FrameWriter.Seal(frame, new((MessageType)input[0], (FrameFlags)(input[1] & 1), 9, 3, (ushort)payload.Length));
        HoldOfFrame(frame);
    }

    private static void HoldOfFrame(ReadOnlySpan<byte> bytes)
    {
        var read = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax);
        Promise(read.Rejection.Offset >= 0 && read.Rejection.Offset <= bytes.Length, "a rejection names a byte that is there");
        if (read.Status != ReadStatus.Done)
        {
            Promise(read.Status == ReadStatus.Incomplete || !read.Rejection.IsNone, "what is rejected has a reason");
            return;
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var rejection = AnyMessage.Decode(read.Frame);
        Promise(GC.GetAllocatedBytesForCurrentThread() - before <= AllocatedBytesMax, "decoding allocates no more than its bound");
        Promise(rejection.Offset >= 0 && rejection.Offset <= read.Bytes.Length, "a rejection names a byte of its frame");
        Promise(rejection == AnyMessage.Again(read.Frame, out var again), "decoding twice comes to the same");
        var asItWas = read.Header.Flags == FrameFlags.None && read.Header.Type != MessageType.Hold;
        Promise(again is null || !asItWas || read.Bytes.SequenceEqual(again), "what is decoded is written again as it was");
    }

    private static void HoldOfLine(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
        {
            return;
        }

        var line = input[1..];
        var whole = Heard(line, line.Length);
        var inPieces = Heard(line, 1 + input[0]);
        Promise(whole.SequenceEqual(inPieces), "a line is heard the same however it is split");
        var decoded = new byte[line.Length];
        var length = Cobs.Decode(line, decoded);
        if (length >= 0)
        {
            var encoded = new byte[Cobs.EncodedBytesMax(length)];
            Promise(!encoded.AsSpan(0, Cobs.Encode(decoded.AsSpan(0, length), encoded)).Contains((byte)0), "no zero in what is encoded");
            Promise(
                Cobs.Decode(encoded.AsSpan(0, Cobs.Encode(decoded.AsSpan(0, length), encoded)), new byte[encoded.Length]) == length,
                "COBS comes back"
            );
        }
    }

    private static List<(DeframerStatus Status, Reason Reason, int StretchBytes, ulong Check)> Heard(ReadOnlySpan<byte> line, int piece)
    {
        var deframer = new SerialDeframer();
        List<(DeframerStatus, Reason, int, ulong)> heard = [];
        while (!line.IsEmpty)
        {
            var part = line[..Math.Min(piece, line.Length)];
            line = line[part.Length..];
            while (true)
            {
                var found = deframer.Next(ref part);
                if (found.Status == DeframerStatus.NeedsMore)
                {
                    break;
                }

                heard.Add((found.Status, found.Reason, found.StretchBytes, Crc32C.Of(found.Bytes)));
                if (found.Status == DeframerStatus.Frame)
                {
                    HoldOfFrame(found.Bytes);
                }
            }
        }

        var left = deframer.Flush();
        heard.Add((left.Status, left.Reason, left.StretchBytes, Crc32C.Of(left.Bytes)));
        return heard;
    }

    private static void HoldOfMessage(ReadOnlySpan<byte> bytes)
    {
        for (var frames = 0; !bytes.IsEmpty; frames++)
        {
            Promise(frames <= Limits.MqttMessageBytesMax / FrameHeader.Bytes, "every frame takes bytes");
            var read = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax);
            if (read.Bytes.IsEmpty)
            {
                return;
            }

            if (read.Status == ReadStatus.Done)
            {
                HoldOfFrame(read.Bytes);
            }

            bytes = bytes[read.Bytes.Length..];
        }
    }

    private static void HoldOfBlock(ReadOnlySpan<byte> bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Inside(BlockContent.ReadSerials(bytes, out _), bytes);
        Inside(BlockContent.ReadVersions(bytes, out _), bytes);
        Inside(BlockContent.ReadTimeSync(bytes, out _), bytes);
        Inside(BlockContent.ReadNative(bytes, out _, out _), bytes);
        if (BlockContent.ReadPulses(bytes, out _, out var count).IsNone && count > 0)
        {
            _ = BlockContent.PulseAt(bytes, 0);
            _ = BlockContent.PulseAt(bytes, count - 1);
        }

        Promise(GC.GetAllocatedBytesForCurrentThread() - before <= AllocatedBytesMax, "reading a Block allocates no more than its bound");
    }

    private static void Inside(Rejection rejection, ReadOnlySpan<byte> bytes) =>
        Promise(rejection.Offset >= 0 && rejection.Offset <= bytes.Length, "a rejection names a byte of its Block");

    private static void HoldOfCapture(ReadOnlySpan<byte> bytes)
    {
        var reader = new CaptureReader(new MemoryStream(bytes.ToArray()));
        var offset = -1L;
        while (reader.Read(out var entry) == CaptureStatus.Entry)
        {
            Promise(reader.Offset > offset && reader.Offset <= bytes.Length, "every entry takes bytes");
            Promise(entry.UntrustedBytes.Length <= Limits.MqttMessageBytesMax, "an entry is no longer than its limit");
            offset = reader.Offset;
        }
    }

    private static void HoldOfTopic(ReadOnlySpan<byte> bytes)
    {
        var topic = Encoding.UTF8.GetString(bytes);
        var parsed = Topics.Parse(topic);
        if (parsed.Kind == TopicKind.Hello)
        {
            Promise(Topics.Hello(parsed.Address) == topic, "a topic that is understood is written again as it was");
        }

        if (DockAddress.TryParse(topic, out var address))
        {
            Promise(address.ToString() == topic, "an address that is understood is written again as it was");
        }
    }

    private static void HoldOfRecords(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
        {
            return;
        }

        // Framed as a batch, so that the checks are reached by the way that ingest goes.
        var width = EventRecord.Bytes + (input[1] % (Limits.RecordBytesMax - EventRecord.Bytes + 1));
        var records = input[2..];
        var frame = new byte[Limits.MqttFrameBytesMax];
        var log = new LogKey("X29000001", LogKind.Event, default);
        var writer = new RecordBatchWriter(
            frame,
            Limits.MqttPayloadBytesMax,
            new(log, 0, "", "", "", (StampUnit)(input[0] % 5), 0, 0, 0, 0, 0),
            (byte)width
        );
        while (records.Length >= width && writer.TryAdd(records[..width]))
        {
            records = records[width..];
        }

        if (writer.Count == 0)
        {
            return;
        }

        var read = FrameReader.Read(frame.AsSpan(0, writer.Finish(1, 1)), Limits.MqttPayloadBytesMax);
        Promise(RecordBatch.Decode(read.Frame, out var batch).IsNone, "a batch that was written is read");
        var joined = RecordMarks.None;
        var again = new byte[EventRecord.Bytes];
        for (var index = 0; index < batch.Count; index++)
        {
            joined |= batch.MarksOf(index);
            batch[index].Write(again);
            Promise(
                again.AsSpan().SequenceEqual(batch.RecordBytes(index)[..EventRecord.Bytes]),
                "a record that is read is written again as it was"
            );
        }

        Promise(joined == batch.Validate(), "the marks of a batch are those of its records");
    }

    private static void Promise(bool held, string promise)
    {
        if (!held)
        {
            throw new InvalidOperationException($"Broken: {promise}.");
        }
    }
}
