using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.F;

/// <summary>A step in the number of reports: cumulative sum against the mean of the months before.</summary>
internal sealed class F03()
    : Rule(
        "F03",
        FindingKind.Review,
        3,
        "Step change in the number of reports",
        "The reason: a change of the form or of recording practice, stated.",
        "That use changed: form changes and coverage give the same picture."
    )
{
    public override string? Silenced(World world) => world.HasReports ? null : "no reports were handed in";

    public override void Judge(World world, FindingSink sink)
    {
        var months = world.Reports.GroupBy(r => Fiscal.Month(r.UsedAt)).ToDictionary(g => g.Key, g => g.Count());
        if (months.Count < 7)
        {
            sink.Silent(Id, "needs at least seven months of reports");
            return;
        }

        int first = months.Keys.Min();
        double sum = 0;
        // the first and the last month may be cut by the period
        for (int month = first + 7; month < months.Keys.Max(); month++)
        {
            double baseline = Enumerable.Range(month - 6, 6).Average(m => months.GetValueOrDefault(m));
            double deviation = Math.Sqrt(Math.Max(1, baseline));
            int now = months.GetValueOrDefault(month);
            sum = Math.Max(0, sum + Math.Abs(now - baseline) / deviation - 1);
            if (sum > 5)
            {
                Add(
                    world,
                    sink,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{month / 12:0000}-{month % 12 + 1:00}: {now} reports against a baseline of {baseline:0.0} a month over the six months before. Form changes are not known to this program; see coverage beside it."
                    ),
                    new About { CaseKey = FormattableString.Invariant($"F03 {month}") }
                );
                sum = 0;
            }
        }
    }
}
