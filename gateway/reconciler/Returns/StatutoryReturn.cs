using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Rules.F;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Returns;

/// <summary>One line of the return.</summary>
/// <param name="Level">Highest level; "not stated" is one of them.</param>
/// <param name="FromReports">Reports: one officer, one subject.</param>
/// <param name="FromLogs">Device-incidents in the logs; null = not observable, and no difference is computed.</param>
public readonly record struct ReturnLine(string Level, int FromReports, int? FromLogs);

/// <summary>The statistical return of a period (domain 2.7.10). Levels are never suppressed.</summary>
public sealed record StatutoryReturn
{
    /// <summary>"2026-27" or "2026-27Q3".</summary>
    public required string Period { get; init; }

    /// <summary>As-at time, ns UTC: printed, because later revisions differ.</summary>
    public required long AsAtNs { get; init; }

    /// <summary>Lines, in the order of the rule set's levels, "not stated" last.</summary>
    public required IReadOnlyList<ReturnLine> Lines { get; init; }

    /// <summary>Reports whose newest version was submitted after the period's end: revisions since.</summary>
    public required IReadOnlyList<string> Revisions { get; init; }

    /// <summary>Coverage of the same period, published beside it.</summary>
    public required Coverage Coverage { get; init; }

    /// <summary>
    /// The period a name stands for: "2026-27" is April 2026 to March 2027, "2026-27Q3" its October to December; null = no such name.
    /// </summary>
    public static (long FromNs, long ToNs)? PeriodOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool quarter = name.Length == 9 && name[7] == 'Q' && name[8] is >= '1' and <= '4';
        bool shaped = (name.Length == 7 || quarter) && name[4] == '-';
        if (
            !shaped
            || !int.TryParse(name.AsSpan(0, 4), System.Globalization.NumberStyles.None, null, out int year)
            || !int.TryParse(name.AsSpan(5, 2), System.Globalization.NumberStyles.None, null, out int next)
            || (year + 1) % 100 != next
            || year is < 1990 or > 2100
        )
        {
            return null;
        }

        var from = new DateTimeOffset(year, 4, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(quarter ? 3 * (name[8] - '1') : 0);
        return (Local(from), Local(from.AddMonths(quarter ? 3 : 12)));
    }

    /// <summary>Computes the return of the period that the inputs state.</summary>
    public static StatutoryReturn Of(ReconciliationInputs inputs, RuleSet ruleSet, DateTimeOffset asOf, string period)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(ruleSet);
        var world = Reconciliation.World(inputs, ruleSet, asOf);
        var uses = Fiscal.Quarters(world).SelectMany(q => q.Uses).ToList();
        var lines = ruleSet
            .LevelOrder.Select(level => new ReturnLine(
                Absence.Words(level),
                world.Reports.Count(r => ruleSet.Rank(r.Levels) == ruleSet.Rank(level)),
                Observed(uses, level)
            ))
            .Append(new ReturnLine("not stated", world.Reports.Count(r => r.Levels == UseLevels.None), null))
            .ToList();
        return new StatutoryReturn
        {
            Period = period,
            AsAtNs = world.AsOfNs,
            Lines = lines,
            Revisions = world
                .Reports.Where(r => r.Version > 1 && r.SubmittedAt is { } at && at.LowNs >= world.ToNs)
                .Select(r => FormattableString.Invariant($"{r.ReportId} version {r.Version}"))
                .ToList(),
            Coverage = CoverageBuilder.Count(world),
        };
    }

    /// <summary>The return as a table; unobservable levels say so.</summary>
    public OutputTable Table() =>
        new(
            "return",
            ["Period", "AsAt", "Level", "FromReports", "FromLogs", "Difference", "DeviceDays", "CompleteDays"],
            Lines.Select(l =>
                (IReadOnlyList<object>)
                    [
                        Period,
                        TimeInterval.Text(AsAtNs),
                        l.Level,
                        l.FromReports,
                        l.FromLogs is { } n ? n : "not observable",
                        l.FromLogs is { } m ? l.FromReports - m : "",
                        Coverage.DeviceDays,
                        Coverage.CompleteDays,
                    ]
            )
        );

    /// <summary>
    /// Firing is seen as a deployed cartridge; an angled drive stun cannot be told from it, nor an arc from a drive stun, nor drawn from
    /// aimed: those lines are not observable.
    /// </summary>
    private static int? Observed(List<Incident> uses, UseLevels level) =>
        level == UseLevels.Fired && uses.TrueForAll(u => u.Device.Model.HasCartridgeState) ? uses.Count(u => u.Deployments > 0) : null;

    /// <summary>The year begins at midnight in the United Kingdom.</summary>
    private static long Local(DateTimeOffset date)
    {
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById("Europe/London", out var london) ? london : TimeZoneInfo.Utc;
        return TimeInterval.ToNs(new DateTimeOffset(date.DateTime, zone.GetUtcOffset(date.DateTime)));
    }
}
