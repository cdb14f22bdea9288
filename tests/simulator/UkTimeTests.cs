using TaserTelemetry.Simulator.Calendar;

namespace TaserTelemetry.Simulator.Tests;

public sealed class UkTimeTests
{
    [Theory]
    [InlineData("2026-03-29T00:59:59Z", "2026-03-29T00:59:59+00:00")]
    [InlineData("2026-03-29T01:00:00Z", "2026-03-29T02:00:00+01:00")]
    [InlineData("2026-10-25T00:59:59Z", "2026-10-25T01:59:59+01:00")]
    [InlineData("2026-10-25T01:00:00Z", "2026-10-25T01:00:00+00:00")]
    public void Clocks_change_at_one_o_clock_UTC_on_the_last_Sunday(string utc, string local) =>
        Assert.Equal(
            local,
            UkTime.Rfc3339(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds())
        );

    [Theory]
    [InlineData(2026, 3, 29)]
    [InlineData(2026, 7, 1)]
    [InlineData(2026, 10, 25)]
    [InlineData(2026, 12, 31)]
    public void Midnight_is_local_midnight(int year, int month, int day)
    {
        var midnight = UkTime.MidnightOf(new DateOnly(year, month, day));
        Assert.StartsWith($"{year:D4}-{month:D2}-{day:D2}T00:00:00", UkTime.Rfc3339(midnight), StringComparison.Ordinal);
        Assert.Equal(midnight, UkTime.MidnightBefore(midnight + UkTime.HourMs));
    }
}
