using System.Buffers.Binary;
using System.Numerics;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>CRC-32C (Castagnoli), reflected, start and end inverted (RFC 3720 section 12.1).</summary>
public static class Crc32C
{
    /// <summary>CRC of the bytes; of none it is 0.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>CRC of (what <paramref name="crc"/> is the CRC of, followed by <paramref name="bytes"/>).</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var state = ~crc;
        while (bytes.Length >= 8)
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var b in bytes)
            state = BitOperations.Crc32C(state, b);
        return ~state;
    }
}
