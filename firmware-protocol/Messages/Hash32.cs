using System.Buffers.Binary;
using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>A SHA-256 hash of 32 bytes, by value. The default value is zeros, which stands for not known.</summary>
/// <param name="A">Bytes 0 to 7, read little-endian.</param>
/// <param name="B">Bytes 8 to 15.</param>
/// <param name="C">Bytes 16 to 23.</param>
/// <param name="D">Bytes 24 to 31.</param>
public readonly record struct Hash32(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Whether it is all zeros: not known.</summary>
    public bool IsNone => (A | B | C | D) == 0;

    /// <summary>A hash from 32 bytes.</summary>
    public static Hash32 From(ReadOnlySpan<byte> bytes)
    {
        var reader = new PayloadReader(bytes[..Limits.HashBytes]);
        return Read(ref reader);
    }

    /// <summary>Writes 32 bytes at the start of the destination.</summary>
    public void CopyTo(Span<byte> destination)
    {
        var writer = new PayloadWriter(destination);
        Write(ref writer);
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Limits.HashBytes];
        CopyTo(bytes);
        return bytes;
    }

    internal static Hash32 Read(ref PayloadReader reader) =>
        reader.Take(Limits.HashBytes) is { IsEmpty: false } bytes
            ? new(
                BinaryPrimitives.ReadUInt64LittleEndian(bytes),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..])
            )
            : default;

    internal void Write(ref PayloadWriter writer)
    {
        writer.U64(A);
        writer.U64(B);
        writer.U64(C);
        writer.U64(D);
    }
}
