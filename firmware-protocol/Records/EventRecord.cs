using System.Buffers.Binary;

namespace TaserTelemetry.FirmwareProtocol.Records;

/// <summary>
/// One event as the device wrote it: 40 bytes, little-endian, in version 1 (SPEC clause 7.1). Immutable; the default value is a
/// zero-filled record, which is no event. Nothing is checked here: holding one does not mean that it makes sense.
/// </summary>
/// <param name="Stamp">Device clock in the batch's stamp unit, exactly as stored and never altered; <see cref="StampAbsent"/> = absent.</param>
/// <param name="MonotonicMs">Milliseconds since the device last started; 0 = absent.</param>
/// <param name="Code">What happened; a number outside <see cref="EventCode"/> is kept.</param>
/// <param name="Flags">See <see cref="EventFlags"/>.</param>
/// <param name="DurationMs">Milliseconds; 0 = none or absent.</param>
/// <param name="ArmedSession">The device's own number of the ARM to SAFE session; 0 = none.</param>
/// <param name="Bays">Ten bays of 3 bits, bay 0 lowest: the state after the event. The two top bits are zero.</param>
/// <param name="TemperatureDeciC">Tenths of a degree Celsius; <see cref="TemperatureAbsent"/> = absent.</param>
/// <param name="BatteryPercent">0 to 100; <see cref="ByteAbsent"/> = absent.</param>
/// <param name="Bay">The bay or chamber the event is about, 0 to 9; <see cref="ByteAbsent"/> = none.</param>
/// <param name="Argument">Meaning depends on the code; 0 where the code gives none.</param>
public readonly record struct EventRecord(
    ulong Stamp,
    uint MonotonicMs,
    EventCode Code,
    EventFlags Flags,
    uint DurationMs,
    uint ArmedSession,
    uint Bays,
    short TemperatureDeciC,
    byte BatteryPercent,
    byte Bay,
    ulong Argument
)
{
    /// <summary>Bytes of a version 1 record on the wire.</summary>
    public const int Bytes = 40;

    /// <summary>Bays or chambers a record can describe.</summary>
    public const int BaysMax = 10;

    /// <summary>A stamp of all ones is absent.</summary>
    public const ulong StampAbsent = ulong.MaxValue;

    /// <summary>A temperature of -32768 is absent.</summary>
    public const short TemperatureAbsent = short.MinValue;

    /// <summary>A battery level or a bay of 255 is absent.</summary>
    public const byte ByteAbsent = byte.MaxValue;

    /// <summary>Reads the first <see cref="Bytes"/> bytes. A shorter span is a programming error.</summary>
    public static EventRecord Read(ReadOnlySpan<byte> untrusted) =>
        new(
            BinaryPrimitives.ReadUInt64LittleEndian(untrusted),
            BinaryPrimitives.ReadUInt32LittleEndian(untrusted[8..]),
            (EventCode)BinaryPrimitives.ReadUInt16LittleEndian(untrusted[12..]),
            (EventFlags)BinaryPrimitives.ReadUInt16LittleEndian(untrusted[14..]),
            BinaryPrimitives.ReadUInt32LittleEndian(untrusted[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(untrusted[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(untrusted[24..]),
            BinaryPrimitives.ReadInt16LittleEndian(untrusted[28..]),
            untrusted[30],
            untrusted[31],
            BinaryPrimitives.ReadUInt64LittleEndian(untrusted[32..])
        );

    /// <summary>Writes <see cref="Bytes"/> bytes at the start of the span. A shorter span is a programming error.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Stamp);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], MonotonicMs);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[12..], (ushort)Code);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[14..], (ushort)Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], DurationMs);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], ArmedSession);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[24..], Bays);
        BinaryPrimitives.WriteInt16LittleEndian(destination[28..], TemperatureDeciC);
        destination[30] = BatteryPercent;
        destination[31] = Bay;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], Argument);
    }

    /// <summary>State of one bay, 0 to <see cref="BaysMax"/> - 1; a larger number answers <see cref="BayState.NotReported"/>.</summary>
    public BayState BayAt(int bay) => bay is < 0 or >= BaysMax ? BayState.NotReported : (BayState)((Bays >> (3 * bay)) & 7);
}
