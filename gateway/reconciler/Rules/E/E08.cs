using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.E;

/// <summary>Issued while maintenance was past due or a fault was open.</summary>
internal sealed class E08()
    : Rule(
        "E08",
        FindingKind.Custody,
        2,
        "Issued with maintenance past due or a fault open",
        "The maintenance done before the issue, or the closed fault.",
        "That the device failed."
    )
{
    public override string? Silenced(World world) =>
        world.Inputs.Registers.Issues is null || world.Inputs.Registers.Maintenance is null
            ? "needs the issue and maintenance registers"
            : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var duty in Duties.Find(world))
        {
            var at = duty.Issue.IssuedAt;
            var fault = duty.Device.Maintenance.LastOrDefault(m =>
                m.Kind == MaintenanceKind.Fault && m.At.HighNs < at.LowNs && (m.Until is not { } until || until.LowNs > at.HighNs)
            );
            var due = duty.Device.Maintenance.LastOrDefault(m =>
                m.Kind == MaintenanceKind.Due
                && m.At.HighNs < at.LowNs
                && !duty.Device.Maintenance.Any(d =>
                    d.Kind is MaintenanceKind.FunctionCheck or MaintenanceKind.Workshop
                    && d.At.LowNs >= m.At.LowNs - 30 * TimeInterval.DayNs
                    && d.At.HighNs <= at.LowNs
                )
            );
            if ((fault ?? due) is { } row)
            {
                string what = fault is not null ? $"a fault had been open since {row.At}" : $"service had been due since {row.At}";
                Add(
                    world,
                    sink,
                    $"Issue {duty.Issue.IssueId} of device {duty.Device.Serial} at {at}: {what}.",
                    new About
                    {
                        Device = duty.Device,
                        Issue = duty.Issue,
                        Sources = [row.Source],
                        When = at,
                        CaseKey = "E08 " + duty.Issue.IssueId,
                    }
                );
            }
        }
    }
}
