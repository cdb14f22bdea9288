using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence;

/// <summary>When an event happened, as an interval: the device's own stamp is never altered, the correction carries its bounds.</summary>
/// <param name="LowNs">Not before, ns UTC.</param>
/// <param name="HighNs">Not after, ns UTC.</param>
/// <param name="IsBounded">False: no usable stamp or comparison; the event lies somewhere before its reception.</param>
public readonly record struct EventTime(long LowNs, long HighNs, bool IsBounded)
{
    /// <summary>
    /// Stamp plus the offset of the session that delivered it, widened by the offset's bound and the stamp's resolution.
    /// <paramref name="stampUnitNs"/> 0 = the unit is not known.
    /// </summary>
    public static EventTime Of(in EventRecord record, ulong stampUnitNs, uint stampResolutionMs, in ClockBasis clock, ulong receivedNs)
    {
        var received = (long)Math.Min(receivedNs, long.MaxValue);
        var point = PointTime.Of(record, 0, default, stampUnitNs, clock, receivedNs);
        if (!point.FromStamp)
        {
            return new EventTime(0, received, false);
        }
        // PointTime has checked that this neither overflows nor lies outside 1990 to the day after reception.
        var corrected = (long)(record.Stamp * stampUnitNs) + clock.OffsetNs;
        var bound = (long)Math.Min(clock.BoundNs, long.MaxValue / 4);
        var step = (long)Math.Max(stampUnitNs, stampResolutionMs * 1_000_000UL);
        return new EventTime(corrected - bound, corrected + step + bound, true);
    }
}
