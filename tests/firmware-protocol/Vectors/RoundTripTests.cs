using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Tests.CReference;
using TaserTelemetry.Tests;

namespace TaserTelemetry.FirmwareProtocol.Tests.Vectors;

/// <summary>decode(encode(x)) = x, for every message there is.</summary>
public sealed class RoundTripTests
{
    private static int Rounds => Campaign.Is("decoder") ? 100_000 : 500;

    public static TheoryData<MessageType> Types => [.. Enum.GetValues<MessageType>().Where(type => type != MessageType.None)];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_message_that_is_written_is_read_as_it_was(MessageType type)
    {
        var draw = new Samples((int)Campaign.Seed + (int)type);
        for (var round = 0; round < Rounds; round++)
        {
            // The drawing itself compares the values (RoundTrip); here the bytes: written, read and written again.
            var bytes = Draw(draw, type);
            var read = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax);
            Assert.Equal((ReadStatus.Done, type), (read.Status, read.Header.Type));
            Assert.True(AnyMessage.Again(read.Frame, out var again).IsNone);
            Assert.Equal(bytes, again);
        }
    }

    private static byte[] Draw(Samples draw, MessageType type) =>
        FromGateway.Types.Contains(type) ? FromGateway.Draw(draw, type)
        : FromDock.Types.Contains(type) ? FromDock.Draw(draw, type).Frame
        : type == MessageType.State ? RoundTrip.Frame(new State(draw.Bool(), draw.U64(), draw.U64(), draw.Name()))
        : throw new InvalidOperationException($"No test draws a {type}: add it to FromDock or FromGateway.");
}
