using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.E;

/// <summary>More tests in one issue than practice explains.</summary>
internal sealed class E04()
    : Rule(
        "E04",
        FindingKind.Review,
        2,
        "Many function tests in one issue",
        "The reason for the tests.",
        "That a use was made to look like a test."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("testsPerIssueMax", FormattableString.Invariant($"{rules.TestsPerIssueMax}"))];

    public override string? Silenced(World world) => world.Inputs.Registers.Issues is null ? "needs the issue register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var duty in Duties.Find(world))
        {
            if (duty.Tests.Count > world.Rules.TestsPerIssueMax)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Issue {duty.Issue.IssueId} of device {duty.Device.Serial}: {duty.Tests.Count} activations look like function tests; more than {world.Rules.TestsPerIssueMax} is listed."
                );
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Device = duty.Device,
                        Issue = duty.Issue,
                        Records = duty.Tests.ConvertAll(t => t.First),
                        When = duty.Tests[0].Start,
                        CaseKey = "E04 " + duty.Issue.IssueId,
                    }
                );
            }
        }
    }
}
