using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Registers;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>Issues for duty that began in the period.</summary>
internal static class Issued
{
    public static IEnumerable<IssueRow> Operational(World world) =>
        (world.Inputs.Registers.Issues ?? []).Where(i => i.Purpose == IssuePurpose.Operational && world.InPeriod(i.IssuedAt));

    public static About About(World world, IssueRow issue) =>
        new()
        {
            Issue = issue,
            Device = world.DeviceBySerial.GetValueOrDefault(issue.DeviceSerial),
            Serial = issue.DeviceSerial,
            When = issue.IssuedAt,
        };
}
