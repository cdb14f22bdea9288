using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.Audit;

/// <summary>The marks of stored records in plain words: a number nobody can read is no answer to an auditor.</summary>
internal static class MarkWords
{
    private static readonly (uint Bit, string Words)[] All =
    [
        ((uint)RecordMarks.CodeUnknown, "event code not known here"),
        ((uint)RecordMarks.CodeNotADevices, "event code that no device writes"),
        ((uint)RecordMarks.FlagsUnknown, "flag not known here"),
        ((uint)RecordMarks.StampBeyondRange, "stamp beyond the year 2100"),
        ((uint)RecordMarks.DurationBeyondRange, "duration above a day"),
        ((uint)RecordMarks.BaysWrong, "state of a bay not possible"),
        ((uint)RecordMarks.TemperatureBeyondRange, "temperature not possible"),
        ((uint)RecordMarks.BatteryBeyondRange, "battery level not possible"),
        ((uint)RecordMarks.BayBeyondRange, "bay not possible"),
        ((uint)RecordMarks.ArgumentBeyondRange, "argument above what its event allows"),
        ((uint)BatchMarks.DeviceUnknown, "device not enrolled"),
        ((uint)BatchMarks.PlaceDiffers, "device enrolled elsewhere"),
        ((uint)BatchMarks.DockUnsigned, "dock not signed in"),
        ((uint)BatchMarks.NonceNotGood, "nonce not good"),
        ((uint)BatchMarks.Variant, "differs from a stored copy"),
        ((uint)BatchMarks.Retranslated, "translated by another version"),
        ((uint)BatchMarks.FromQuarantine, "judged again out of quarantine"),
        ((uint)BatchMarks.LateCarrier, "late, by another carrier"),
        ((uint)BatchMarks.OutsideArmed, "activation behind SAFE"),
        ((uint)BatchMarks.BatteryRose, "battery rose without a change"),
        ((uint)BatchMarks.PulsesOff, "pulse count does not fit the activation"),
        ((uint)BatchMarks.TimeBackwards, "time went back without a setting"),
        ((uint)BatchMarks.StampAhead, "stamp after receipt"),
        ((uint)BatchMarks.DeviceRevoked, "device revoked"),
    ];

    /// <summary>Each set bit in words, in the order of the bits; a bit without words is named by its number.</summary>
    public static IReadOnlyList<string> Of(uint marks)
    {
        var words = new List<string>();
        for (var position = 0; position < 32; position++)
        {
            var bit = 1u << position;
            if ((marks & bit) != 0)
            {
                words.Add(Array.Find(All, mark => mark.Bit == bit).Words ?? $"mark {position}");
            }
        }
        return words;
    }
}
