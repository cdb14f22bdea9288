using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>Entries a day times days to the next docking would fill the memory.</summary>
internal sealed class D03()
    : Rule(
        "D03",
        FindingKind.Integrity,
        2,
        "Memory will be full before the next docking",
        "Docking the device.",
        "That anything is lost yet."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("memoryPercentMax", FormattableString.Invariant($"{rules.MemoryPercentMax}"))];

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var device in world.Devices.Where(d => d.HasLog))
        {
            double days = Math.Max(
                1,
                (device.Runs[^1].LastAt.HighNs - Math.Max(device.Runs[0].FirstAt.LowNs, world.FromNs - TimeInterval.DayNs))
                    / (double)TimeInterval.DayNs
            );
            // what was overwritten was written all the same: the sequences count it
            double written = device.Runs.GroupBy(r => r.Epoch).Sum(e => e.Max(r => r.Last.Sequence) - e.Min(r => r.First.Sequence) + 1.0);
            double perDay = written / days;
            double since = Math.Max(0, world.AsOfNs - (long)device.Runs.Max(r => r.LastReceivedNs)) / (double)TimeInterval.DayNs;
            double expected = perDay * Math.Max(since, DockingEvery(device));
            if (written >= 100 && expected * 100 > device.Model.MemoryEntries * (double)world.Rules.MemoryPercentMax)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {device.Serial} writes {perDay:0} entries a day and is docked every {Math.Max(since, DockingEvery(device)):0.0} days: {expected:0} of the {device.Model.MemoryEntries} it can hold."
                );
                Add(world, sink, wording, new About { Device = device, CaseKey = "D03 " + device.Serial });
            }
        }
    }

    private static double DockingEvery(DeviceHistory device)
    {
        var times = device.Dockings.Select(d => (long)d.DockedAtNs).Distinct().Order().ToList();
        return times.Count < 2 ? 0 : (times[^1] - times[0]) / (double)TimeInterval.DayNs / (times.Count - 1);
    }
}
