using CsCheck;
using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Tests.Vectors;

/// <summary>No bytes make the decoder throw, read past, or allocate more than a bound.</summary>
public sealed class AnyBytesTests
{
    /// <summary>What decoding one frame may allocate: 65 hashes, texts and their containers, with room to spare.</summary>
    private const long AllocatedBytesMax = 16 * 1_024;

    private static readonly byte[][] Right = [.. Vector.All.Where(v => v.Kind == "frame" && v.Bytes.Length >= 20).Select(v => v.Bytes)];

    private static readonly Gen<(int Pick, (int At, byte To)[] Edits, int Cut)> Mutations = Gen.Select(
        Gen.Int[0, Right.Length - 1],
        Gen.Select(Gen.Int[0, 300], Gen.OneOf(Gen.Byte, Gen.Byte[0, 1], Gen.Byte[15, 17], Gen.Const((byte)255))).Array[0, 6],
        Gen.Int[0, 40]
    );

    private static long Times => Environment.GetEnvironmentVariable("TASER_CAMPAIGN") == "decoder" ? 20_000_000 : 30_000;

    [Fact]
    public void A_payload_changed_anywhere_is_decoded_or_rejected_at_a_byte_it_has() =>
        Mutations.Sample(
            mutation =>
            {
                var bytes = Mutated(mutation);
                var read = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax);
                Assert.Equal(ReadStatus.Done, read.Status);
                var before = GC.GetAllocatedBytesForCurrentThread();
                var rejection = AnyMessage.Decode(read.Frame);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocatedBytesMax);
                Assert.InRange(rejection.Offset, 0, bytes.Length);
                _ = AnyMessage.Again(read.Frame, out var again);
                var clamped = read.Header.Type == MessageType.Hold;
                var stripped = read.Header.Flags != FrameFlags.None;
                if (again is not null && !clamped && !stripped)
                {
                    Assert.Equal(bytes, again);
                }
            },
            iter: Times
        );

    [Fact]
    public void Any_bytes_are_a_frame_noise_or_incomplete() =>
        Gen
            .Byte.Array[0, 200]
            .Sample(bytes =>
            {
                if (bytes.Length > 0)
                {
                    bytes[0] = FrameHeader.Magic;
                }

                var read = FrameReader.Read(bytes, Limits.SerialPayloadBytesMax);
                Assert.InRange(read.Rejection.Offset, 0, Math.Max(0, bytes.Length));
            });

    [Fact]
    public void Any_line_is_heard_within_two_buffers()
    {
        var deframer = new SerialDeframer();
        Gen.Byte[0, 40]
            .Array[0, 3_000]
            .Sample(
                bytes =>
                {
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    ReadOnlySpan<byte> left = bytes;
                    while (deframer.Next(ref left).Status != DeframerStatus.NeedsMore) { }
                    Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 0);
                },
                threads: 1,
                iter: 2_000
            );
    }

    [Fact]
    public void Walking_a_batch_allocates_nothing()
    {
        var vector = Vector.All.Single(v => v.Name == "RecordBatch-204");
        Walk(vector.Bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Walk(vector.Bytes);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_joined_checks_find_what_the_single_ones_find() =>
        Gen.Select(
                Gen.Byte.Array[EventRecord.Bytes],
                Gen.Int[0, 4],
                Gen.OneOf(Gen.Const(ulong.MaxValue), Gen.ULong, Gen.ULong[0, 5_000_000_000])
            )
            .Sample(
                (record, unit, stamp) =>
                {
                    BitConverter.TryWriteBytes(record, stamp);
                    record[13] = (byte)(record[13] & (record[12] & 1));
                    var marks = NaiveMarks.Of(record, (StampUnit)unit);
                    Assert.Equal(marks, RecordCheck.All(record, EventRecord.Bytes, (StampUnit)unit, inVectors: true));
                    Assert.Equal(marks, RecordCheck.All(record, EventRecord.Bytes, (StampUnit)unit, inVectors: false));
                },
                iter: Times
            );

    [Fact]
    public void Any_content_of_a_block_is_read_or_rejected() =>
        Gen.Byte[0, 60]
            .Array[0, 400]
            .Sample(bytes =>
            {
                Assert.InRange(BlockContent.ReadSerials(bytes, out _).Offset, 0, bytes.Length);
                Assert.InRange(BlockContent.ReadVersions(bytes, out _).Offset, 0, bytes.Length);
                Assert.InRange(BlockContent.ReadTimeSync(bytes, out _).Offset, 0, bytes.Length);
                Assert.InRange(BlockContent.ReadNative(bytes, out _, out _).Offset, 0, bytes.Length);
                if (BlockContent.ReadPulses(bytes, out _, out var count).IsNone && count > 0)
                {
                    _ = BlockContent.PulseAt(bytes, count - 1);
                }
            });

    [Fact]
    public void A_damaged_capture_ends_and_gives_nothing_wrong() =>
        Gen.Select(Gen.Int[0, 400], Gen.Byte[1, 255], Gen.Int[0, 400])
            .Sample(
                (at, flip, cut) =>
                {
                    var bytes = Capture(out var frame);
                    bytes[at % bytes.Length] ^= flip;
                    var reader = new CaptureReader(new MemoryStream(bytes, 0, bytes.Length - (cut % bytes.Length)));
                    var entries = 0;
                    while (reader.Read(out var entry) == CaptureStatus.Entry)
                    {
                        Assert.Equal(frame, entry.UntrustedBytes.ToArray());
                        entries++;
                    }

                    Assert.InRange(entries, 0, 2);
                },
                iter: 500
            );

    private static byte[] Capture(out byte[] frame)
    {
        frame = FrameWriter.ToArray(5, 0, new Goodbye(Reason.ConversationOver));
        var stream = new MemoryStream();
        var writer = new CaptureWriter(stream, 42);
        for (var entry = 0; entry < 3; entry++)
        {
            writer.Write(43, Transport.Serial, CaptureDirection.Up, new("KENT", "MAIDSTONE", "dock-1"), frame);
        }

        return stream.ToArray();
    }

    private static void Walk(byte[] bytes)
    {
        var read = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax);
        var rejection = RecordBatch.Decode(read.Frame, out var batch);
        var marks = batch.Validate();
        var durations = 0UL;
        for (var index = 0; index < batch.Count; index++)
        {
            durations += batch[index].DurationMs;
        }

        if (!rejection.IsNone || marks != RecordMarks.None || durations == 0)
        {
            throw new InvalidOperationException("The vector is a right batch.");
        }
    }

    // Changes the payload and makes both checks right again, so that decoding is reached.
    private static byte[] Mutated((int Pick, (int At, byte To)[] Edits, int Cut) mutation)
    {
        var whole = Right[mutation.Pick];
        var payload = whole.AsSpan(FrameHeader.Bytes, whole.Length - FrameHeader.Bytes - FrameHeader.CheckBytes);
        payload = payload[..Math.Min(Math.Max(0, payload.Length - Math.Max(0, mutation.Cut - 20)), Limits.MqttPayloadBytesMax)];
        var frame = new byte[FrameHeader.Bytes + payload.Length + FrameHeader.CheckBytes];
        payload.CopyTo(frame.AsSpan(FrameHeader.Bytes));
        foreach (var (at, to) in mutation.Edits)
        {
            if (payload.Length > 0)
            {
                frame[FrameHeader.Bytes + (at % payload.Length)] = to;
            }
        }

        FrameWriter.Seal(frame, new((MessageType)whole[2], (FrameFlags)(whole[3] & 1), 9, 3, (ushort)payload.Length));
        return frame;
    }
}
