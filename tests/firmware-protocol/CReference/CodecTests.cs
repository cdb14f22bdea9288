using System.Globalization;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Tests.CReference;

/// <summary>The C reference and the C# codec judge each other, natively under sanitizers and on a big-endian machine.</summary>
public sealed class CodecTests
{
    private const int Rounds = 300;

    [Theory]
    [InlineData("native")]
    [InlineData("big-endian")]
    public async Task Every_message_of_a_gateway_is_read_alike_whole_cut_or_mutated(string machine)
    {
        var draw = new Samples(2501);
        var cases = new Cases();
        foreach (var type in FromGateway.Types)
        {
            for (var round = 0; round < Rounds; round++)
            {
                var payload = FrameReader.Read(FromGateway.Draw(draw, type), Limits.SerialPayloadBytesMax * 2).Frame.Payload.ToArray();
                AddRead(cases, type, draw, payload);
                AddRead(cases, type, draw, payload[..draw.Int(payload.Length + 1)]);
                AddRead(cases, type, draw, [.. payload, .. draw.Bytes(draw.Int(4))]);
                payload[draw.Int(payload.Length)] = draw.U8();
                AddRead(cases, type, draw, payload);
            }
        }

        await cases.CheckAsync(machine);
    }

    [Theory]
    [InlineData("native")]
    [InlineData("big-endian")]
    public async Task Every_message_of_a_dock_is_written_alike(string machine)
    {
        var draw = new Samples(2502);
        var cases = new Cases();
        foreach (var type in FromDock.Types)
        {
            for (var round = 0; round < Rounds; round++)
            {
                var (frame, line) = FromDock.Draw(draw, type);
                cases.Add("write " + line, Samples.Hex(frame.AsSpan()[FrameHeader.Bytes..^FrameHeader.CheckBytes]));
            }
        }

        await cases.CheckAsync(machine);
    }

    [Theory]
    [InlineData("native")]
    [InlineData("big-endian")]
    public async Task Frames_stuffing_checks_and_records_agree(string machine)
    {
        var draw = new Samples(2503);
        var cases = new Cases();
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = draw.Bytes(draw.Int(1100));
            if (draw.Bool())
            {
                bytes.AsSpan().Replace((byte)0, (byte)1);
            }

            var encoded = new byte[Cobs.EncodedBytesMax(bytes.Length)];
            encoded = encoded[..Cobs.Encode(bytes, encoded)];
            cases.Add($"crc {Samples.Hex(bytes)}", Crc32C.Of(bytes).ToString("X8", CultureInfo.InvariantCulture));
            cases.Add($"stuff {Samples.Hex(bytes)}", Samples.Hex(encoded));
            AddUnstuff(cases, encoded);
            encoded[draw.Int(encoded.Length)] = draw.U8();
            AddUnstuff(cases, encoded);
            AddEvent(cases, draw.Bytes(EventRecord.Bytes));
            AddFrames(cases, draw);
        }

        AddEvent(cases, new byte[EventRecord.Bytes]);
        AddEvent(cases, [.. Enumerable.Repeat(byte.MaxValue, EventRecord.Bytes)]);
        await cases.CheckAsync(machine);
    }

    private static void AddRead(Cases cases, MessageType type, Samples draw, byte[] payload)
    {
        var flags = draw.Int(4) == 0 ? FrameFlags.Extended : FrameFlags.None;
        var frame = new byte[FrameHeader.Bytes + payload.Length + FrameHeader.CheckBytes];
        payload.CopyTo(frame, FrameHeader.Bytes);
        FrameWriter.Seal(frame, new(type, flags, 7, 0, (ushort)payload.Length));
        var read = FrameReader.Read(frame, Limits.MqttPayloadBytesMax);
        Assert.Equal(ReadStatus.Done, read.Status);
        cases.Add(Samples.Line("read", (byte)type, (byte)flags, Samples.Hex(payload)), FromGateway.Expected(read.Frame));
    }

    private static void AddUnstuff(Cases cases, byte[] encoded)
    {
        var decoded = new byte[encoded.Length];
        var length = Cobs.Decode(encoded, decoded);
        cases.Add($"unstuff {Samples.Hex(encoded)}", length < 0 ? "broken" : Samples.Hex(decoded.AsSpan(0, length)));
    }

    private static void AddEvent(Cases cases, byte[] bytes)
    {
        var e = EventRecord.Read(bytes);
        cases.Add(
            $"event {Samples.Hex(bytes)}",
            Samples.Line(
                e.Stamp,
                e.MonotonicMs,
                (ushort)e.Code,
                (ushort)e.Flags,
                e.DurationMs,
                e.ArmedSession,
                e.Bays,
                e.TemperatureDeciC,
                e.BatteryPercent,
                e.Bay,
                e.Argument
            )
        );
    }

    /// <summary>A whole frame, then the same one cut, run on, and with one byte changed.</summary>
    private static void AddFrames(Cases cases, Samples draw)
    {
        var (frame, _) = FromDock.Draw(draw, FromDock.Types[draw.Int(FromDock.Types.Length)]);
        AddFrame(cases, frame);
        AddFrame(cases, frame[..(1 + draw.Int(frame.Length - 1))]);
        AddFrame(cases, [.. frame, 0]);
        frame[draw.Int(frame.Length)] ^= (byte)(1 << draw.Int(8));
        AddFrame(cases, frame);
    }

    private static void AddFrame(Cases cases, byte[] bytes)
    {
        // The deframer knows where a stretch ends, as the dock does: cut short and running on are reasons there.
        var deframer = new SerialDeframer();
        var encoded = new byte[Cobs.EncodedBytesMax(bytes.Length) + 1];
        ReadOnlySpan<byte> line = encoded.AsSpan(0, Cobs.Encode(bytes, encoded) + 1);
        var found = deframer.Next(ref line);
        var header = found.Header;
        cases.Add(
            $"frame {Limits.SerialPayloadBytesMax} {Samples.Hex(bytes)}",
            found.Status == DeframerStatus.Frame
                ? Samples.Line(0, (byte)header.Type, (byte)header.Flags, header.Session, header.FrameNumber, header.PayloadBytes)
                : Samples.Line((ushort)found.Reason)
        );
    }
}

/// <summary>Commands for the probe, and what it must answer.</summary>
internal sealed class Cases
{
    private readonly List<string> commands = [];
    private readonly List<string> expected = [];

    public void Add(string command, string answer)
    {
        commands.Add(command);
        expected.Add(answer);
    }

    public async Task CheckAsync(string machine)
    {
        Assert.NotEmpty(commands);
        var input = string.Join('\n', commands) + "\n";
        var output =
            machine == "native"
                ? await Tool.OutputAsync(await CBuild.SanitizedAsync("probe"), [], input)
                : await Tool.OutputAsync("qemu-s390x", [await CBuild.BigEndianAsync("probe")], input);
        var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var index = 0; index < Math.Min(answers.Length, commands.Count); index++)
        {
            Assert.True(expected[index] == answers[index].Trim(), $"{commands[index]}\nC# {expected[index]}\nC  {answers[index].Trim()}");
        }

        Assert.Equal(commands.Count, answers.Length);
    }
}
