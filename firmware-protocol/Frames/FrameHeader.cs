using System.Buffers.Binary;

namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>Flags of a frame (SPEC clause 2.3). Bits not listed are zero when sent and ignored when received.</summary>
[Flags]
public enum FrameFlags : byte
{
    /// <summary>Nothing said.</summary>
    None = 0,

    /// <summary>
    /// The payload carries fields appended by a later minor version behind those that version 1 knows; a receiver ignores them.
    /// Without it, bytes behind the last field are an error, so that a dock that miscounts is told so.
    /// </summary>
    Extended = 1,
}

/// <summary>
/// The first 16 bytes of a frame (SPEC clause 2.2), with its own check: a length is believed only after it.
/// Offsets: 0 magic, 1 version, 2 type, 3 flags, 4 session u32, 8 frame number u32, 12 payload length u16, 14 check u16.
/// </summary>
/// <param name="Type">What the payload is; unknown numbers are kept.</param>
/// <param name="Flags">See <see cref="FrameFlags"/>.</param>
/// <param name="Session">The docking session that Welcome named; 0 before it.</param>
/// <param name="FrameNumber">From 1 in each session, for the types that are acked; 0 for all others a dock sends.</param>
/// <param name="PayloadBytes">Bytes between header and check; 0 = none.</param>
public readonly record struct FrameHeader(MessageType Type, FrameFlags Flags, uint Session, uint FrameNumber, ushort PayloadBytes)
{
    /// <summary>Bytes of a header.</summary>
    public const int Bytes = 16;

    /// <summary>Bytes of the CRC-32C behind the payload.</summary>
    public const int CheckBytes = 4;

    /// <summary>The first byte of every frame.</summary>
    public const byte Magic = 0xCE;

    /// <summary>The version this library speaks.</summary>
    public const byte Version = 1;

    private const int CheckedBytes = 14;

    /// <summary>Bytes of the whole frame: header, payload and check.</summary>
    public int FrameBytes => Bytes + PayloadBytes + CheckBytes;

    /// <summary>Reads and checks a header (SPEC clause 2.5). The span holds at least <see cref="Bytes"/> bytes.</summary>
    public static Rejection Read(ReadOnlySpan<byte> untrusted, int payloadBytesMax, out FrameHeader header)
    {
        header = default;
        untrusted = untrusted[..Bytes];
        if (untrusted[0] != Magic)
        {
            return new(Reason.MagicWrong, 0);
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(untrusted[CheckedBytes..]) != CheckOf(untrusted))
        {
            return new(Reason.HeaderCheckWrong, CheckedBytes);
        }

        // Only behind the check: a version is believed, and answered, only when it is not noise.
        if (untrusted[1] != Version)
        {
            return new(Reason.VersionUnsupported, 1);
        }

        header = new(
            (MessageType)untrusted[2],
            (FrameFlags)untrusted[3],
            BinaryPrimitives.ReadUInt32LittleEndian(untrusted[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(untrusted[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(untrusted[12..])
        );
        return header.PayloadBytes > payloadBytesMax ? new(Reason.PayloadTooLong, 12) : default;
    }

    /// <summary>Writes <see cref="Bytes"/> bytes, check included. A shorter span is a programming error.</summary>
    public void Write(Span<byte> destination)
    {
        destination = destination[..Bytes];
        destination[0] = Magic;
        destination[1] = Version;
        destination[2] = (byte)Type;
        destination[3] = (byte)Flags;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Session);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], FrameNumber);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[12..], PayloadBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[CheckedBytes..], CheckOf(destination));
    }

    // The low half of the CRC-32C is taken on purpose (SPEC clause 2.4).
    private static ushort CheckOf(ReadOnlySpan<byte> header) => unchecked((ushort)Crc32C.Of(header[..CheckedBytes]));
}
