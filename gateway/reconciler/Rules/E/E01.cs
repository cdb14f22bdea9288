using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.E;

/// <summary>No function test between issue and first armed use.</summary>
internal sealed class E01()
    : Rule(
        "E01",
        FindingKind.Custody,
        2,
        "No function test before first armed use",
        "The test, in the log of another pack; or the force's policy that tests are not made at every issue.",
        "That the device was not working."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [
            ("testBeforeIssueMinutes", FormattableString.Invariant($"{rules.TestBeforeIssueMinutes}")),
            ("testAfterIssueMinutes", FormattableString.Invariant($"{rules.TestAfterIssueMinutes}")),
        ];

    public override string? Silenced(World world) =>
        !world.Rules.TestEveryIssue ? "the rule set says that tests are not made at every issue"
        : world.Inputs.Registers.Issues is null ? "needs the issue register"
        : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var duty in Duties.Find(world))
        {
            var first = duty.FirstUse;
            if (first is null)
            {
                continue;
            }

            var window = duty.TestWindow(world.Rules, first);
            if (duty.Tests.Exists(t => t.Start.Overlaps(window)))
            {
                continue;
            }

            if (!duty.Device.CoveredOver(window.LowNs, window.HighNs))
            {
                sink.NotTestable(Id, "coverage: " + CoverageBuilder.Why(duty.Device, window.LowNs, window.HighNs));
                continue;
            }

            string wording =
                $"Issue {duty.Issue.IssueId} of device {duty.Device.Serial} at {duty.Issue.IssuedAt}: the first armed use was at {first.Start}, and the complete log shows no function test from {window}.";
            Add(
                world,
                sink,
                wording,
                new About
                {
                    Incident = first,
                    Issue = duty.Issue,
                    When = duty.Issue.IssuedAt,
                    CaseKey = "E01 " + duty.Issue.IssueId,
                }
            );
        }
    }
}
