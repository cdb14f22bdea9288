using System.Text;

namespace TaserTelemetry.Gateway.TimeSeries.LineProtocol;

/// <summary>
/// Writes InfluxDB line protocol into a span and knows its escaping. A tag value cannot end in a backslash and cannot hold a line
/// feed in any escaping the protocol has, so backslash, percent and control characters become %XX in tag values: two different
/// names stay two different tags.
/// </summary>
internal ref struct LineText(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written so far.</summary>
    public int Length { readonly get; private set; }

    public readonly ReadOnlySpan<byte> Written => _destination[..Length];

    public void Literal(scoped ReadOnlySpan<byte> text) => Length = LineBytes.Literal(_destination, Length, text);

    /// <summary>An integer field value: digits and the closing <c>i</c>.</summary>
    public void Integer(long value) => Length = LineBytes.Integer(_destination, Length, value);

    /// <summary>An unsigned field value. InfluxDB 1 has no unsigned type, so the bits are kept: 2^63 and above read as negative (SCHEMA.md, "Integers").</summary>
    public void Integer(ulong value) => Integer(unchecked((long)value));

    /// <summary>A bare number, as a point time is written.</summary>
    public void Digits(long value) => Length = LineBytes.Digits(_destination, Length, value);

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
