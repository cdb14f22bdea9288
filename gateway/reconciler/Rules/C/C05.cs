using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Registers;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>Two open issues for one device, or one officer with two devices.</summary>
internal sealed class C05()
    : Rule(
        "C05",
        FindingKind.Custody,
        2,
        "Overlapping issues",
        "The return time or the right officer in the issue register.",
        "That two people had the device."
    )
{
    public override string? Silenced(World world) => world.Inputs.Registers.Issues is null ? "needs the issue register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var device in world.Devices)
        {
            Pairs(world, sink, device.Issues, "device " + device.Serial);
        }

        foreach (
            string officer in (world.Inputs.Registers.Issues ?? [])
                .Select(i => i.OfficerRef)
                .Where(o => o.Length > 0)
                .Distinct(StringComparer.Ordinal)
        )
        {
            Pairs(world, sink, world.IssuesOf(officer), "officer " + officer);
        }
    }

    private void Pairs(World world, FindingSink sink, IReadOnlyList<IssueRow> issues, string whose)
    {
        for (int i = 1; i < issues.Count; i++)
        {
            var (before, next) = (issues[i - 1], issues[i]);
            bool sameDevice = before.DeviceSerial == next.DeviceSerial;
            bool open = before.ReturnedAt is not { } back || back.LowNs > next.IssuedAt.HighNs;
            if (
                open
                && before.Purpose == IssuePurpose.Operational
                && next.Purpose == IssuePurpose.Operational
                && whose.StartsWith('d') == sameDevice
                && world.InPeriod(next.IssuedAt)
            )
            {
                Add(
                    world,
                    sink,
                    $"Issue {next.IssueId} began at {next.IssuedAt} while issue {before.IssueId} of {whose} was still open{(before.ReturnedAt is { } r ? $" (returned {r})" : " (no return recorded)")}.",
                    new About
                    {
                        Issue = next,
                        OtherIssues = [before],
                        Serial = next.DeviceSerial,
                        When = next.IssuedAt,
                    }
                );
            }
        }
    }
}
