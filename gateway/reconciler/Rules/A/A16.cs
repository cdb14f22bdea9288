using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>Drive stun is reported and a cartridge was deployed: probably an angled drive stun. Advice only.</summary>
internal sealed class A16()
    : Rule(
        "A16",
        FindingKind.Review,
        3,
        "Drive stun reported, cartridge deployed",
        "A look at the level: firing and then contact is an angled drive stun.",
        "That the level is wrong: a log cannot tell an angled drive stun from firing."
    )
{
    public override string? Silenced(World world) => world.Has(ReportColumns.Level) ? null : "needs reports with a level";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var match in world.Matches)
        {
            if (
                match is { Outcome: ReportOutcome.Matched, Incident: { Deployments: > 0 } incident }
                && world.Rules.Rank(match.Report.Levels) == world.Rules.Rank(UseLevels.DriveStun)
            )
            {
                string wording =
                    $"Report {match.Report.ReportId} states drive stun; device {incident.Device.Serial} recorded a deployed cartridge at {incident.Start}. The two levels are often confused.";
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Report = match.Report,
                        Incident = incident,
                        When = incident.Span,
                    }
                );
            }
        }
    }
}
