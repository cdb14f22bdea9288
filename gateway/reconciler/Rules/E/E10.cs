using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.E;

/// <summary>A full function check every 24 weeks, and each battery docked every 30 days (2.7.9, secondary source).</summary>
internal sealed class E10()
    : Rule(
        "E10",
        FindingKind.Custody,
        3,
        "Function check or battery docking overdue",
        "The check or the docking, in the maintenance register.",
        "That the device was not working."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [
            ("functionCheckWeeks", FormattableString.Invariant($"{rules.FunctionCheckWeeks}")),
            ("batteryDockDays", FormattableString.Invariant($"{rules.BatteryDockDays}")),
        ];

    public override string? Silenced(World world) =>
        world.Inputs.Registers.Maintenance is not { } rows || world.Inputs.Registers.Devices is null
            ? "needs the maintenance and asset registers"
        : rows.Any(r => r.Kind == MaintenanceKind.FunctionCheck) ? null
        : "the maintenance register holds no function checks at all";

    public override void Judge(World world, FindingSink sink)
    {
        long weeks = world.Rules.FunctionCheckWeeks * 7 * TimeInterval.DayNs;
        long days = world.Rules.BatteryDockDays * TimeInterval.DayNs;
        foreach (var device in world.Devices.Where(d => d.Row is { LastInService: null }))
        {
            long service = device.Row!.FirstInService?.HighNs ?? world.FromNs;
            long check = Last(device, MaintenanceKind.FunctionCheck, service);
            var docked = device
                .Dockings.Select(d => (long)d.DockedAtNs)
                .Concat(device.Runs.Select(r => (long)r.LastReceivedNs))
                .Where(t => t <= world.AsOfNs);
            long battery = Math.Max(Last(device, MaintenanceKind.BatteryDock, service), docked.DefaultIfEmpty(0).Max());
            string? what =
                world.AsOfNs - check > weeks ? $"no full function check since {TimeInterval.Text(check)}"
                : world.AsOfNs - battery > days ? $"no battery docked since {TimeInterval.Text(battery)}"
                : null;
            if (what is not null)
            {
                Add(
                    world,
                    sink,
                    $"Device {device.Serial} ({device.Armoury}): {what}.",
                    new About { Device = device, CaseKey = "E10 " + device.Serial }
                );
            }
        }
    }

    private static long Last(DeviceHistory device, MaintenanceKind kind, long otherwise) =>
        device.Maintenance.Where(m => m.Kind == kind).Select(m => m.At.HighNs).DefaultIfEmpty(otherwise).Max();
}
