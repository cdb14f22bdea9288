using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Tests.Vectors;

namespace TaserTelemetry.FirmwareProtocol.Tests.CReference;

/// <summary>
/// Every shared vector through the C reference: whole, cut at every byte, among guard bytes, over a line split at every byte and byte by
/// byte, and the payload of every type that a dock reads. The answers are those of the vector and of C#.
/// </summary>
public sealed class VectorTests
{
    private static readonly HashSet<string> OfTheFrame = new(StringComparer.Ordinal)
    {
        nameof(Reason.MagicWrong),
        nameof(Reason.VersionUnsupported),
        nameof(Reason.HeaderCheckWrong),
        nameof(Reason.PayloadTooLong),
        nameof(Reason.FrameCheckWrong),
        nameof(Reason.FrameCutShort),
        nameof(Reason.FrameRunsOn),
    };

    [Theory]
    [InlineData("native")]
    [InlineData("big-endian")]
    public async Task Every_shared_vector_means_the_same_in_C(string machine)
    {
        var cases = new Cases();
        var read = 0;
        foreach (var vector in Vector.All.Where(vector => vector.Kind == "frame"))
        {
            var found = new FoundFrame(vector);
            cases.Add($"frame {vector.Limit} {Samples.Hex(vector.Bytes)}", found.Header);
            if (found.Payload is { } payload)
            {
                read++;
                cases.Add(payload.Command, payload.Answer);
            }
        }

        Assert.True(read > 20, $"only {read} vectors are of a type that a dock reads");
        await cases.CheckAsync(machine);
    }

    [Theory]
    [InlineData("native")]
    [InlineData("big-endian")]
    public async Task Every_beginning_of_a_shared_vector_means_the_same_in_C(string machine)
    {
        var cases = new Cases();
        foreach (var vector in Vector.All.Where(vector => vector.Kind == "frame" && vector.Bytes.Length > 0))
        {
            cases.Add($"cuts {vector.Limit} {Samples.Hex(vector.Bytes)}", CutsOf(vector));
            var read = FrameReader.Read(vector.Bytes, vector.Limit);
            if (read.Status == ReadStatus.Done && FromGateway.Types.Contains(read.Header.Type))
            {
                AddPayloadCuts(cases, read.Frame);
            }
        }

        await cases.CheckAsync(machine);
    }

    [Theory]
    [InlineData("native")]
    [InlineData("big-endian")]
    public async Task Every_shared_vector_is_heard_alike_in_C_however_the_line_is_split(string machine)
    {
        var cases = new Cases();
        foreach (var vector in Vector.All)
        {
            var line = vector.Kind == "line" ? vector.Bytes : Stretch(vector.Bytes);
            cases.Add($"line {Samples.Hex(line)}", $"{(IsHeard(line) ? 1 : 0) + (line[^1] == 0 ? 2 : 0)}");
        }

        await cases.CheckAsync(machine);
    }

    private static byte[] Stretch(byte[] frame)
    {
        var line = new byte[Cobs.EncodedBytesMax(frame.Length) + 1];
        return line[..(Cobs.Encode(frame, line) + 1)];
    }

    private static bool IsHeard(ReadOnlySpan<byte> line)
    {
        // The dock in C is a serial one: a frame above the line's limit is noise to it.
        var deframer = new SerialDeframer(Limits.SerialPayloadBytesMax);
        while (true)
        {
            var found = deframer.Next(ref line);
            if (found.Status is DeframerStatus.NeedsMore or DeframerStatus.Frame)
            {
                return found.Status == DeframerStatus.Frame;
            }
        }
    }

    /// <summary>What C# says of every beginning, joined where neighbours agree: times, then reason.</summary>
    private static string CutsOf(Vector vector)
    {
        var deframer = new SerialDeframer(vector.Limit);
        List<object> joined = [];
        var (times, last) = (0, (ushort)0);
        for (var cut = 1; cut <= vector.Bytes.Length; cut++)
        {
            ReadOnlySpan<byte> line = Stretch(vector.Bytes[..cut]);
            var found = deframer.Next(ref line);
            var reason = found.Status == DeframerStatus.Frame ? (ushort)0 : (ushort)found.Reason;
            if (times != 0 && reason != last)
            {
                joined.AddRange([times, last]);
                times = 0;
            }

            (last, times) = (reason, times + 1);
        }

        return Samples.Line([.. joined, times, last]);
    }

    private static void AddPayloadCuts(Cases cases, Frame frame)
    {
        var flags = frame.Header.Flags & FrameFlags.Extended;
        for (var cut = 0; cut < frame.Header.PayloadBytes; cut++)
        {
            var bytes = new byte[FrameHeader.Bytes + cut + FrameHeader.CheckBytes];
            frame.Payload[..cut].CopyTo(bytes.AsSpan(FrameHeader.Bytes));
            FrameWriter.Seal(bytes, frame.Header with { Flags = flags, PayloadBytes = (ushort)cut });
            var command = Samples.Line("read", (byte)frame.Header.Type, (byte)flags, Samples.Hex(frame.Payload[..cut]));
            cases.Add(command, FromGateway.Expected(FrameReader.Read(bytes, Limits.MqttPayloadBytesMax).Frame));
        }
    }

    /// <summary>What the probe must say of a vector: of its frame, then of its payload where a dock reads that type.</summary>
    private sealed class FoundFrame
    {
        public FoundFrame(Vector vector)
        {
            // A stretch between two zeros is all there is: what is incomplete here was cut short (SPEC clause 3.4).
            var reason = vector.Expect == "incomplete" ? nameof(Reason.FrameCutShort) : vector.Expect;
            if (OfTheFrame.Contains(reason))
            {
                Header = Samples.Line((ushort)Enum.Parse<Reason>(reason));
                return;
            }

            var frame = FrameReader.Read(vector.Bytes, vector.Limit).Frame;
            var header = frame.Header;
            Header = Samples.Line(0, (byte)header.Type, (byte)header.Flags, header.Session, header.FrameNumber, header.PayloadBytes);
            if (FromGateway.Types.Contains(header.Type))
            {
                var command = Samples.Line("read", (byte)header.Type, (byte)header.Flags, Samples.Hex(frame.Payload));
                var answer = vector.Expect == "ok" ? FromGateway.Expected(frame) : Samples.Line((ushort)Enum.Parse<Reason>(vector.Expect));
                Payload = (command, answer);
            }
        }

        public string Header { get; }

        public (string Command, string Answer)? Payload { get; }
    }
}
