using System.Globalization;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Statistics;

/// <summary>Recorded uses by one thing that reports say of the subject (F06).</summary>
/// <param name="Field">The profile's field, as the denominators' column Dimension names it.</param>
/// <param name="Words">The same in words.</param>
/// <param name="Groups">Number of reports of each group, "not stated" among them, by name.</param>
public sealed record SubjectGroups(string Field, string Words, IReadOnlyList<(string Group, int Count)> Groups)
{
    /// <summary>What stands for an empty cell.</summary>
    public const string NotStated = "not stated";

    /// <summary>Bands of the police forces' form, for an age that was given as a number.</summary>
    private static readonly (int AgeMax, string Band)[] Bands = [(10, "0-10"), (17, "11-17"), (34, "18-34"), (49, "35-49"), (64, "50-64")];

    /// <summary>What the reports state, the newest version of each counted once; a field that none of them fills is left out.</summary>
    /// <param name="reports">All versions.</param>
    /// <param name="columns">Columns of the reports; without them nothing is said.</param>
    public static IReadOnlyList<SubjectGroups> Of(IEnumerable<OfficerReport> reports, ReportColumns columns)
    {
        ArgumentNullException.ThrowIfNull(reports);
        var newest = reports.GroupBy(r => r.ReportId, StringComparer.Ordinal).Select(v => v.MaxBy(r => r.Version)!).ToList();
        var all = new List<SubjectGroups>();
        if ((columns & ReportColumns.Ethnicity) != ReportColumns.None)
        {
            all.Add(By("SubjectEthnicity", "ethnicity as perceived", newest, r => r.SubjectEthnicity));
        }

        if ((columns & ReportColumns.SubjectFactors) != ReportColumns.None)
        {
            all.Add(By("SubjectAge", "age", newest, r => Band(r.SubjectAge)));
            all.Add(By("MentalHealth", "mental-health factor", newest, r => Factor(r.MentalHealthFactor)));
        }

        return all.FindAll(g => g.Groups.Any(c => c.Group != NotStated));
    }

    private static SubjectGroups By(string field, string words, List<OfficerReport> reports, Func<OfficerReport, string> group) =>
        new(
            field,
            words,
            [
                .. reports
                    .GroupBy(r => group(r) is { Length: > 0 } stated ? stated : NotStated, StringComparer.OrdinalIgnoreCase)
                    .OrderBy(g => g.Key, StringComparer.OrdinalIgnoreCase)
                    .Select(g => (g.Key, g.Count())),
            ]
        );

    private static string Band(string typed) =>
        !int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out int age) ? typed.Trim()
        : Array.Find(Bands, b => age <= b.AgeMax).Band is { } band ? band
        : "65 and over";

    private static string Factor(bool? ticked) =>
        ticked switch
        {
            true => "stated",
            false => "stated not to be",
            null => "",
        };
}
