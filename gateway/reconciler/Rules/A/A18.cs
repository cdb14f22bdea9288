using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Classification;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>One activation with a deployment at issue or return, and no report: may be an unintentional discharge.</summary>
internal sealed class A18()
    : Rule(
        "A18",
        FindingKind.Review,
        2,
        "Possible unintentional discharge",
        "A signed entry in the register of unintentional discharges, or a report.",
        "That the discharge was unintentional, or anybody's fault."
    )
{
    public override int CaseRank => 60;

    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("nearMinutes", FormattableString.Invariant($"{rules.NearMinutes}"))];

    public override string? Silenced(World world) =>
        !world.HasReports ? Unaccounted.NoReports
        : world.Inputs.Registers.Issues is null ? "needs the issue register"
        : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var (incident, left, _) in Unaccounted.Find(world))
        {
            if (left.Count == 1 && left[0].Deployments > 0 && TestShape.Near(left[0], world.Rules.NearMinutes) is { } near)
            {
                string wording =
                    $"Device {incident.Device.Serial} recorded one activation with a deployed cartridge at {incident.Start}, within minutes of {(near.AtReturn ? "return" : "issue")} {near.Issue.IssueId}. It may have been unintentional.";
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Incident = incident,
                        Issue = near.Issue,
                        When = incident.Span,
                    }
                );
            }
        }
    }
}
