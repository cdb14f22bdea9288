using System.Text;

namespace TaserTelemetry.Gateway.TimeSeries.LineProtocol;

/// <summary>Facts as lines: one measurement a kind, the state as a tag, numbers as fields (SCHEMA.md).</summary>
internal static class FactLines
{
    /// <summary>Writes one line with its line feed and returns its length. The destination holds at least <see cref="EventLines.LineBytesMax"/> bytes.</summary>
    public static int Write(Span<byte> destination, SeriesFact fact)
    {
        var line = new LineText(destination);
        line.Literal(Encoding.ASCII.GetBytes(SeriesFact.NameOf(fact.Kind)));
        Tag(ref line, ",armoury="u8, fact.Armoury);
        Tag(ref line, ",device="u8, fact.Device);
        Tag(ref line, ",dock="u8, fact.Dock);
        Tag(ref line, ",force="u8, fact.Force);
        Tag(ref line, ",state="u8, fact.State);
        line.Literal(" leaf="u8);
        line.Integer(fact.LeafIndex);
        if (fact.First is { } first)
        {
            line.Literal(",first="u8);
            line.Integer(first);
        }
        Field(ref line, ",count="u8, fact.Count);
        Field(ref line, ",part="u8, fact.Part);
        Field(ref line, ",bytes="u8, fact.Bytes);
        Field(ref line, ",offset_ns="u8, fact.OffsetNs);
        Field(ref line, ",bound_ns="u8, unchecked((long?)fact.BoundNs));
        if (fact.Source is { } source)
        {
            line.Literal(",log=\""u8);
            line.Literal(Encoding.ASCII.GetBytes(EventNames.Of(source.Log)));
            line.Literal("\""u8);
            Field(ref line, ",epoch="u8, source.Epoch.Number);
            Field(ref line, ",incarnation="u8, unchecked((long)source.Epoch.Incarnation));
        }
        if (fact.Pulses is { } pulses)
        {
            Field(ref line, ",first_pulse="u8, pulses.FirstPulse);
            Field(ref line, ",span_us="u8, pulses.SpanUs);
            Field(ref line, ",charged_pulses="u8, pulses.ChargeNc.Times);
            Field(ref line, ",charge_nc="u8, Known(pulses.ChargeNc, pulses.ChargeNc.Sum));
            Field(ref line, ",charge_nc_min="u8, Known(pulses.ChargeNc, pulses.ChargeNc.Least));
            Field(ref line, ",charge_nc_max="u8, Known(pulses.ChargeNc, pulses.ChargeNc.Greatest));
            Field(ref line, ",peak_v_min="u8, Known(pulses.PeakV, pulses.PeakV.Least));
            Field(ref line, ",peak_v_max="u8, Known(pulses.PeakV, pulses.PeakV.Greatest));
            Field(ref line, ",arc_v_min="u8, Known(pulses.ArcV, pulses.ArcV.Least));
            Field(ref line, ",arc_v_max="u8, Known(pulses.ArcV, pulses.ArcV.Greatest));
        }
        line.Literal(" "u8);
        line.Digits(fact.PointTimeNs);
        line.Literal("\n"u8);
        return line.Length;
    }

    private static long? Known(in Measured measured, long value) => measured.Times == 0 ? null : value;

    private static void Tag(ref LineText line, ReadOnlySpan<byte> name, string value)
    {
        if (value.Length > 0)
        {
            line.Literal(name);
            line.TagValue(value);
        }
    }

    private static void Field(ref LineText line, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } known)
        {
            line.Literal(name);
            line.Integer(known);
        }
    }
}
