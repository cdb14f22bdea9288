using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.F;

/// <summary>Years run from April to March; Q3 is October to December (domain 2.7.10).</summary>
internal sealed record FiscalQuarter(string Name, TimeInterval When, List<OfficerReport> Reports, List<Incident> Uses);

/// <summary>Quarters and months of the period, by incident date.</summary>
internal static class Fiscal
{
    public static IEnumerable<FiscalQuarter> Quarters(World world)
    {
        var uses = world
            .Incidents.Where(i =>
                world.InPeriod(i.Span)
                && (i.Matches.Count > 0 || i.Activations.Exists(a => a.Class is ActivationClass.Unaccounted or ActivationClass.Waiting))
            )
            .ToLookup(i => Quarter(i.Start));
        var reports = world.Reports.ToLookup(r => Quarter(r.UsedAt));
        foreach (int quarter in uses.Select(g => g.Key).Union(reports.Select(g => g.Key)).Order())
        {
            yield return new FiscalQuarter(Name(quarter), Span(quarter), reports[quarter].ToList(), uses[quarter].ToList());
        }
    }

    /// <summary>Months since year 0.</summary>
    public static int Month(TimeInterval when)
    {
        var at = DateTimeOffset.UnixEpoch.AddTicks(when.LowNs / 100);
        return at.Year * 12 + at.Month - 1;
    }

    /// <summary>Quarters since April of year 0.</summary>
    public static int Quarter(TimeInterval when) => (Month(when) - 3) / 3;

    /// <summary>"2026-27Q1".</summary>
    public static string Name(int quarter) =>
        FormattableString.Invariant($"{quarter / 4:0000}-{(quarter / 4 + 1) % 100:00}Q{quarter % 4 + 1}");

    private static TimeInterval Span(int quarter)
    {
        int month = quarter * 3 + 3;
        var from = new DateTimeOffset(month / 12, month % 12 + 1, 1, 0, 0, 0, TimeSpan.Zero);
        return new TimeInterval(TimeInterval.ToNs(from), TimeInterval.ToNs(from.AddMonths(3)) - 1);
    }
}
