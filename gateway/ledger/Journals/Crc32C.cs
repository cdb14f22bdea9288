using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>
/// CRC-32C (Castagnoli), reflected, start and end inverted (RFC 3720 section 12.1). The processor's instruction answers after three
/// cycles but takes a new question every cycle, so long inputs run as three streams side by side, joined by tables that say what so many
/// zero bytes make of a state.
/// </summary>
public static class Crc32C
{
    private const int LongStream = 1024;
    private const int ShortStream = 128;
    private static readonly uint[] PastLong = MakeShift(LongStream);
    private static readonly uint[] PastShort = MakeShift(ShortStream);

    /// <summary>CRC of the bytes; of none it is 0.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>CRC of (what <paramref name="crc"/> is the CRC of, followed by <paramref name="bytes"/>).</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var state = ~crc;
        state = ThreeStreams(state, ref bytes, LongStream, PastLong);
        state = ThreeStreams(state, ref bytes, ShortStream, PastShort);
        while (bytes.Length >= 8)
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var b in bytes)
            state = BitOperations.Crc32C(state, b);
        return ~state;
    }

    private static uint ThreeStreams(uint state, ref ReadOnlySpan<byte> bytes, int length, uint[] past)
    {
        var words = length / sizeof(ulong);
        while (BitConverter.IsLittleEndian && bytes.Length >= 3 * length)
        {
            var all = MemoryMarshal.Cast<byte, ulong>(bytes[..(3 * length)]);
            var first = all[..words];
            var second = all.Slice(words, words);
            var third = all.Slice(2 * words, words);
            var (a, b, c) = (state, 0u, 0u);
            for (var i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
            {
                a = BitOperations.Crc32C(a, first[i]);
                b = BitOperations.Crc32C(b, second[i]);
                c = BitOperations.Crc32C(c, third[i]);
            }
            state = Shift(past, Shift(past, a) ^ b) ^ c;
            bytes = bytes[(3 * length)..];
        }
        return state;
    }

    /// <summary>The state after so many zero bytes, put together from its four bytes: the CRC is linear.</summary>
    private static uint Shift(uint[] past, uint state) =>
        past[state & 0xFF] ^ past[256 + ((state >> 8) & 0xFF)] ^ past[512 + ((state >> 16) & 0xFF)] ^ past[768 + (state >> 24)];

    private static uint[] MakeShift(int zeroBytes)
    {
        Span<uint> ofBit = stackalloc uint[32];
        for (var bit = 0; bit < 32; bit++)
        {
            ofBit[bit] = 1u << bit;
            for (var i = 0; i < zeroBytes; i += 8)
                ofBit[bit] = BitOperations.Crc32C(ofBit[bit], 0UL);
        }
        var table = new uint[1024];
        for (var entry = 0; entry < table.Length; entry++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                if ((entry >> bit & 1) == 1)
                    table[entry] ^= ofBit[(entry / 256 * 8) + bit];
            }
        }
        return table;
    }
}
