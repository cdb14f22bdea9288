using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>Another activation outside the test pattern, with no report (2.7.2).</summary>
internal sealed class A01b()
    : Rule(
        "A01b",
        FindingKind.Unaccounted,
        2,
        "Activation away from issue, return and dock without a report in the files",
        "A report on this use; or a register row that covers the device and time.",
        "Whether anyone was affected, why it was activated, or that no report exists elsewhere."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [
            ("reportingWindowHours", FormattableString.Invariant($"{rules.ReportingWindowHours}")),
            ("nearMinutes", FormattableString.Invariant($"{rules.NearMinutes}")),
        ];

    public override string? Silenced(World world) => world.HasReports ? null : Unaccounted.NoReports;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var (incident, left, which) in Unaccounted.Find(world))
        {
            if (which == Id)
            {
                var about = new About
                {
                    Incident = incident,
                    Issue = incident.Issue,
                    When = incident.Span,
                };
                Add(world, sink, Unaccounted.Describe(incident, left), about);
            }
        }
    }
}
