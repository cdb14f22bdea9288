using System.Runtime.CompilerServices;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.TimeSeries.LineProtocol;

/// <summary>
/// Event records as lines of the measurement <c>ced_event</c> (SCHEMA.md). What all events of one journal record share is written
/// once by <see cref="Begin"/>; a line is then three copies, a handful of numbers and the point time, without allocation.
/// </summary>
internal sealed class EventLines
{
    /// <summary>Longest a name can become: 32 bytes in a leaf, each escaped to three.</summary>
    private const int NameBytesMax = 96;

    /// <summary>No line is longer; a destination needs this much room.</summary>
    public const int LineBytesMax = 2_048;

    /// <summary>Longest part of a line that differs from event to event: its names, fields and point time.</summary>
    private const int OwnBytesMax = 448;

    /// <summary>The fields class and code of every code of the vocabulary, as they stand in a line.</summary>
    private static readonly byte[][] Kinds = [.. Enum.GetValues<EventCode>().Order().Select(KindOf)];

    private readonly byte[] _head = new byte[(4 * NameBytesMax) + 128];
    private readonly byte[] _middle = new byte[(4 * NameBytesMax) + 128];
    private readonly byte[] _shared = new byte[NameBytesMax + 512];
    private int _headLength;
    private int _middleLength;
    private int _sharedLength;

    /// <summary>Bytes that no line of the journal record begun can exceed.</summary>
    public int LineBytesMost => _headLength + _middleLength + _sharedLength + OwnBytesMax;

    /// <summary>Takes the tags and fields that the following lines share. Tags stand in sorted order, which saves the server a sort.</summary>
    public void Begin(SeriesSource source)
    {
        var head = new LineText(_head);
        head.Literal("ced_event"u8);
        Tag(ref head, ",armoury="u8, source.Armoury);
        Tag(ref head, ",device="u8, source.Device);
        Tag(ref head, ",dock="u8, source.Dock);
        head.Literal(",event="u8);
        _headLength = head.Length;

        var middle = new LineText(_middle);
        Tag(ref middle, ",force="u8, source.Force);
        Tag(ref middle, ",log="u8, EventNames.Of(source.Log));
        Tag(ref middle, ",model="u8, source.Model);
        middle.Literal(" sequence="u8);
        _middleLength = middle.Length;

        var shared = new LineText(_shared);
        shared.Literal(",leaf="u8);
        shared.Integer(source.LeafIndex);
        shared.Literal(",epoch="u8);
        shared.Integer(source.Epoch.Number);
        shared.Literal(",incarnation="u8);
        shared.Integer(source.Epoch.Incarnation);
        shared.Literal(",received_ns="u8);
        shared.Integer(source.ReceivedNs);
        shared.Literal(",marks="u8);
        shared.Integer(source.Marks);
        if (source.ClockQuality != "none")
        {
            shared.Literal(",clock_offset_ns="u8);
            shared.Integer(source.ClockOffsetNs);
            shared.Literal(",clock_bound_ns="u8);
            shared.Integer(source.ClockBoundNs);
        }
        Text(ref shared, ",clock_quality="u8, source.ClockQuality);
        Text(ref shared, ",grade="u8, source.Grade);
        Text(ref shared, ",carrier="u8, source.Carrier);
        shared.Literal(" "u8);
        _sharedLength = shared.Length;
    }

    /// <summary>Writes one line with its line feed and returns its length. The destination holds at least <see cref="LineBytesMax"/> bytes.</summary>
    public int Write(Span<byte> destination, in SeriesEvent happened)
    {
        var record = happened.Record;
        var at = LineBytes.Literal(destination, 0, _head.AsSpan(0, _headLength));
        at = LineBytes.Literal(destination, at, EventNames.Utf8Of(record.Code));
        at = LineBytes.Literal(destination, at, _middle.AsSpan(0, _middleLength));
        at = LineBytes.Integer(destination, at, unchecked((long)happened.Sequence));
        at = Kind(destination, at, record.Code);
        at = LineBytes.Literal(destination, at, happened.TimeFromDevice ? ",time_source=\"device\""u8 : ",time_source=\"received\""u8);
        at = Measured(destination, at, record);
        at = LineBytes.Literal(destination, at, _shared.AsSpan(0, _sharedLength));
        at = LineBytes.Digits(destination, at, happened.PointTimeNs);
        destination[at] = (byte)'\n';
        return at + 1;
    }

    private static int Kind(Span<byte> destination, int at, EventCode code)
    {
        if ((int)code < Kinds.Length)
        {
            return LineBytes.Literal(destination, at, Kinds[(int)code]);
        }
        at = LineBytes.Literal(destination, at, ",class=\""u8);
        at = LineBytes.Literal(destination, at, EventNames.ClassOf(code));
        at = LineBytes.Literal(destination, at, "\",code="u8);
        return LineBytes.Integer(destination, at, (long)code);
    }

    private static byte[] KindOf(EventCode code)
    {
        var line = new LineText(new byte[64]);
        line.Literal(",class=\""u8);
        line.Literal(EventNames.ClassOf(code));
        line.Literal("\",code="u8);
        line.Integer((long)code);
        return line.Written.ToArray();
    }

    /// <summary>A field that the device left absent is absent here too: a zero that nobody measured would enter averages.</summary>
    private static int Measured(Span<byte> destination, int at, in EventRecord record)
    {
        if (record.Stamp != EventRecord.StampAbsent)
        {
            at = Field(destination, at, ",stamp="u8, unchecked((long)record.Stamp));
        }
        at = Present(destination, at, ",monotonic_ms="u8, record.MonotonicMs);
        at = Present(destination, at, ",duration_ms="u8, record.DurationMs);
        at = Present(destination, at, ",armed_session="u8, record.ArmedSession);
        at = Present(destination, at, ",flags="u8, (ushort)record.Flags);
        at = Present(destination, at, ",bays="u8, record.Bays);
        if (record.TemperatureDeciC != EventRecord.TemperatureAbsent)
        {
            at = Field(destination, at, ",temperature_deci_c="u8, record.TemperatureDeciC);
        }
        if (record.BatteryPercent != EventRecord.ByteAbsent)
        {
            at = Field(destination, at, ",battery_percent="u8, record.BatteryPercent);
        }
        if (record.Bay != EventRecord.ByteAbsent)
        {
            at = Field(destination, at, ",bay="u8, record.Bay);
        }
        return record.Argument != 0 ? Field(destination, at, ",argument="u8, unchecked((long)record.Argument)) : at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Present(Span<byte> destination, int at, ReadOnlySpan<byte> name, uint value) =>
        value != 0 ? Field(destination, at, name, value) : at;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Field(Span<byte> destination, int at, ReadOnlySpan<byte> name, long value) =>
        LineBytes.Integer(destination, LineBytes.Literal(destination, at, name), value);

    private static void Tag(ref LineText line, ReadOnlySpan<byte> name, string value)
    {
        if (value.Length > 0)
        {
            line.Literal(name);
            line.TagValue(value);
        }
    }

    private static void Text(ref LineText line, ReadOnlySpan<byte> name, string value)
    {
        if (value.Length > 0)
        {
            line.Literal(name);
            line.Quoted(value);
        }
    }
}
