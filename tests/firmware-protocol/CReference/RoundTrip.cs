using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Tests.CReference;

/// <summary>Every message that a test draws is read back before it is used: decode(encode(x)) = x, value by value.</summary>
internal static class RoundTrip
{
    public static byte[] Frame<T>(T message)
        where T : struct, IMessage<T>
    {
        var bytes = FrameWriter.ToArray(7, 0, message);
        var read = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax);
        Assert.Equal(ReadStatus.Done, read.Status);
        Assert.True(read.Frame.Decode(out T again).IsNone);
        Assert.Equal(message, again);
        return bytes;
    }
}
