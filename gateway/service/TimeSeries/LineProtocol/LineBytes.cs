using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace TaserTelemetry.Gateway.TimeSeries.LineProtocol;

/// <summary>
/// The parts of a line that every event has. Each takes a place and answers the next one, so that the place stays in a register: kept in
/// a struct that is handed on by reference, it cost a fifth of the line.
/// </summary>
internal static class LineBytes
{
    private const long EightDigits = 100_000_000;
    private const long SevenDigits = 10_000_000;
    private const int LongDigitsMax = 19;
    private const ulong AsciiZeros = 0x3030_3030_3030_3030;

    // Set in the last digit's byte, so that a zero keeps one digit.
    private const ulong LastDigit = 1UL << 56;

    /// <summary>Bytes as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Literal(Span<byte> destination, int at, scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(destination[at..]);
        return at + text.Length;
    }

    /// <summary>An integer field value: digits and the closing <c>i</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Integer(Span<byte> destination, int at, long value)
    {
        if (value is >= 0 and < SevenDigits && destination.Length - at >= sizeof(ulong))
        {
            // With at least one leading zero shifted out there is room for the closing letter in the same eight bytes.
            var digits = ToDigits((uint)value);
            var zeros = BitOperations.TrailingZeroCount(digits | LastDigit) / 8;
            var word = ((digits | AsciiZeros) >> (8 * zeros)) | ((ulong)'i' << (64 - (8 * zeros)));
            BinaryPrimitives.WriteUInt64LittleEndian(destination[at..], word);
            return at + sizeof(ulong) - zeros + 1;
        }
        at = ManyDigits(destination, at, value);
        destination[at] = (byte)'i';
        return at + 1;
    }

    /// <summary>A bare number, as a point time is written.</summary>
    public static int Digits(Span<byte> destination, int at, long value) => ManyDigits(destination, at, value);

    private static int ManyDigits(Span<byte> destination, int at, long value)
    {
        if (value < 0 || destination.Length - at < LongDigitsMax + sizeof(ulong))
        {
            return Formatted(destination, at, value);
        }
        if (value < EightDigits)
        {
            return Leading(destination, at, (uint)value);
        }
        var (high, low) = Math.DivRem(value, EightDigits);
        if (high < EightDigits)
        {
            at = Leading(destination, at, (uint)high);
        }
        else
        {
            var (highest, middle) = Math.DivRem(high, EightDigits);
            at = Leading(destination, at, (uint)highest);
            at = Eight(destination, at, (uint)middle);
        }
        return Eight(destination, at, (uint)low);
    }

    private static int Formatted(Span<byte> destination, int at, long value)
    {
        if (!Utf8Formatter.TryFormat(value, destination[at..], out var written))
        {
            throw new InvalidOperationException("The buffer of a line is smaller than its longest form.");
        }
        return at + written;
    }

    // All eight digits are written and the leading zeros shifted out: a number of any length takes the same few instructions.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Leading(Span<byte> destination, int at, uint value)
    {
        var digits = ToDigits(value);
        var zeros = BitOperations.TrailingZeroCount(digits | LastDigit) / 8;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[at..], (digits | AsciiZeros) >> (8 * zeros));
        return at + sizeof(ulong) - zeros;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Eight(Span<byte> destination, int at, uint value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination[at..], ToDigits(value) | AsciiZeros);
        return at + sizeof(ulong);
    }

    /// <summary>Eight digits in eight bytes, the first lowest: halves, then quarters, then digits, all of one width divided at once by multiplying.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ToDigits(uint value)
    {
        unchecked
        {
            var (high, low) = (value / 10_000, value % 10_000);
            var fours = high | ((ulong)low << 32);
            var hundreds = ((fours * 10_486) >> 20) & 0x0000_007F_0000_007F;
            var twos = hundreds | ((fours - (hundreds * 100)) << 16);
            var tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F;
            return tens | ((twos - (tens * 10)) << 8);
        }
    }
}
