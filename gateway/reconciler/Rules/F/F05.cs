using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Statistics;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.F;

/// <summary>Officers against peers: funnel limits for each issued shift, false-discovery control, at least 12 months. Look, not conclude.</summary>
internal sealed class F05()
    : Rule(
        "F05",
        FindingKind.Review,
        3,
        "Uses per issued shift outside the funnel: look, not conclude",
        "A look at the kind of duty.",
        "Anything about the officer: duty, place and chance differ."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("outlierMonthsMin", FormattableString.Invariant($"{rules.OutlierMonthsMin}"))];

    public override string? Silenced(World world) =>
        world.Inputs.Registers.Issues is null || !world.Has(ReportColumns.OfficerRef)
            ? "needs the issue register and reports with an officer"
            : null;

    public override void Judge(World world, FindingSink sink)
    {
        var issues = (world.Inputs.Registers.Issues ?? []).Where(i => i.OfficerRef.Length > 0 && world.InPeriod(i.IssuedAt)).ToList();
        var shifts = issues
            .GroupBy(i => i.OfficerRef, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        if (world.ToNs - world.FromNs < world.Rules.OutlierMonthsMin * 30 * TimeInterval.DayNs)
        {
            sink.Silent(Id, "needs at least 12 months");
            return;
        }

        var uses = world
            .Reports.Where(r => r.OfficerRef.Length > 0)
            .GroupBy(r => r.OfficerRef, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        double rate = shifts.Count == 0 ? 0 : shifts.Keys.Sum(o => uses.GetValueOrDefault(o)) / (double)shifts.Values.Sum();
        var tails = shifts
            .Select(s =>
                (
                    Officer: s.Key,
                    Uses: uses.GetValueOrDefault(s.Key),
                    Shifts: s.Value,
                    P: Proportion.PoissonUpperTail(uses.GetValueOrDefault(s.Key), rate * s.Value)
                )
            )
            .OrderBy(t => t.P)
            .ThenBy(t => t.Officer, StringComparer.Ordinal)
            .ToList();
        // Benjamini and Hochberg: the largest rank whose p is below its share of 5 %
        int last = tails.FindLastIndex(t => t.P <= 0.05 * (tails.IndexOf(t) + 1) / tails.Count);
        foreach (var tail in tails.Take(last + 1))
        {
            Add(
                world,
                sink,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{tail.Uses} reports in {tail.Shifts} issued shifts; {rate * tail.Shifts:0.0} would be usual among peers. Look, not conclude."
                ),
                new About { Officer = tail.Officer, CaseKey = "F05 " + tail.Officer }
            );
        }
    }
}
