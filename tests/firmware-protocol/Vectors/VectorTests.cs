using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Tests.Vectors;

public sealed class VectorTests
{
    private const byte Guard = 0xA5;

    public static TheoryData<string> Frames => [.. Vector.All.Where(v => v.Kind == "frame").Select(v => v.Name)];

    public static TheoryData<string> Lines => [.. Vector.All.Where(v => v.Kind == "line").Select(v => v.Name)];

    [Theory]
    [MemberData(nameof(Frames))]
    public void A_frame_is_read_as_its_vector_says(string name)
    {
        var vector = Of(name);
        var (expect, rejection, again) = Judge(vector.Bytes, vector.Limit);
        Assert.Equal((vector.Expect, vector.At ?? 0), (expect, rejection.Offset));
        if (again is not null)
        {
            Assert.Equal(vector.Extended ? null : vector.Bytes, vector.Extended ? null : again);
        }

        if (vector.Marks is { } marks)
        {
            Assert.True(RecordBatch.Decode(FrameReader.Read(vector.Bytes, vector.Limit).Frame, out var batch).IsNone);
            Assert.Equal(marks, (uint)batch.Validate());
            Assert.Equal(marks, (uint)RecordCheck.All(batch.Records, batch.RecordWidth, batch.Unit, inVectors: false));
        }

        if (vector.Says is { } says)
        {
            Assert.Equal(says, Said(FrameReader.Read(vector.Bytes, vector.Limit).Frame).ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void A_frame_cut_anywhere_is_incomplete_or_rejected_and_nothing_before_or_behind_it_is_read(string name)
    {
        var vector = Of(name);
        var guarded = new byte[vector.Bytes.Length + 128];
        Array.Fill(guarded, Guard);
        vector.Bytes.CopyTo(guarded, 64);
        var whole = Judge(guarded.AsSpan(64, vector.Bytes.Length), vector.Limit);
        Assert.Equal(vector.Expect, whole.Expect);
        for (var cut = 0; cut < vector.Bytes.Length; cut++)
        {
            var read = FrameReader.Read(guarded.AsSpan(64, cut), vector.Limit);
            Assert.True(
                read.Status == ReadStatus.Incomplete || (read.Status == ReadStatus.HeaderRejected && whole.Rejection == read.Rejection),
                $"cut at {cut}: {read.Status} {read.Rejection}"
            );
        }

        Assert.All(guarded[..64], b => Assert.Equal(Guard, b));
        Assert.All(guarded[^64..], b => Assert.Equal(Guard, b));
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void A_frame_comes_over_a_serial_line_the_same_whole_split_at_every_byte_and_byte_by_byte(string name)
    {
        var vector = Of(name);
        var line = new byte[Cobs.EncodedBytesMax(vector.Bytes.Length) + 1];
        var length = Cobs.Encode(vector.Bytes, line) + 1;
        var guarded = new byte[length + 128];
        Array.Fill(guarded, Guard);
        line.AsSpan(0, length).CopyTo(guarded.AsSpan(64));
        var stretch = guarded.AsSpan(64, length);
        var read = FrameReader.Read(vector.Bytes, vector.Limit);
        var whole = Found(new(vector.Limit), stretch, length);
        if (vector.Bytes.Length > 0)
        {
            // On a line nothing is incomplete: what the zero closes was cut short (SPEC clause 3.4).
            var expected = read.Status == ReadStatus.Incomplete ? Reason.FrameCutShort : read.Rejection.Reason;
            Assert.Equal([(read.Status == ReadStatus.Done, expected)], whole.Select(found => (found.IsFrame, found.Reason)));
            Assert.True(!whole[0].IsFrame || vector.Bytes.AsSpan().SequenceEqual(whole[0].Bytes));
        }

        var step = length > Limits.SerialFrameBytesMax * 2 ? 61 : 1; // the large ones differ in nothing but size
        for (var split = 1; split < length; split += step)
        {
            Assert.Equal(Said(whole), Said(Found(new(vector.Limit), stretch, split, length)));
        }

        Assert.Equal(Said(whole), Said(Found(new(vector.Limit), stretch, 1, 1)));
        Assert.All(guarded[..64], b => Assert.Equal(Guard, b));
        Assert.All(guarded[^64..], b => Assert.Equal(Guard, b));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_line_is_heard_as_its_vector_says_however_it_is_split(string name)
    {
        var vector = Of(name);
        for (var split = 0; split <= vector.Bytes.Length; split++)
        {
            Assert.Equal([vector.Expect], Heard(vector.Limit, [vector.Bytes[..split], vector.Bytes[split..]]));
        }

        Assert.Equal([vector.Expect], Heard(vector.Limit, vector.Bytes.Select(b => new[] { b })));
        Assert.Equal(
            [vector.Expect, vector.Expect],
            Heard(
                vector.Limit,
                [
                    [.. vector.Bytes, .. vector.Bytes],
                ]
            )
        );
    }

    [Fact]
    public void Every_reason_has_a_vector()
    {
        var shown = Vector.All.Select(v => v.Expect).Concat(Vector.All.Select(v => v.Says)).ToHashSet();
        Assert.All(ReasonTable.Entries.ToArray(), entry => Assert.Contains(entry.Reason.ToString(), shown));
    }

    [Fact]
    public void Every_message_type_has_a_vector()
    {
        var types = Vector.All.Where(v => v.Expect == "ok" && v.Kind == "frame").Select(v => (MessageType)v.Bytes[2]).ToHashSet();
        Assert.All(Enum.GetValues<MessageType>().Where(t => t != MessageType.None), type => Assert.Contains(type, types));
    }

    private static Vector Of(string name) => Vector.All.Single(v => v.Name == name);

    private static (string Expect, Rejection Rejection, byte[]? Again) Judge(ReadOnlySpan<byte> bytes, int limit)
    {
        var read = FrameReader.Read(bytes, limit);
        if (read.Status != ReadStatus.Done)
        {
            return (read.Status == ReadStatus.Incomplete ? "incomplete" : read.Rejection.Reason.ToString(), read.Rejection, null);
        }

        var rejection = AnyMessage.Again(read.Frame, out var again);
        return (rejection.IsNone ? "ok" : rejection.Reason.ToString(), rejection, again);
    }

    private static Reason Said(Frame frame)
    {
        Assert.True(AnyMessage.Again(frame, out _).IsNone);
        return frame.Header.Type switch
        {
            MessageType.Undocked when frame.Decode(out Undocked said).IsNone => said.Reason,
            MessageType.RangeGone when frame.Decode(out RangeGone said).IsNone => said.Reason,
            MessageType.Goodbye when frame.Decode(out Goodbye said).IsNone => said.Reason,
            MessageType.Busy when frame.Decode(out Busy said).IsNone => said.Reason,
            MessageType.Hold when frame.Decode(out Hold said).IsNone => said.Reason,
            MessageType.Abort when frame.Decode(out Abort said).IsNone => said.Reason,
            MessageType.Ack when frame.Decode(out Ack said).IsNone => said.Verdicts[0].Reason,
            _ => Reason.None,
        };
    }

    private static string Said(List<(bool IsFrame, Reason Reason, byte[] Bytes)> found) =>
        string.Join(';', found.Select(one => $"{one.IsFrame} {one.Reason} {Convert.ToHexString(one.Bytes)}"));

    /// <summary>What a deframer finds in a line that comes in a first piece and then in pieces of another length.</summary>
    private static List<(bool IsFrame, Reason Reason, byte[] Bytes)> Found(
        SerialDeframer deframer,
        ReadOnlySpan<byte> line,
        int first,
        int then = int.MaxValue
    )
    {
        List<(bool, Reason, byte[])> found = [];
        for (var piece = first; !line.IsEmpty; piece = then)
        {
            var part = line[..Math.Min(piece, line.Length)];
            line = line[part.Length..];
            while (deframer.Next(ref part) is { Status: not DeframerStatus.NeedsMore } deframed)
            {
                found.Add((deframed.Status == DeframerStatus.Frame, deframed.Reason, deframed.Bytes.ToArray()));
            }
        }

        return found;
    }

    private static List<string> Heard(int limit, IEnumerable<byte[]> pieces)
    {
        var deframer = new SerialDeframer(limit);
        List<string> heard = [];
        foreach (var piece in pieces)
        {
            ReadOnlySpan<byte> bytes = piece;
            while (deframer.Next(ref bytes) is { Status: not DeframerStatus.NeedsMore } deframed)
            {
                heard.Add(deframed.Status == DeframerStatus.Frame ? "ok" : deframed.Reason.ToString());
            }
        }

        return heard;
    }
}
