using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Records;

/// <summary>
/// What does not make sense in a record (SPEC clause 7.6). A mark is not a refusal: marked records are stored, and a batch's leaf has the
/// marks of its records, joined.
/// </summary>
[Flags]
public enum RecordMarks : uint
{
    /// <summary>Nothing doubtful.</summary>
    None = 0,

    /// <summary>The code is 0 or not known here.</summary>
    CodeUnknown = 1,

    /// <summary>A code that only a gateway writes.</summary>
    CodeNotADevices = 2,

    /// <summary>A flag that is not known here.</summary>
    FlagsUnknown = 4,

    /// <summary>The stamp is beyond the year 2100.</summary>
    StampBeyondRange = 8,

    /// <summary>The duration is above 24 hours.</summary>
    DurationBeyondRange = 16,

    /// <summary>A bay's state is 6 or 7, or one of the two top bits is set.</summary>
    BaysWrong = 32,

    /// <summary>The temperature is below -60.0 or above 120.0 degrees Celsius.</summary>
    TemperatureBeyondRange = 64,

    /// <summary>The battery level is above 100 and not absent.</summary>
    BatteryBeyondRange = 128,

    /// <summary>The bay is above 9 and not absent.</summary>
    BayBeyondRange = 256,

    /// <summary>The argument is above what its code allows.</summary>
    ArgumentBeyondRange = 512,
}

/// <summary>The checks of SPEC clause 7.6: ten for each record, without allocation.</summary>
internal static class RecordCheck
{
    private const uint DurationMsMax = 86_400_000;
    private const ulong SecondsMax = 4_102_444_800; // 2100-01-01
    private const uint TopBitsOfBays = 0x2492_4924; // the highest of each bay's three bits
    private const uint MiddleBitsOfBays = 0x1249_2492;
    private const uint NoBayThere = 0xC000_0000;

    // Codes 1 to 29 but 27, which no device writes.
    private const uint DeviceCodes = 0x37FF_FFFE;
    private const int CodeBits = 31;
    private const int CodeMax = (int)EventCode.DockDisconnect;
    private const int FlagsMax = 15;
    private const int TemperatureLowDeciC = 600;
    private const int TemperatureSpanDeciC = 1_800;
    private const int TemperatureAbsentShifted = 0x8000 + TemperatureLowDeciC;

    private static readonly ulong[] ArgumentMaxOfCode = [.. Enumerable.Range(0, CodeBits + 1).Select(code => ArgumentMax((EventCode)code))];

    // Sixteen 16-bit fields of a record's first 32 bytes: 6 code, 7 flags, 9 upper half of the duration, 14 temperature; the rest passes.
    private static readonly Vector256<ushort> WordBias = Vector256<ushort>
        .Zero.WithElement(6, ushort.MaxValue)
        .WithElement(14, (ushort)TemperatureLowDeciC);

    private static readonly Vector256<ushort> WordMax = Vector256<ushort>
        .AllBitsSet.WithElement(6, (ushort)(CodeMax - 1))
        .WithElement(7, (ushort)FlagsMax)
        .WithElement(9, (ushort)((DurationMsMax >> 16) - 1))
        .WithElement(14, (ushort)TemperatureSpanDeciC);

    // A temperature that says absent passes; every other lane names a value that passes anyhow.
    private static readonly Vector256<ushort> WordAbsent = Vector256<ushort>.Zero.WithElement(6, (ushort)1).WithElement(14, (ushort)0x8000);

    // Bytes 30 and 31, battery and bay: one above, so that 255, absent, becomes 0 and passes.
    private static readonly Vector256<byte> ByteBias = Vector256<byte>.Zero.WithElement(30, (byte)1).WithElement(31, (byte)1);

    private static readonly Vector256<byte> ByteMax = Vector256<byte>
        .AllBitsSet.WithElement(30, (byte)101)
        .WithElement(31, (byte)EventRecord.BaysMax);

    // Bytes 24 to 27, the bays.
    private static readonly Vector256<uint> TopOfBays = Vector256<uint>.Zero.WithElement(6, TopBitsOfBays);
    private static readonly Vector256<uint> MiddleOfBays = Vector256<uint>.Zero.WithElement(6, MiddleBitsOfBays);
    private static readonly Vector256<uint> NoBays = Vector256<uint>.Zero.WithElement(6, NoBayThere);

    /// <summary>The marks of all records, joined. The bytes are a whole number of records.</summary>
    internal static RecordMarks All(ReadOnlySpan<byte> records, int width, StampUnit unit) =>
        All(records, width, unit, Vector256.IsHardwareAccelerated);

    /// <summary>The same, by the way that is named: both give the same marks.</summary>
    internal static RecordMarks All(ReadOnlySpan<byte> records, int width, StampUnit unit, bool inVectors)
    {
        var stampMax = StampMax(unit);
        // One above, so that the absent stamp, which wraps to zero, passes the same comparison.
        var stampLimit = stampMax == ulong.MaxValue ? ulong.MaxValue : stampMax + 1;
        var argumentMax = ArgumentMaxOfCode.AsSpan(0, CodeBits + 1);
        var doubtful = inVectors
            ? AnyDoubtfulInVectors(records, width, stampLimit, argumentMax)
            : AnyDoubtful(records, width, stampLimit, argumentMax);
        return doubtful ? Each(records, width, stampMax) : RecordMarks.None;
    }

    // Doubt is rare: the first pass only asks whether there is any, and needs no branch to.
    private static RecordMarks Each(ReadOnlySpan<byte> records, int width, ulong stampMax)
    {
        var marks = 0u;
        for (; records.Length >= width && records.Length >= EventRecord.Bytes; records = records[width..])
        {
            marks |= One(records, stampMax);
        }

        return (RecordMarks)marks;
    }

    private static bool AnyDoubtful(ReadOnlySpan<byte> records, int width, ulong stampLimit, ReadOnlySpan<ulong> argumentMax)
    {
        var doubtful = false;
        for (; records.Length >= width && records.Length >= EventRecord.Bytes; records = records[width..])
        {
            doubtful |= IsDoubtful(records[..EventRecord.Bytes], stampLimit, argumentMax);
        }

        return doubtful;
    }

    /// <summary>
    /// Whether any of the checks of <see cref="One"/> fails: the same ten, joined without a branch. A difference is negative where its
    /// check fails, so that one sign bit tells of all; additions wrap on purpose where all ones mean absent (SPEC clause 7.1).
    /// </summary>
    private static bool IsDoubtful(ReadOnlySpan<byte> record, ulong stampLimit, ReadOnlySpan<ulong> argumentMax)
    {
        unchecked
        {
            var stamp = BinaryPrimitives.ReadUInt64LittleEndian(record);
            var codeAndFlags = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
            long code = codeAndFlags & 0xFFFF;
            long flags = codeAndFlags >> 16;
            long durationMs = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
            var bays = BinaryPrimitives.ReadUInt32LittleEndian(record[24..]);
            var last = BinaryPrimitives.ReadUInt32LittleEndian(record[28..]);
            var argument = BinaryPrimitives.ReadUInt64LittleEndian(record[32..]);
            long temperature = (ushort)(last + TemperatureLowDeciC);
            long battery = (byte)((last >> 16) + 1);
            long bay = (byte)((last >> 24) + 1);
            long baysWrong = (bays & TopBitsOfBays & ((bays & MiddleBitsOfBays) << 1)) | (bays & NoBayThere);
            var sign =
                (CodeBits - code)
                | (((DeviceCodes >> (int)code) & 1L) - 1)
                | (FlagsMax - flags)
                | (DurationMsMax - durationMs)
                | -baysWrong
                | ((TemperatureSpanDeciC - temperature) & -(temperature ^ TemperatureAbsentShifted))
                | (101 - battery)
                | (EventRecord.BaysMax - bay);
            return sign < 0 | stamp + 1 > stampLimit | argument > argumentMax[(int)(code & CodeBits)];
        }
    }

    /// <summary>
    /// The same ten with the first 32 bytes in one register: what is above its limit differs from the lesser of both. Only a duration within
    /// 66 seconds of the limit is called doubtful without being so; <see cref="One"/> has the last word on every record of such a batch.
    /// </summary>
    private static bool AnyDoubtfulInVectors(ReadOnlySpan<byte> records, int width, ulong stampLimit, ReadOnlySpan<ulong> argumentMax)
    {
        var wrong = Vector256<uint>.Zero;
        var beyond = false;
        for (; records.Length >= width && records.Length >= EventRecord.Bytes; records = records[width..])
        {
            var record = records[..EventRecord.Bytes];
            var bytes = Vector256.Create(record[..Vector256<byte>.Count]);
            var words = bytes.AsUInt16() + WordBias;
            var aboveWord = Vector256.AndNot(words ^ Vector256.Min(words, WordMax), Vector256.Equals(bytes.AsUInt16(), WordAbsent));
            var small = bytes + ByteBias;
            var aboveByte = small ^ Vector256.Min(small, ByteMax);
            var bays = bytes.AsUInt32();
            wrong |= aboveWord.AsUInt32() | aboveByte.AsUInt32() | (bays & TopOfBays & ((bays & MiddleOfBays) << 1)) | (bays & NoBays);
            var code = BinaryPrimitives.ReadUInt16LittleEndian(record[12..]);
            beyond |=
                code == (ushort)EventCode.LogWrap
                | unchecked(BinaryPrimitives.ReadUInt64LittleEndian(record) + 1) > stampLimit
                | BinaryPrimitives.ReadUInt64LittleEndian(record[32..]) > argumentMax[code & CodeBits];
        }

        return beyond | wrong != Vector256<uint>.Zero;
    }

    private static ulong StampMax(StampUnit unit) =>
        unit switch
        {
            StampUnit.Seconds => SecondsMax,
            StampUnit.Milliseconds => SecondsMax * 1_000,
            StampUnit.Microseconds => SecondsMax * 1_000_000,
            _ => ulong.MaxValue,
        };

    private static uint One(ReadOnlySpan<byte> record, ulong stampMax)
    {
        record = record[..EventRecord.Bytes];
        var stamp = BinaryPrimitives.ReadUInt64LittleEndian(record);
        var code = BinaryPrimitives.ReadUInt16LittleEndian(record[12..]);
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(record[14..]);
        var durationMs = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        var bays = BinaryPrimitives.ReadUInt32LittleEndian(record[24..]);
        var temperature = BinaryPrimitives.ReadInt16LittleEndian(record[28..]);
        var (battery, bay) = (record[30], record[31]);
        var argument = BinaryPrimitives.ReadUInt64LittleEndian(record[32..]);
        var marks = 0u;
        marks |= code is 0 or > (ushort)EventCode.DockDisconnect ? (uint)RecordMarks.CodeUnknown : 0;
        marks |= code == (ushort)EventCode.LogWrap ? (uint)RecordMarks.CodeNotADevices : 0;
        marks |= flags > 15 ? (uint)RecordMarks.FlagsUnknown : 0;
        marks |= stamp > stampMax && stamp != EventRecord.StampAbsent ? (uint)RecordMarks.StampBeyondRange : 0;
        marks |= durationMs > DurationMsMax ? (uint)RecordMarks.DurationBeyondRange : 0;
        marks |=
            ((bays & TopBitsOfBays) & ((bays & MiddleBitsOfBays) << 1)) != 0 || (bays & NoBayThere) != 0 ? (uint)RecordMarks.BaysWrong : 0;
        marks |=
            temperature is < -600 or > 1_200 && temperature != EventRecord.TemperatureAbsent ? (uint)RecordMarks.TemperatureBeyondRange : 0;
        marks |= battery > 100 && battery != EventRecord.ByteAbsent ? (uint)RecordMarks.BatteryBeyondRange : 0;
        marks |= bay >= EventRecord.BaysMax && bay != EventRecord.ByteAbsent ? (uint)RecordMarks.BayBeyondRange : 0;
        marks |= argument > ArgumentMax((EventCode)code) ? (uint)RecordMarks.ArgumentBeyondRange : 0;
        return marks;
    }

    private static ulong ArgumentMax(EventCode code) =>
        code switch
        {
            EventCode.Deploy or EventCode.Test or EventCode.FirmwareUpdate => 2,
            EventCode.Connection or EventCode.PowerSave or EventCode.Light => 1,
            EventCode.Reenergise => ushort.MaxValue,
            EventCode.PulseBlock => uint.MaxValue,
            EventCode.ConfigChange => 0xFFFF_FFFF_FFFF,
            EventCode.Fault => 0xFF_FFFF_FFFF,
            EventCode.SignalTransmit => ushort.MaxValue,
            EventCode.TimeSync or EventCode.ClockReset or EventCode.LogWrap => ulong.MaxValue,
            > EventCode.DockDisconnect => ulong.MaxValue,
            _ => 0,
        };
}
