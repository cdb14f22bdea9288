using System.Globalization;
using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>
/// F02, F04, F06: what can be counted from the exports alone. Of F01 and F05 the text says only where nothing may be found; what they
/// state elsewhere, and F03, leaves room and is not scored.
/// </summary>
internal static class ProgrammeRules
{
    public static void Derive(Scene scene)
    {
        var found = scene.Found;
        found.OfWords("F04", Verdict.Expected, "device-days", "coverage is always said");
        found.OfWords("F06", Verdict.Expected, "Recorded uses", "shares are always said");
        NotObservable(scene);
        TooShort(scene);
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

    /// <summary>2.7.10: where a level is not observable in the log of a model that was used, no difference is computed.</summary>
    private static void NotObservable(Scene scene)
    {
        var world = scene.World;
        foreach (var quarter in world.Uses.Where(u => u.ActivationIds.Count > 0).GroupBy(u => Quarter(u.StartMs)))
        {
            var hidden = quarter.Any(u => !world.Devices[u.Device].ShowsCartridges && scene.IsDelivered(u));
            scene.Found.OfWords("F01", hidden ? Verdict.Forbidden : Verdict.Allowed, quarter.Key + ":", "the return of a quarter");
        }
    }

    /// <summary>2.7.10: funnel limits take at least twelve months.</summary>
    private static void TooShort(Scene scene)
    {
        if (scene.World.EndMs - scene.World.StartMs < 360 * TrueWorld.DayMs)
        {
            scene.Found.CountLookAlikes("F05", scene.World.Issues.Select(i => i.Officer).Distinct().Count());
        }
    }

    /// <summary>Years run from April to March (2.7.10).</summary>
    private static string Quarter(long ms)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        var year = at.Month >= 4 ? at.Year : at.Year - 1;
        return FormattableString.Invariant($"{year}-{(year + 1) % 100:00}Q{(at.Month + 8) % 12 / 3 + 1}");
    }

    private static string Month(Paper paper, PaperRow row) =>
        DateOnly
            .ParseExact(paper.Cell(row, "IncidentDate"), "dd/MM/yyyy", CultureInfo.InvariantCulture)
            .ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
