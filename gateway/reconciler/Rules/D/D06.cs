using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>Not docked for too long, or for too long after an activation.</summary>
internal sealed class D06() : Rule("D06", FindingKind.Integrity, 2, "Docking overdue", "Docking the device.", "That anything is lost.")
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [
            ("dockOverdueDays", FormattableString.Invariant($"{rules.DockOverdueDays}")),
            ("dockOverdueAfterActivationDays", FormattableString.Invariant($"{rules.DockOverdueAfterActivationDays}")),
        ];

    public override string? Silenced(World world) => world.Inputs.Registers.Devices is null ? "needs the asset register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        long limit = world.Rules.DockOverdueDays * TimeInterval.DayNs;
        long known = Math.Max(world.FromNs, FirstReceived(world));
        foreach (var device in world.Devices.Where(InService))
        {
            var dockings = device
                .Dockings.Select(d => (long)d.DockedAtNs)
                .Concat(device.Runs.Select(r => (long)r.LastReceivedNs))
                .Distinct()
                .Order()
                .ToList();
            long start = Math.Max(known, device.Row?.FirstInService?.LowNs ?? known);
            long longest = Longest(start, world.AsOfNs, dockings);
            var late = device.Activations.Find(a =>
                a.Start.LowNs != TimeInterval.Unknown.LowNs
                && (long)device.BatchOf(a.First).ReceivedNs - a.Start.HighNs
                    > world.Rules.DockOverdueAfterActivationDays * TimeInterval.DayNs
            );
            if (longest > limit || late is not null)
            {
                string what =
                    dockings.Count == 0
                        ? "no log of it was ever received"
                        : string.Create(CultureInfo.InvariantCulture, $"it went {longest / TimeInterval.DayNs} days without docking");
                string activation = late is null
                    ? ""
                    : $"; an activation at {late.Start} came in only at {TimeInterval.Text((long)device.BatchOf(late.First).ReceivedNs)}";
                Add(
                    world,
                    sink,
                    $"Device {device.Serial} ({device.Armoury}): {what}{activation}.",
                    new About
                    {
                        Device = device,
                        Records = late is null ? [] : [late.First],
                        CaseKey = "D06 " + device.Serial,
                    }
                );
            }
        }
    }

    /// <summary>Nobody kept dockings before the first that came in: logs reach further back, and say nothing of them.</summary>
    private static long FirstReceived(World world) =>
        world
            .Devices.SelectMany(d => d.Dockings.Select(k => (long)k.DockedAtNs).Concat(d.Runs.Select(r => (long)r.LastReceivedNs)))
            .DefaultIfEmpty(world.FromNs)
            .Min();

    private static bool InService(DeviceHistory device) =>
        device.Row is { LastInService: null } row && !row.Status.Contains("retired", StringComparison.OrdinalIgnoreCase);

    private static long Longest(long fromNs, long toNs, List<long> dockings)
    {
        long longest = 0;
        long before = fromNs;
        foreach (long docking in dockings.Append(toNs))
        {
            longest = Math.Max(longest, docking - before);
            before = Math.Max(before, docking);
        }

        return longest;
    }
}
