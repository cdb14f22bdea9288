using System.Buffers.Binary;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>One whole frame whose header and check have passed: a view of the bytes it was read from (SPEC clause 2).</summary>
public readonly ref struct Frame
{
    internal Frame(FrameHeader header, ReadOnlySpan<byte> bytes)
    {
        Header = header;
        Bytes = bytes;
    }

    /// <summary>The decoded header.</summary>
    public FrameHeader Header { get; }

    /// <summary>The frame as it came, header to check: what is journalled.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The payload, not decoded.</summary>
    public ReadOnlySpan<byte> Payload => Bytes.Slice(FrameHeader.Bytes, Header.PayloadBytes);

    /// <summary>Whether fields may stand behind those known here (SPEC clause 16).</summary>
    public bool IsExtended => (Header.Flags & FrameFlags.Extended) != FrameFlags.None;

    /// <summary>Decodes the payload as one message. Never throws; on rejection the message is the default value.</summary>
    public Rejection Decode<T>(out T message)
        where T : struct, IMessage<T>
    {
        message = default;
        if (Header.Type != T.Type)
        {
            return new(Reason.MessageNotExpected, 2);
        }

        var reader = new PayloadReader(Payload);
        var read = T.Read(ref reader);
        var rejection = reader.End(IsExtended);
        if (rejection.IsNone)
        {
            message = read;
        }

        return rejection;
    }
}

/// <summary>What reading came to.</summary>
public enum ReadStatus
{
    /// <summary>Right so far, but more bytes are needed.</summary>
    Incomplete,

    /// <summary>One whole frame.</summary>
    Done,

    /// <summary>The header cannot be believed: nothing is known of a length.</summary>
    HeaderRejected,

    /// <summary>The header passed, the check behind the payload did not: header and length are known, the payload is not to be used.</summary>
    FrameRejected,
}

/// <summary>The answer of <see cref="FrameReader"/>.</summary>
public readonly ref struct FrameRead
{
    internal FrameRead(ReadStatus status, Rejection rejection, FrameHeader header, ReadOnlySpan<byte> bytes)
    {
        Status = status;
        Rejection = rejection;
        Header = header;
        Bytes = bytes;
    }

    /// <summary>What reading came to.</summary>
    public ReadStatus Status { get; }

    /// <summary>Why and where, when rejected.</summary>
    public Rejection Rejection { get; }

    /// <summary>The header, when it passed; also with <see cref="ReadStatus.FrameRejected"/>, so that a Nack can name the frame.</summary>
    public FrameHeader Header { get; }

    /// <summary>The bytes that the frame takes, when its header passed and they are all there; else empty.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The frame. Only meaningful when <see cref="Status"/> is <see cref="ReadStatus.Done"/>.</summary>
    public Frame Frame => new(Header, Bytes);
}

/// <summary>Bytes to frames (SPEC clause 2.5). Answers incomplete, done or rejected; never throws, never allocates, never reads past.</summary>
public static class FrameReader
{
    /// <summary>
    /// Reads one frame from the start of the bytes. <paramref name="payloadBytesMax"/> is the limit of the transport or the one that
    /// Welcome gave. A longer length is rejected before it is believed.
    /// </summary>
    public static FrameRead Read(ReadOnlySpan<byte> untrusted, int payloadBytesMax)
    {
        if (untrusted.Length < FrameHeader.Bytes)
        {
            // One wrong first byte is enough to know; waiting for 15 more would only hold up the line.
            return untrusted.Length > 0 && untrusted[0] != FrameHeader.Magic
                ? new(ReadStatus.HeaderRejected, new(Reason.MagicWrong, 0), default, default)
                : new(ReadStatus.Incomplete, default, default, default);
        }

        var rejection = FrameHeader.Read(untrusted, payloadBytesMax, out var header);
        if (!rejection.IsNone)
        {
            return new(ReadStatus.HeaderRejected, rejection, header, default);
        }

        if (untrusted.Length < header.FrameBytes)
        {
            return new(ReadStatus.Incomplete, default, header, default);
        }

        var bytes = untrusted[..header.FrameBytes];
        var checkedBytes = header.FrameBytes - FrameHeader.CheckBytes;
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[checkedBytes..]) == Crc32C.Of(bytes[..checkedBytes])
            ? new(ReadStatus.Done, default, header, bytes)
            : new(ReadStatus.FrameRejected, new(Reason.FrameCheckWrong, checkedBytes), header, bytes);
    }
}
