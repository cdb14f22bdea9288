using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>A deployment, a connection, a cycle over the model's, or three and more activations, with no report (2.7.2).</summary>
internal sealed class A01a()
    : Rule(
        "A01a",
        FindingKind.Unaccounted,
        1,
        "Deployment, connection, long cycle or several activations without a report in the files",
        "A report on this use; or a signed entry for an unintentional discharge, a training session's list or a workshop row that covers the device and time.",
        "Whether anyone was affected, why it was activated, or that no report exists elsewhere."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("reportingWindowHours", FormattableString.Invariant($"{rules.ReportingWindowHours}"))];

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
