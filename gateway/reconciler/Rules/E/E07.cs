using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.E;

/// <summary>Issued with a low battery.</summary>
internal sealed class E07()
    : Rule("E07", FindingKind.DataQuality, 3, "Issued with a low battery", "A fresh pack at issue.", "That the device failed.")
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("batteryPercentMin", FormattableString.Invariant($"{rules.BatteryPercentMin}"))];

    public override string? Silenced(World world) => world.Inputs.Registers.Issues is null ? "needs the issue register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var duty in Duties.Find(world))
        {
            var logged = duty.FirstBattery;
            int? percent = duty.Issue.BatteryPercent ?? logged?.Percent;
            if (percent is { } p && p <= world.Rules.BatteryPercentMin)
            {
                Add(
                    world,
                    sink,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Issue {duty.Issue.IssueId} of device {duty.Device.Serial} at {duty.Issue.IssuedAt}: the battery was at {p} %."
                    ),
                    new About
                    {
                        Device = duty.Device,
                        Issue = duty.Issue,
                        Records = logged is { } l ? [l.Record] : [],
                        When = duty.Issue.IssuedAt,
                        CaseKey = "E07 " + duty.Issue.IssueId,
                    }
                );
            }
        }
    }
}
