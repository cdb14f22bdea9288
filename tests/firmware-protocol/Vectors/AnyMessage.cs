using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Tests.Vectors;

/// <summary>Decodes a frame of any type, and writes again what was decoded.</summary>
internal static class AnyMessage
{
    /// <summary>The rejection of decoding, and the frame written again from the decoded values (null where it was rejected or is of no type known).</summary>
    public static Rejection Again(Frame frame, out byte[]? again)
    {
        again = null;
        return frame.Header.Type switch
        {
            MessageType.Hello => Of<Hello>(frame, out again),
            MessageType.Challenge => Of<Challenge>(frame, out again),
            MessageType.Welcome => Of<Welcome>(frame, out again),
            MessageType.Heartbeat => Of<Heartbeat>(frame, out again),
            MessageType.Busy => Of<Busy>(frame, out again),
            MessageType.Abort => Of<Abort>(frame, out again),
            MessageType.Goodbye => Of<Goodbye>(frame, out again),
            MessageType.State => Of<State>(frame, out again),
            MessageType.Docked => Of<Docked>(frame, out again),
            MessageType.Want => Of<Want>(frame, out again),
            MessageType.Undocked => Of<Undocked>(frame, out again),
            MessageType.RangeGone => Of<RangeGone>(frame, out again),
            MessageType.LogCleared => Of<LogCleared>(frame, out again),
            MessageType.DockHealth => Of<DockHealth>(frame, out again),
            MessageType.SessionHead => Of<SessionHead>(frame, out again),
            MessageType.Ack => Of<Ack>(frame, out again),
            MessageType.Nack => Of<Nack>(frame, out again),
            MessageType.Hold => Of<Hold>(frame, out again),
            MessageType.ClockReading => Of<ClockReading>(frame, out again),
            MessageType.ClockEchoRequest => Of<ClockEchoRequest>(frame, out again),
            MessageType.ClockEcho => Of<ClockEcho>(frame, out again),
            MessageType.NonceGrant => Of<NonceGrant>(frame, out again),
            MessageType.Receipt => Of<Receipt>(frame, out again),
            MessageType.ReceiptShown => Of<ReceiptShown>(frame, out again),
            MessageType.CheckpointHeld => Of<CheckpointHeld>(frame, out again),
            MessageType.ConsistencyProof => Of<ConsistencyProof>(frame, out again),
            MessageType.RecordBatch => OfBatch(frame, out again),
            MessageType.Block => OfBlock(frame, out again),
            _ => default,
        };
    }

    private static Rejection Of<T>(Frame frame, out byte[]? again)
        where T : struct, IMessage<T>
    {
        var rejection = frame.Decode(out T message);
        again = rejection.IsNone ? FrameWriter.ToArray(frame.Header.Session, frame.Header.FrameNumber, message) : null;
        return rejection;
    }

    private static Rejection OfBatch(Frame frame, out byte[]? again)
    {
        again = null;
        var rejection = RecordBatch.Decode(frame, out var batch);
        if (rejection.IsNone)
        {
            var buffer = new byte[Limits.MqttFrameBytesMax];
            var writer = new RecordBatchWriter(buffer, Limits.MqttPayloadBytesMax, batch.Header, (byte)batch.RecordWidth);
            for (var index = 0; index < batch.Count; index++)
            {
                Assert.True(writer.TryAdd(batch.RecordBytes(index)));
            }

            again = buffer[..writer.Finish(frame.Header.Session, frame.Header.FrameNumber)];
        }

        return rejection;
    }

    private static Rejection OfBlock(Frame frame, out byte[]? again)
    {
        again = null;
        var rejection = Block.Decode(frame, out var block);
        if (rejection.IsNone)
        {
            var buffer = new byte[Limits.MqttFrameBytesMax];
            again = buffer[..Block.Write(buffer, frame.Header.Session, frame.Header.FrameNumber, block.Header, block.UntrustedContent)];
        }

        return rejection;
    }
}
