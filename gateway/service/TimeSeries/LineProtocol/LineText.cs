using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace TaserTelemetry.Gateway.TimeSeries.LineProtocol;

/// <summary>
/// Writes InfluxDB line protocol into a span and knows its escaping. A tag value cannot end in a backslash and cannot hold a line
/// feed in any escaping the protocol has, so backslash, percent and control characters become %XX in tag values: two different
/// names stay two different tags.
/// </summary>
internal ref struct LineText(Span<byte> destination)
{
    private const ulong EightDigits = 100_000_000;
    private const int LongDigitsMax = 19;
    private const ulong AsciiZeros = 0x3030_3030_3030_3030;

    // Set in the last digit's byte, so that a zero keeps one digit.
    private const ulong LastDigit = 1UL << 56;
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written so far.</summary>
    public int Length { readonly get; private set; }

    public readonly ReadOnlySpan<byte> Written => _destination[..Length];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Literal(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_destination[Length..]);
        Length += text.Length;
    }

    /// <summary>An integer field value: digits and the closing <c>i</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Integer(long value)
    {
        Digits(value);
        _destination[Length++] = (byte)'i';
    }

    /// <summary>An unsigned field value. InfluxDB 1 has no unsigned type, so the bits are kept: 2^63 and above read as negative (SCHEMA.md, "Integers").</summary>
    public void Integer(ulong value) => Integer(unchecked((long)value));

    /// <summary>A bare number, as a point time is written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Digits(long value)
    {
        if (value is >= 0 and < (long)EightDigits && _destination.Length - Length >= sizeof(ulong))
        {
            Leading((uint)value);
            return;
        }
        ManyDigits(value);
    }

    private void ManyDigits(long value)
    {
        if (value < 0 || _destination.Length - Length < LongDigitsMax + sizeof(ulong))
        {
            Formatted(value);
            return;
        }
        var (high, low) = Math.DivRem((ulong)value, EightDigits);
        if (high < EightDigits)
        {
            Leading((uint)high);
        }
        else
        {
            var (highest, middle) = Math.DivRem(high, EightDigits);
            Leading((uint)highest);
            Eight((uint)middle);
        }
        Eight((uint)low);
    }

    private void Formatted(long value)
    {
        if (!Utf8Formatter.TryFormat(value, _destination[Length..], out var written))
        {
            throw new InvalidOperationException("The buffer of a line is smaller than its longest form.");
        }
        Length += written;
    }

    // All eight digits are written and the leading zeros shifted out: a number of any length takes the same few instructions.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Leading(uint value)
    {
        var digits = ToDigits(value);
        var zeros = BitOperations.TrailingZeroCount(digits | LastDigit) / 8;
        BinaryPrimitives.WriteUInt64LittleEndian(_destination[Length..], (digits | AsciiZeros) >> (8 * zeros));
        Length += sizeof(ulong) - zeros;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Eight(uint value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_destination[Length..], ToDigits(value) | AsciiZeros);
        Length += sizeof(ulong);
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

    /// <summary>A tag value, escaped. Empty is the caller's to leave out: InfluxDB refuses an empty tag value.</summary>
    public void TagValue(scoped ReadOnlySpan<char> value)
    {
        Span<byte> utf8 = stackalloc byte[Encoding.UTF8.GetMaxByteCount(1)];
        foreach (var rune in value.EnumerateRunes())
        {
            var width = rune.EncodeToUtf8(utf8);
            if (rune.Value is '\\' or '%' || rune.Value < 0x20 || rune.Value == 0x7F)
            {
                Percent((byte)rune.Value);
                continue;
            }
            if (rune.Value is ',' or '=' or ' ')
            {
                _destination[Length++] = (byte)'\\';
            }
            Literal(utf8[..width]);
        }
    }

    /// <summary>A string field value with its quotes, escaped.</summary>
    public void Quoted(scoped ReadOnlySpan<char> value)
    {
        Span<byte> utf8 = stackalloc byte[Encoding.UTF8.GetMaxByteCount(1)];
        _destination[Length++] = (byte)'"';
        foreach (var rune in value.EnumerateRunes())
        {
            var width = rune.EncodeToUtf8(utf8);
            if (rune.Value is '"' or '\\')
            {
                _destination[Length++] = (byte)'\\';
            }
            if (rune.Value < 0x20)
            {
                Percent((byte)rune.Value);
                continue;
            }
            Literal(utf8[..width]);
        }
        _destination[Length++] = (byte)'"';
    }

    private void Percent(byte value)
    {
        _destination[Length++] = (byte)'%';
        value.TryFormat(_destination[Length..], out var written, "X2");
        Length += written;
    }
}
