using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Statistics;

namespace TaserTelemetry.Reconciler.Rules.F;

/// <summary>Shares of recorded uses by group, with not-stated shown; rates only with a named denominator.</summary>
internal sealed class F06()
    : Rule(
        "F06",
        FindingKind.Review,
        0,
        "Recorded uses by group",
        "Nothing to clear: it is information.",
        "Why shares differ; small groups are suppressed."
    )
{
    public override string? Silenced(World world) => world.Has(ReportColumns.Ethnicity) ? null : "needs reports with ethnicity";

    public override void Judge(World world, FindingSink sink)
    {
        var groups = world
            .Reports.GroupBy(r => r.SubjectEthnicity.Length > 0 ? r.SubjectEthnicity : "not stated", StringComparer.OrdinalIgnoreCase)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .ToList();
        int all = world.Reports.Count;
        if (all > 0)
        {
            var cells = Suppression.Hide(groups.ConvertAll(g => g.Count()));
            string shares = string.Join(
                ", ",
                groups.Select(
                    (g, i) =>
                        g.Key
                        + " "
                        + (
                            cells[i] is { } n
                                ? string.Create(CultureInfo.InvariantCulture, $"{100.0 * n / all:0.0} %")
                                : "fewer than 5 or held back"
                        )
                )
            );
            Add(
                world,
                sink,
                string.Create(CultureInfo.InvariantCulture, $"Recorded uses by ethnicity as perceived, of {all}: {shares}."),
                new About { CaseKey = "F06" }
            );
        }
    }
}
