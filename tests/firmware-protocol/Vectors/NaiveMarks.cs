using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Tests.Vectors;

/// <summary>SPEC clause 7.6 written down once more, plainly.</summary>
internal static class NaiveMarks
{
    public static RecordMarks Of(byte[] bytes, StampUnit unit)
    {
        var record = EventRecord.Read(bytes);
        var marks = RecordMarks.None;
        Mark(!Enum.IsDefined(record.Code) || record.Code == EventCode.None, RecordMarks.CodeUnknown);
        Mark(record.Code == EventCode.LogWrap, RecordMarks.CodeNotADevices);
        Mark((ushort)record.Flags > 15, RecordMarks.FlagsUnknown);
        Mark(record.Stamp != EventRecord.StampAbsent && record.Stamp > EndOf(unit), RecordMarks.StampBeyondRange);
        Mark(record.DurationMs > TimeSpan.FromDays(1).TotalMilliseconds, RecordMarks.DurationBeyondRange);
        Mark(record.Bays >> 30 != 0 || Enumerable.Range(0, 10).Any(bay => (byte)record.BayAt(bay) > 5), RecordMarks.BaysWrong);
        Mark(
            record.TemperatureDeciC != EventRecord.TemperatureAbsent && record.TemperatureDeciC is < -600 or > 1_200,
            RecordMarks.TemperatureBeyondRange
        );
        Mark(record.BatteryPercent is > 100 and < 255, RecordMarks.BatteryBeyondRange);
        Mark(record.Bay is > 9 and < 255, RecordMarks.BayBeyondRange);
        Mark(record.Argument > Most(record.Code), RecordMarks.ArgumentBeyondRange);
        return marks;

        void Mark(bool wrong, RecordMarks mark) => marks |= wrong ? mark : RecordMarks.None;
    }

    private static ulong EndOf(StampUnit unit)
    {
        var seconds = (ulong)new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        return unit switch
        {
            StampUnit.Seconds => seconds,
            StampUnit.Milliseconds => seconds * 1_000,
            StampUnit.Microseconds => seconds * 1_000_000,
            _ => ulong.MaxValue,
        };
    }

    private static ulong Most(EventCode code) =>
        (ushort)code switch
        {
            5 or 26 => 65_535,
            6 or 11 or 21 => 2,
            7 or 23 or 24 => 1,
            8 => 0xFFFF_FFFF,
            19 or 20 or 27 => ulong.MaxValue,
            22 => (1UL << 48) - 1,
            25 => (1UL << 40) - 1,
            > 29 => ulong.MaxValue,
            _ => 0,
        };
}
