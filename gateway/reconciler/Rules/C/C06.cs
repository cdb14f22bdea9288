using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>Not returned by the time due.</summary>
internal sealed class C06()
    : Rule("C06", FindingKind.Custody, 2, "Not returned by the time due", "The return time in the issue register.", "Where the device was.")
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("issueHoursMax", FormattableString.Invariant($"{rules.IssueHoursMax}"))];

    public override string? Silenced(World world) => world.Inputs.Registers.Issues is null ? "needs the issue register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var issue in Issued.Operational(world))
        {
            long due = issue.DueBackAt?.HighNs ?? issue.IssuedAt.HighNs + world.Rules.IssueHoursMax * TimeInterval.HourNs;
            bool late = issue.ReturnedAt is { } back ? back.LowNs > due : world.AsOfNs > due;
            if (late)
            {
                string returned = issue.ReturnedAt is { } r ? $"was returned at {r}" : "has no return recorded";
                Add(
                    world,
                    sink,
                    $"Issue {issue.IssueId} of device {issue.DeviceSerial} was due back by {TimeInterval.Text(due)} and {returned}.",
                    Issued.About(world, issue)
                );
            }
        }
    }
}
