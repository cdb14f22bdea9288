using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>CRC-32C (Castagnoli, reflected, all ones before and after), as SPEC clause 2.4. "123456789" gives E3069283.</summary>
public static class Crc32C
{
    private const uint Start = uint.MaxValue;
    private const int Streams = 3;

    // A processor's CRC instruction takes three cycles but can be begun in each: three independent streams keep it busy. Stretches of
    // two lengths, so that frames of 1 KiB profit too.
    private static readonly Stretch Long = new(words: 128);
    private static readonly Stretch Short = new(words: 16);

    /// <summary>CRC-32C of the bytes; of none it is 0.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = Start;
        if (BitConverter.IsLittleEndian)
        {
            var words = MemoryMarshal.Cast<byte, ulong>(bytes);
            var left = Short.Run(ref crc, Long.Run(ref crc, words));
            bytes = bytes[((words.Length - left.Length) * sizeof(ulong))..];
        }

        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    /// <summary>Three streams side by side, joined by shifting the earlier ones over the zeros that stand for the later.</summary>
    private sealed class Stretch
    {
        private readonly int words;
        private readonly uint[] shift = new uint[4 * 256];

        internal Stretch(int words)
        {
            this.words = words;
            for (var lane = 0; lane < 4; lane++)
            {
                for (var value = 0u; value < 256; value++)
                {
                    shift[(lane * 256) + (int)value] = OverZeros(value << (8 * lane));
                }
            }
        }

        internal ReadOnlySpan<ulong> Run(ref uint crc, ReadOnlySpan<ulong> source)
        {
            var first = crc;
            while (source.Length >= Streams * words)
            {
                var (second, third) = (0u, 0u);
                var a = source[..words];
                var b = source.Slice(words, a.Length);
                var c = source.Slice(2 * words, a.Length);
                for (var index = 0; index < a.Length; index++)
                {
                    first = BitOperations.Crc32C(first, a[index]);
                    second = BitOperations.Crc32C(second, b[index]);
                    third = BitOperations.Crc32C(third, c[index]);
                }

                first = Shifted(Shifted(first) ^ second) ^ third;
                source = source[(Streams * words)..];
            }

            crc = first;
            return source;
        }

        private uint OverZeros(uint crc)
        {
            for (var word = 0; word < words; word++)
            {
                crc = BitOperations.Crc32C(crc, 0UL);
            }

            return crc;
        }

        private uint Shifted(uint crc) =>
            shift[(int)(crc & 0xFF)]
            ^ shift[256 + (int)((crc >> 8) & 0xFF)]
            ^ shift[512 + (int)((crc >> 16) & 0xFF)]
            ^ shift[768 + (int)(crc >> 24)];
    }
}
