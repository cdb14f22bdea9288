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

    /// <summary>Decodes and does nothing else, so that what decoding allocates can be counted.</summary>
    public static Rejection Decode(Frame frame) =>
        frame.Header.Type switch
        {
            MessageType.Hello => frame.Decode(out Hello _),
            MessageType.Challenge => frame.Decode(out Challenge _),
            MessageType.Welcome => frame.Decode(out Welcome _),
            MessageType.Heartbeat => frame.Decode(out Heartbeat _),
            MessageType.Busy => frame.Decode(out Busy _),
            MessageType.Abort => frame.Decode(out Abort _),
            MessageType.Goodbye => frame.Decode(out Goodbye _),
            MessageType.State => frame.Decode(out State _),
            MessageType.Docked => frame.Decode(out Docked _),
            MessageType.Want => frame.Decode(out Want _),
            MessageType.Undocked => frame.Decode(out Undocked _),
            MessageType.RangeGone => frame.Decode(out RangeGone _),
            MessageType.LogCleared => frame.Decode(out LogCleared _),
            MessageType.DockHealth => frame.Decode(out DockHealth _),
            MessageType.SessionHead => frame.Decode(out SessionHead _),
            MessageType.Ack => frame.Decode(out Ack _),
            MessageType.Nack => frame.Decode(out Nack _),
            MessageType.Hold => frame.Decode(out Hold _),
            MessageType.ClockReading => frame.Decode(out ClockReading _),
            MessageType.ClockEchoRequest => frame.Decode(out ClockEchoRequest _),
            MessageType.ClockEcho => frame.Decode(out ClockEcho _),
            MessageType.NonceGrant => frame.Decode(out NonceGrant _),
            MessageType.Receipt => frame.Decode(out Receipt _),
            MessageType.ReceiptShown => frame.Decode(out ReceiptShown _),
            MessageType.CheckpointHeld => frame.Decode(out CheckpointHeld _),
            MessageType.ConsistencyProof => frame.Decode(out ConsistencyProof _),
            MessageType.RecordBatch => RecordBatch.Decode(frame, out _),
            MessageType.Block => Block.Decode(frame, out _),
            _ => default,
        };

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
                if (!writer.TryAdd(batch.RecordBytes(index)))
                {
                    throw new InvalidOperationException("Records that came in one batch fit into one.");
                }
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
