using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence;

/// <summary>Where a record's point stands in time, and how that came about.</summary>
/// <param name="Ns">Ns since 1970 UTC: whole second plus (epoch mod 1,000) x 10^6 + sequence mod 10^6 ns.</param>
/// <param name="FromStamp">False: there was no usable stamp or offset, and the second is the one of reception.</param>
public readonly record struct PointTime(long Ns, bool FromStamp)
{
    /// <summary>Stamps that end up before this (1990-01-01) are taken for a clock that had lost its time.</summary>
    public const long EarliestSecond = 631_152_000;

    private const long NsPerSecond = 1_000_000_000;
    private const ulong LatestNs = 9_200_000_000_000_000_000;

    /// <summary>
    /// The time of a point: device stamp plus the offset measured in the session that first delivered it, cut to the second, plus a
    /// part that keeps two events of one device apart, also across a clock reset, since devices stamp whole seconds. Fixed at first
    /// delivery: the same leaf and record always give the same time. <paramref name="stampUnitNs"/> is the length of one unit of the
    /// stamp in ns; 0 = the unit is not known, and the stamp cannot be used.
    /// </summary>
    public static PointTime Of(
        in EventRecord record,
        ulong sequence,
        in Epoch epoch,
        ulong stampUnitNs,
        in ClockBasis clock,
        ulong receivedNs
    )
    {
        var apart = (long)(epoch.Number % 1_000) * 1_000_000 + (long)(sequence % 1_000_000);
        var receivedSecond = (long)(Math.Min(receivedNs, LatestNs) / NsPerSecond);
        if (TrySecond(record, stampUnitNs, clock, receivedSecond, out var second))
        {
            return new PointTime(second * NsPerSecond + apart, true);
        }
        return new PointTime(receivedSecond * NsPerSecond + apart, false);
    }

    private static bool TrySecond(in EventRecord record, ulong stampUnitNs, in ClockBasis clock, long receivedSecond, out long second)
    {
        second = 0;
        if (
            record.Stamp == EventRecord.StampAbsent
            || record.Flags.HasFlag(EventFlags.StampDoubtful)
            || stampUnitNs == 0
            || clock.Quality == ClockQuality.None
        )
        {
            return false;
        }
        // Past the year 2262 is no time at all, and must not overflow: stamps are a stranger's numbers.
        if (stampUnitNs > long.MaxValue || record.Stamp > long.MaxValue / stampUnitNs)
        {
            return false;
        }
        var deviceNs = (long)(record.Stamp * stampUnitNs);
        if (clock.OffsetNs > long.MaxValue - deviceNs)
        {
            return false;
        }
        var whole = (deviceNs + clock.OffsetNs) / NsPerSecond;
        // A stamp outside 1990 to a day past reception is a clock that had lost its time: it says nothing of when.
        if (whole < EarliestSecond || whole > receivedSecond + 86_400)
        {
            return false;
        }
        second = whole;
        return true;
    }
}
