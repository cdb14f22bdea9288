using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Classification;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Rules.A;

namespace TaserTelemetry.Reconciler.Rules.E;

/// <summary>What looks like a test, outside every test window: not excused as one.</summary>
internal sealed class E03()
    : Rule(
        "E03",
        FindingKind.Unaccounted,
        2,
        "Test-like activation outside every test window",
        "A report; or a register row that covers the device and time.",
        "That it was no test: it only says that nothing excuses it."
    )
{
    public override string CaseFamily => "A";

    public override int CaseRank => 70;

    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("testWindowMinutes", FormattableString.Invariant($"{rules.TestWindowMinutes}"))];

    public override string? Silenced(World world) =>
        !world.HasReports ? Unaccounted.NoReports
        : world.Inputs.Registers.Issues is null ? "needs the issue register"
        : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var (incident, left, _) in Unaccounted.Find(world).Where(u => u.Which != "C01"))
        {
            var alike = left.Find(a => TestShape.Fits(a) && TestShape.Near(a, world.Rules.TestWindowMinutes) is null);
            if (alike is not null)
            {
                Add(
                    world,
                    sink,
                    $"Device {incident.Device.Serial}: the activation at {alike.Start} looks like a function test and stands outside every test window.",
                    new About
                    {
                        Incident = incident,
                        Issue = incident.Issue,
                        When = alike.Start,
                    }
                );
            }
        }
    }
}
