using System.Globalization;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>
/// One stated layout of a time, and how a cell in it becomes an interval: a minute is 60 seconds wide, a date is a whole local day,
/// and a local time that the autumn change repeats is both instants.
/// </summary>
internal sealed class DateLayout
{
    public const string Rfc3339 = "rfc3339";

    private static readonly string[] Rfc3339Forms =
    [
        "yyyy-MM-dd'T'HH:mm:sszzz",
        "yyyy-MM-dd'T'HH:mm:ss'Z'",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'",
        "yyyy-MM-dd HH:mm:sszzz",
        "yyyy-MM-dd'T'HH:mmzzz",
        "yyyy-MM-dd'T'HH:mm'Z'",
    ];

    private readonly string[] _forms;
    private readonly bool _hasOffset;
    private readonly bool _hasTime;
    private readonly long _widthNs;
    private readonly TimeZoneInfo _zone;

    public DateLayout(string layout, TimeZoneInfo zone)
    {
        Layout = layout;
        _zone = zone;
        _hasOffset = layout == Rfc3339 || layout.Contains('z') || layout.Contains('K');
        _forms = layout == Rfc3339 ? Rfc3339Forms : [layout];
        _hasTime = layout == Rfc3339 || layout.Contains('H') || layout.Contains('h');
        _widthNs =
            layout == Rfc3339 ? 0
            : layout.Contains('s') ? TimeInterval.SecondNs - 1
            : layout.Contains('m') ? TimeInterval.MinuteNs - 1
            : _hasTime ? TimeInterval.HourNs - 1
            : TimeInterval.DayNs - 1;
    }

    public string Layout { get; }

    /// <summary>False = does not fit this layout. A local time that never was (spring change) fits, and comes back with a fault.</summary>
    public bool TryParse(string cell, out ParsedTime time)
    {
        time = default;
        if (_hasOffset)
        {
            if (!DateTimeOffset.TryParseExact(cell, _forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            {
                return false;
            }

            time = InRange(instant.Year) ? new ParsedTime(Wide(TimeInterval.ToNs(instant)), _hasTime, null) : OutOfRange;
            return true;
        }

        if (!DateTime.TryParseExact(cell, _forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return false;
        }

        time = InRange(local.Year) ? Local(local) : OutOfRange;
        return true;
    }

    private static readonly ParsedTime OutOfRange = new(default, false, "the year is outside 1990 to 2100");

    private static bool InRange(int year) => year is >= 1990 and <= 2100;

    private ParsedTime Local(DateTime local)
    {
        if (!_hasTime)
        {
            var start = new DateTimeOffset(local, _zone.GetUtcOffset(local));
            var nextDay = local.AddDays(1);
            var end = new DateTimeOffset(nextDay, _zone.GetUtcOffset(nextDay));
            return new ParsedTime(new TimeInterval(TimeInterval.ToNs(start), TimeInterval.ToNs(end) - 1), false, null);
        }

        if (_zone.IsInvalidTime(local))
        {
            return new ParsedTime(default, true, "this local time never was: the clocks went forward over it");
        }

        if (_zone.IsAmbiguousTime(local))
        {
            var offsets = _zone.GetAmbiguousTimeOffsets(local);
            long early = TimeInterval.ToNs(new DateTimeOffset(local, offsets.Max()));
            long late = TimeInterval.ToNs(new DateTimeOffset(local, offsets.Min()));
            return new ParsedTime(new TimeInterval(early, late + _widthNs), true, null);
        }

        return new ParsedTime(Wide(TimeInterval.ToNs(new DateTimeOffset(local, _zone.GetUtcOffset(local)))), true, null);
    }

    private TimeInterval Wide(long ns) => new(ns, ns + _widthNs);
}

/// <summary>A cell read as a time.</summary>
/// <param name="Interval">When.</param>
/// <param name="HasTime">False = a date only.</param>
/// <param name="Fault">Why it cannot be used; null = it can.</param>
internal readonly record struct ParsedTime(TimeInterval Interval, bool HasTime, string? Fault);

/// <summary>
/// The layout of one column. Dates are never guessed (design 7): where two stated layouts fit the same cell and give different days,
/// and no single layout fits the whole column, the column is refused with the rows that show it.
/// </summary>
internal static class DateColumn
{
    /// <summary>Rows shown with a refused column.</summary>
    public const int RowsShownMax = 5;

    /// <summary>The layouts left to read the column with, or a refusal.</summary>
    public static (IReadOnlyList<DateLayout> Layouts, RefusedColumn? Refused) Settle(
        string column,
        IReadOnlyList<DateLayout> stated,
        IEnumerable<(int Line, string Cell)> cells
    )
    {
        if (stated.Count <= 1)
        {
            return (stated, null);
        }

        var fitsAll = new bool[stated.Count];
        Array.Fill(fitsAll, true);
        var shown = new List<string>();
        var fits = new bool[stated.Count];
        foreach (var (line, cell) in cells)
        {
            var first = default(ParsedTime?);
            bool any = false;
            bool differs = false;
            for (int i = 0; i < stated.Count; i++)
            {
                fits[i] = stated[i].TryParse(cell, out var time);
                any |= fits[i];
                differs |= fits[i] && first is { } f && f.Interval != time.Interval && Day(f) != Day(time);
                first = fits[i] && first is null ? time : first;
            }

            for (int i = 0; any && i < stated.Count; i++)
            {
                fitsAll[i] &= fits[i];
            }

            if (differs && shown.Count < RowsShownMax)
            {
                shown.Add(string.Create(CultureInfo.InvariantCulture, $"{line}: {cell}"));
            }
        }

        var left = stated.Where((_, i) => fitsAll[i]).ToList();
        return shown.Count == 0 ? (stated, null)
            : left.Count == 1 ? (left, null)
            : ([], new RefusedColumn(column, "its dates can be read in more than one of the stated layouts: state one layout", shown));
    }

    private static long Day(ParsedTime time) => time.Interval.LowNs / TimeInterval.DayNs;
}
