using System.Globalization;
using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>F02, F04, F06: what can be counted from the exports alone. F01, F03 and F05 state figures that leave room and are not scored.</summary>
internal static class ProgrammeRules
{
    public static void Derive(Scene scene)
    {
        var found = scene.Found;
        found.OfWords("F04", Verdict.Expected, "device-days", "coverage is always said");
        found.OfWords("F06", Verdict.Expected, "Recorded uses", "shares are always said");
        foreach (var month in scene.Reports.All.GroupBy(r => Month(scene.Reports.Paper, r.Row)))
        {
            var (all, not) = (month.Count(), month.Count(r => r.Level == Level.None));
            var repeated = month.Any(r => r.IsRepeated);
            var alarm = Score.Proportion.ExactLow(not, all) > 0.05;
            found.OfWords(
                "F02",
                repeated ? Verdict.Allowed
                    : alarm ? Verdict.Expected
                    : Verdict.Forbidden,
                month.Key + ", all teams",
                "reports without a level"
            );
            found.OfWords("F02", Verdict.Allowed, month.Key + ",", "of one team");
        }
    }

    private static string Month(Paper paper, PaperRow row) =>
        DateOnly
            .ParseExact(paper.Cell(row, "IncidentDate"), "dd/MM/yyyy", CultureInfo.InvariantCulture)
            .ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
