using System.Globalization;

namespace TaserTelemetry.Reconciler.Time;

/// <summary>
/// A point in time known to lie between two instants, both included; nanoseconds since 1970-01-01T00:00:00Z. Range: the years
/// 1678 to 2261. The default value is the instant 1970-01-01T00:00:00Z, known exactly.
/// </summary>
/// <param name="LowNs">Not before.</param>
/// <param name="HighNs">Not after; never less than <paramref name="LowNs"/>.</param>
public readonly record struct TimeInterval(long LowNs, long HighNs) : IComparable<TimeInterval>
{
    /// <summary>Nanoseconds in a second.</summary>
    public const long SecondNs = 1_000_000_000;

    /// <summary>Nanoseconds in a minute.</summary>
    public const long MinuteNs = 60 * SecondNs;

    /// <summary>Nanoseconds in an hour.</summary>
    public const long HourNs = 60 * MinuteNs;

    /// <summary>Nanoseconds in a day of 24 hours.</summary>
    public const long DayNs = 24 * HourNs;

    /// <summary>Never: before and after everything. Used where a bound is not known.</summary>
    public static readonly TimeInterval Unknown = new(long.MinValue / 4, long.MaxValue / 4);

    /// <summary>Half of the width, ns.</summary>
    public long HalfWidthNs => (HighNs - LowNs) / 2;

    /// <summary>The middle, ns.</summary>
    public long MiddleNs => LowNs + HalfWidthNs;

    /// <summary>True when the two can be the same instant.</summary>
    public bool Overlaps(TimeInterval other) => LowNs <= other.HighNs && other.LowNs <= HighNs;

    /// <summary>The interval grown by this much on both sides.</summary>
    public TimeInterval Widen(long ns) => new(LowNs - ns, HighNs + ns);

    /// <summary>The interval moved by this much.</summary>
    public TimeInterval Shift(long ns) => new(LowNs + ns, HighNs + ns);

    /// <summary>The least time that can lie between the two; 0 when they overlap.</summary>
    public long GapNs(TimeInterval other) => Math.Max(0, Math.Max(other.LowNs - HighNs, LowNs - other.HighNs));

    /// <summary>True when the whole interval lies in [from, to).</summary>
    public bool Within(long fromNs, long toNs) => LowNs >= fromNs && HighNs < toNs;

    /// <summary>Order by the lower, then the upper bound.</summary>
    public int CompareTo(TimeInterval other)
    {
        int low = LowNs.CompareTo(other.LowNs);
        return low != 0 ? low : HighNs.CompareTo(other.HighNs);
    }

    /// <summary>An instant known exactly.</summary>
    public static TimeInterval At(DateTimeOffset instant) => new(ToNs(instant), ToNs(instant));

    /// <summary>Nanoseconds since 1970 of an instant. Outside 1678 to 2261 it throws <see cref="OverflowException"/>.</summary>
    public static long ToNs(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;

    /// <summary>RFC 3339 in UTC, whole seconds.</summary>
    public static string Text(long ns) =>
        DateTimeOffset.UnixEpoch.AddTicks(ns / 100).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>RFC 3339: one stamp, or two with "/" between them where they differ by a second or more.</summary>
    public override string ToString() =>
        this == Unknown ? "not bounded"
        : LowNs == Unknown.LowNs ? "before " + Text(HighNs)
        : HighNs - LowNs < SecondNs ? Text(LowNs)
        : Text(LowNs) + "/" + Text(HighNs);

    /// <summary>Earlier than.</summary>
    public static bool operator <(TimeInterval a, TimeInterval b) => a.CompareTo(b) < 0;

    /// <summary>Later than.</summary>
    public static bool operator >(TimeInterval a, TimeInterval b) => a.CompareTo(b) > 0;

    /// <summary>Not later than.</summary>
    public static bool operator <=(TimeInterval a, TimeInterval b) => a.CompareTo(b) <= 0;

    /// <summary>Not earlier than.</summary>
    public static bool operator >=(TimeInterval a, TimeInterval b) => a.CompareTo(b) >= 0;
}
