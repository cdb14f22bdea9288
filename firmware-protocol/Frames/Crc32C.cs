using System.Buffers.Binary;
using System.Numerics;

namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>CRC-32C (Castagnoli, reflected, all ones before and after), as SPEC clause 2.4. "123456789" gives E3069283.</summary>
public static class Crc32C
{
    private const uint Start = uint.MaxValue;

    /// <summary>CRC-32C of the bytes; of none it is 0.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Update(Start, bytes);

    private static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }
}
