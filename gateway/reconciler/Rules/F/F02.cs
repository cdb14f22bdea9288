using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Statistics;

namespace TaserTelemetry.Reconciler.Rules.F;

/// <summary>Share of reports without a level; alarm only when the exact 95 % lower bound exceeds the limit (2.7.10).</summary>
internal sealed class F02()
    : Rule(
        "F02",
        FindingKind.DataQuality,
        2,
        "Level not stated in too many reports",
        "Levels completed in the reports; see A12.",
        "That anybody left them out on purpose: a submission gap gives the same picture."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("notStatedPercentMax", FormattableString.Invariant($"{rules.NotStatedPercentMax}"))];

    public override string? Silenced(World world) => world.Has(ReportColumns.Level) ? null : "needs reports with a level";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (
            var group in world
                .Reports.GroupBy(r => (r.Team, Month: Fiscal.Month(r.UsedAt)))
                .OrderBy(g => g.Key.Month)
                .ThenBy(g => g.Key.Team, StringComparer.Ordinal)
        )
        {
            int all = group.Count();
            int without = group.Count(r => r.Levels == UseLevels.None);
            double low = Proportion.ExactLower95(without, all);
            if (low * 100 > world.Rules.NotStatedPercentMax)
            {
                string team = group.Key.Team.Length > 0 ? "team " + group.Key.Team : "all teams";
                Add(
                    world,
                    sink,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{group.Key.Month / 12:0000}-{group.Key.Month % 12 + 1:00}, {team}: {without} of {all} reports state no level ({100.0 * without / all:0.0} %, exact 95 % lower bound {100 * low:0.0} %)."
                    ),
                    new About { Place = group.Key.Team, CaseKey = FormattableString.Invariant($"F02 {group.Key.Team} {group.Key.Month}") }
                );
            }
        }
    }
}
