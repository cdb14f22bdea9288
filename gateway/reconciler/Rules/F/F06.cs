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
    public override string? Silenced(World world) =>
        world.Has(ReportColumns.Ethnicity) || world.Has(ReportColumns.SubjectFactors)
            ? null
            : "needs reports with the subject's ethnicity, age or mental-health factor";

    public override void Judge(World world, FindingSink sink)
    {
        int all = world.Reports.Count;
        var said = SubjectGroups
            .Of(world.Reports, world.Inputs.ReportColumns)
            .Select(g => "by " + g.Words + ": " + Shares(g, all))
            .ToList();
        if (said.Count > 0)
        {
            Add(
                world,
                sink,
                string.Create(CultureInfo.InvariantCulture, $"Recorded uses, of {all}, {string.Join("; ", said)}."),
                new About { CaseKey = "F06" }
            );
        }
    }

    private static string Shares(SubjectGroups by, int all)
    {
        var cells = Suppression.Hide([.. by.Groups.Select(g => g.Count)]);
        return string.Join(
            ", ",
            by.Groups.Select(
                (g, i) =>
                    g.Group
                    + " "
                    + (
                        cells[i] is { } n
                            ? string.Create(CultureInfo.InvariantCulture, $"{100.0 * n / all:0.0} %")
                            : "fewer than 5 or held back"
                    )
            )
        );
    }
}
