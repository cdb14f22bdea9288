using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>Clock and drift findings are one for each device and quarter (domain 2.7.6).</summary>
internal static class Quarters
{
    public static IEnumerable<List<T>> Group<T>(World world, IEnumerable<T> items, Func<T, TimeInterval> when) =>
        items.Where(i => world.InPeriod(when(i))).GroupBy(i => Quarter(when(i))).OrderBy(g => g.Key).Select(g => g.ToList());

    public static string Key(string rule, DeviceHistory device, TimeInterval when) =>
        FormattableString.Invariant($"{rule} {device.Serial} {Quarter(when)}");

    private static int Quarter(TimeInterval when)
    {
        var at = DateTimeOffset.UnixEpoch.AddTicks(when.HighNs / 100);
        return at.Year * 4 + (at.Month - 1) / 3;
    }
}
