using System.Globalization;

namespace TaserTelemetry.Simulator.Calendar;

/// <summary>
/// UK clock time, from the Summer Time Order 2002 (one hour ahead from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last
/// Sunday of October) and not from the machine's time-zone files: documents must be the same bytes on every machine.
/// Times are UTC milliseconds since 1970.
/// </summary>
internal static class UkTime
{
    public const long SecondMs = 1000;
    public const long MinuteMs = 60 * SecondMs;
    public const long HourMs = 60 * MinuteMs;
    public const long DayMs = 24 * HourMs;

    public static bool IsSummer(long utcMs)
    {
        var at = Utc(utcMs);
        return at >= LastSunday(at.Year, 3) && at < LastSunday(at.Year, 10);
    }

    public static DateTime Utc(long utcMs) => DateTime.UnixEpoch.AddMilliseconds(utcMs);

    public static DateTime Local(long utcMs) => Utc(utcMs).AddHours(IsSummer(utcMs) ? 1 : 0);

    /// <summary>UTC of the local midnight that begins the local day which holds this time.</summary>
    public static long MidnightBefore(long utcMs) => MidnightOf(DateOnly.FromDateTime(Local(utcMs)));

    public static long MidnightOf(DateOnly localDate)
    {
        var asUtc = (long)(localDate.ToDateTime(TimeOnly.MinValue) - DateTime.UnixEpoch).TotalMilliseconds;
        return IsSummer(asUtc - HourMs) ? asUtc - HourMs : asUtc;
    }

    public static DateOnly LocalDate(long utcMs) => DateOnly.FromDateTime(Local(utcMs));

    /// <summary>RFC 3339 in UK time with its offset, whole seconds.</summary>
    public static string Rfc3339(long utcMs) =>
        Local(utcMs).ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + (IsSummer(utcMs) ? "+01:00" : "+00:00");

    public static string Date(long utcMs) => Local(utcMs).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTime LastSunday(int year, int month)
    {
        var last = new DateTime(year, month, DateTime.DaysInMonth(year, month), 1, 0, 0, DateTimeKind.Utc);
        return last.AddDays(-(int)last.DayOfWeek);
    }
}
