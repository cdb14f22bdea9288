using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>Compares a reported level with the set of levels a log is compatible with (domain 2.7.3).</summary>
internal static class LevelSets
{
    private const UseLevels Active = UseLevels.Arced | UseLevels.DriveStun | UseLevels.AngledDriveStun | UseLevels.Fired;

    /// <summary>The report is below the whole set: by rank, or it names no electricity and the log shows some.</summary>
    public static bool Below(RuleSet rules, UseLevels reported, UseLevels compatible)
    {
        int lowest = rules.LevelOrder.Where(l => (l & compatible) != UseLevels.None).Min(rules.Rank);
        bool silentOnElectricity = (reported & Active) == UseLevels.None && (compatible & ~Active) == UseLevels.None;
        return (reported & compatible) == UseLevels.None && (rules.Rank(reported) < lowest || silentOnElectricity);
    }

    /// <summary>The report is above the whole set: by rank, or it names electricity and the log shows none.</summary>
    public static bool Above(RuleSet rules, UseLevels reported, UseLevels compatible)
    {
        bool electricity = (reported & Active) != UseLevels.None && (compatible & Active) == UseLevels.None;
        return (Highest(rules, reported) & compatible) == UseLevels.None && (rules.Rank(reported) > rules.Rank(compatible) || electricity);
    }

    /// <summary>Any yes of the incident's reports is yes; any no is no; else not stated.</summary>
    public static bool? Any(Incident incident, Func<OfficerReport, bool?> flag)
    {
        bool? answer = null;
        foreach (var match in incident.Matches)
        {
            answer = flag(match.Report) switch
            {
                true => true,
                false => answer ?? false,
                null => answer,
            };
        }

        return answer;
    }

    public static string Words(UseLevels levels)
    {
        var names = Enum.GetValues<UseLevels>()
            .Where(l => l != UseLevels.None && (levels & l) != UseLevels.None)
            .Select(Absence.Words)
            .ToList();
        return names.Count == 0 ? "no level" : string.Join(" or ", names);
    }

    public static string Ids(Incident incident) => string.Join(", ", incident.Matches.Select(m => m.Report.ReportId));

    private static UseLevels Highest(RuleSet rules, UseLevels reported) =>
        rules.Rank(reported) is > 0 and var rank ? rules.LevelOrder[rank - 1] : UseLevels.None;
}
