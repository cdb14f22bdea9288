using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>Single short activations near issue, return or dock: one line an armoury and week, to be confirmed in bulk (2.7.2).</summary>
internal sealed class A01c()
    : Rule(
        "A01c",
        FindingKind.Unaccounted,
        3,
        "Single short activations near issue, return or dock",
        "Confirmation, in bulk, that they are function tests of this armoury's practice; or a report on one of them.",
        "That any of them was a use. Testing practice is force policy, and a log does not say why a device was activated."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [
            ("nearMinutes", FormattableString.Invariant($"{rules.NearMinutes}")),
            ("testsPerIssue", FormattableString.Invariant($"{rules.TestsPerIssue}")),
        ];

    public override string? Silenced(World world) => world.HasReports ? null : Unaccounted.NoReports;

    public override void Judge(World world, FindingSink sink)
    {
        var weeks = Unaccounted
            .Find(world)
            .Where(u => u.Which == Id)
            .GroupBy(u => (u.Incident.Device.Armoury, Week: Week(u.Incident.Start)))
            .OrderBy(g => g.Key.Armoury, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Week);
        foreach (var week in weeks)
        {
            var incidents = week.Select(u => u.Incident).ToList();
            string armoury = week.Key.Armoury.Length > 0 ? week.Key.Armoury : "(armoury not known)";
            string wording = string.Create(
                CultureInfo.InvariantCulture,
                $"Armoury {armoury}, week beginning {TimeInterval.Text(week.Key.Week)[..10]}: {incidents.Count} single activation(s) of at most one cycle near issue, return or dock, not excused as the one test of an issue."
            );
            var when = new TimeInterval(incidents.Min(i => i.Start.LowNs), incidents.Max(i => i.EndNs));
            Add(
                world,
                sink,
                wording,
                new About
                {
                    Place = armoury,
                    OtherIncidents = incidents,
                    When = when,
                    CaseKey = FormattableString.Invariant($"A01c {armoury} {week.Key.Week}"),
                }
            );
        }
    }

    /// <summary>Monday 00:00 UTC of the week; 1970-01-01 was a Thursday.</summary>
    private static long Week(TimeInterval when)
    {
        long day = Math.Max(0, when.MiddleNs) / TimeInterval.DayNs;
        return (day - (day + 3) % 7) * TimeInterval.DayNs;
    }
}
