using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Tests.Frames;

public sealed class FirstWordsTests
{
    private static readonly LogKey Log = new("X29000001", LogKind.Event, new(3, 0x1122_3344_5566_7788));

    private static readonly RecordBatchHeader Header = new(
        Log,
        FirstSequence: 1_204,
        Carrier: "PACK-7",
        Model: "X2",
        Firmware: "4.32",
        StampUnit.Seconds,
        StampResolutionMs: 1_000,
        DurationResolutionMs: 1_000,
        SequenceBits: 32,
        TranslatorId: 0,
        TranslatorVersion: 0
    );

    [Fact]
    public void The_checksum_is_the_one_the_world_calls_CRC_32C() => Assert.Equal(0xE306_9283, Crc32C.Of("123456789"u8));

    [Fact]
    public void A_batch_written_is_the_batch_read()
    {
        var record = new EventRecord(1_763_799_600, 5, EventCode.Trigger, EventFlags.AutoShutdown, 5_000, 7, 0b010_011, 215, 88, 0, 0);
        var buffer = new byte[Limits.SerialFrameBytesMax];
        var writer = new RecordBatchWriter(buffer, Limits.SerialPayloadBytesMax, Header);
        while (writer.TryAdd(record)) { }
        var written = writer.Count;
        var length = writer.Finish(session: 9, frameNumber: 4);

        var read = FrameReader.Read(buffer.AsSpan(0, length), Limits.SerialPayloadBytesMax);
        Assert.Equal(ReadStatus.Done, read.Status);
        Assert.True(RecordBatch.Decode(read.Frame, out var batch).IsNone);

        Assert.Equal(Header, batch.Header);
        Assert.Equal(written, batch.Count);
        Assert.Equal(record, batch[written - 1]);
        Assert.Equal(RecordMarks.None, batch.Validate());
        Assert.Equal(9u, read.Header.Session);
        Assert.Equal(4u, read.Header.FrameNumber);
    }

    [Fact]
    public void A_frame_goes_over_a_serial_line_byte_by_byte()
    {
        var want = new Want(Log, SequenceRanges.Of(new(0, 10), new(100, 50)), "PACK-7");
        var frame = FrameWriter.ToArray(5, 0, want);
        var line = new byte[Cobs.EncodedBytesMax(frame.Length) + 2];
        var encoded = Cobs.Encode(frame, line.AsSpan(1));
        var deframer = new SerialDeframer();
        var found = 0;
        foreach (var value in line[..(encoded + 2)])
        {
            ReadOnlySpan<byte> one = [value];
            var deframed = deframer.Next(ref one);
            if (deframed.Status == DeframerStatus.Frame)
            {
                Assert.True(deframed.Frame.Decode(out Want again).IsNone);
                Assert.Equal(want, again);
                found++;
            }
        }

        Assert.Equal(1, found);
    }

    [Fact]
    public void A_capture_gives_back_what_was_put_in()
    {
        var dock = new DockAddress("KENT", "MAIDSTONE", "dock-1");
        var stream = new MemoryStream();
        var writer = new CaptureWriter(stream, 42);
        var frame = FrameWriter.ToArray(5, 0, new Goodbye(Reason.ConversationOver));
        writer.Write(43, Transport.Serial, CaptureDirection.Up, dock, frame);
        stream.Position = 0;
        var reader = new CaptureReader(stream);
        Assert.Equal(CaptureStatus.Entry, reader.Read(out var entry));
        Assert.Equal(frame, entry.UntrustedBytes.ToArray());
        Assert.Equal(43UL, entry.ReceivedUtcNs);
        Assert.True(DockAddress.TryParse(entry.Source, out var source));
        Assert.Equal(dock, source);
        Assert.Equal(CaptureStatus.End, reader.Read(out _));
        Assert.Equal(42UL, reader.CreatedUtcNs);
    }

    [Fact]
    public void An_ack_covers_what_it_says()
    {
        var ack = new Ack(3, new(8, 65_536), [new(5, 2)], [new(6, Verdict.KeptAside, ReasonAction.Skip, Reason.TrailingBytes, 60)]);
        var read = FrameReader.Read(FrameWriter.ToArray(1, 0, ack), Limits.SerialPayloadBytesMax);
        Assert.True(read.Frame.Decode(out Ack again).IsNone);
        Assert.Equal(ack, again);
        Assert.Equal([true, true, true, false, false, true, true, false], Enumerable.Range(0, 8).Select(n => again.Covers((uint)n)));
    }
}
