using System.Buffers.Binary;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>Values to frames (SPEC clause 2). The caller owns the buffer; one that is too short is a programming error and throws.</summary>
public static class FrameWriter
{
    /// <summary>Writes one frame at the start of the destination and answers how many bytes it took.</summary>
    public static int Write<T>(Span<byte> destination, uint session, uint frameNumber, in T message)
        where T : struct, IMessage<T>
    {
        var writer = new PayloadWriter(destination[FrameHeader.Bytes..]);
        message.Write(ref writer);
        return Seal(destination, new(T.Type, FrameFlags.None, session, frameNumber, checked((ushort)writer.Position)));
    }

    /// <summary>One frame in an array of its own: for control messages, which are few.</summary>
    public static byte[] ToArray<T>(uint session, uint frameNumber, in T message)
        where T : struct, IMessage<T>
    {
        Span<byte> buffer = stackalloc byte[Limits.MqttFrameBytesMax];
        return buffer[..Write(buffer, session, frameNumber, message)].ToArray();
    }

    /// <summary>
    /// Puts header and check around a payload that already stands behind the room for the header, and answers the bytes of the frame.
    /// Used also for message types not known here.
    /// </summary>
    public static int Seal(Span<byte> frame, FrameHeader header)
    {
        header.Write(frame);
        var checkedBytes = header.FrameBytes - FrameHeader.CheckBytes;
        BinaryPrimitives.WriteUInt32LittleEndian(frame[checkedBytes..], Crc32C.Of(frame[..checkedBytes]));
        return header.FrameBytes;
    }
}
