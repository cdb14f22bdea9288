using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>
/// Where a device's log is complete: sequences without a hole, time bounded, and every carrier read since (domain 2.7.4). Absence is
/// evidence only there.
/// </summary>
internal static class CoverageBuilder
{
    /// <summary>Fills <see cref="DeviceHistory.Covered"/>.</summary>
    public static void Stretches(DeviceHistory device, RuleSet rules)
    {
        if (!rules.AbsenceNeedsCoverage)
        {
            device.Covered.Add(new CoveredStretch(long.MinValue / 4, long.MaxValue / 4));
            return;
        }

        long boundMax = rules.TimeBoundMinutesMax * TimeInterval.MinuteNs;
        int part = 0;
        for (int i = 0; i < device.Runs.Count; i++)
        {
            var run = device.Runs[i];
            if (run.FirstAt.HalfWidthNs <= boundMax && run.LastAt.HalfWidthNs <= boundMax)
            {
                Add(device, new BoundedPart(i, run.FirstAt, run.LastAt, true, true));
                continue;
            }

            for (; part < device.BoundedParts.Count && device.BoundedParts[part].Run == i; part++)
            {
                Add(device, device.BoundedParts[part]);
            }
        }
    }

    private static void Add(DeviceHistory device, in BoundedPart part)
    {
        var run = device.Runs[part.Run];
        bool fromTheStart = part is { BeginsRun: true, Run: 0 } && run.First.Sequence == 0 && run.Epoch.Number == 0;
        long from = fromTheStart ? device.Row?.FirstInService?.LowNs ?? part.FirstAt.HighNs : part.FirstAt.HighNs;
        long to = part.EndsRun && part.Run == device.Runs.Count - 1 ? End(device, run) : part.LastAt.LowNs;
        if (to > from)
        {
            device.Covered.Add(new CoveredStretch(Math.Min(from, part.FirstAt.HighNs), to));
        }
    }

    /// <summary>
    /// How far the newest run reaches: to the last docking that offered nothing newer. A log that travels in a pack reaches only as far
    /// as its last record, for the device may have gone on with another pack.
    /// </summary>
    private static long End(DeviceHistory device, in SequenceRun run)
    {
        if (device.Model.LogTravelsInPack)
        {
            return run.LastAt.LowNs;
        }

        long end = Math.Max(run.LastAt.LowNs, Math.Min((long)run.LastReceivedNs, long.MaxValue / 4));
        foreach (var docking in device.Dockings)
        {
            if (docking.Log != LogKind.Event || docking.Epoch != run.Epoch || docking.Held.Count == 0)
            {
                continue;
            }

            ulong next = docking.Held.Max(h => h.Next);
            if (next > run.Last.Sequence + 1)
            {
                return run.LastAt.LowNs;
            }

            end = next == run.Last.Sequence + 1 ? Math.Max(end, (long)docking.DockedAtNs) : end;
        }

        return end;
    }

    /// <summary>Device-days of the register, and which of them are complete.</summary>
    public static Coverage Count(World world)
    {
        var lines = new List<DeviceCoverage>();
        foreach (var device in world.Devices)
        {
            if (device.Row is not null || world.Inputs.Registers.Devices is null)
            {
                lines.Add(Line(world, device));
            }
        }

        lines.Sort((a, b) => string.CompareOrdinal(a.Device, b.Device));
        return new Coverage
        {
            HasRegister = world.Inputs.Registers.Devices is not null,
            DeviceDays = lines.Sum(l => l.DeviceDays),
            CompleteDays = lines.Sum(l => l.CompleteDays),
            Reasons = Sum(lines.SelectMany(l => l.Reasons)),
            Devices = lines,
            Disposed = world.Inputs.Disposed,
            NotInRegister = world.Inputs.Registers.Devices is null
                ? []
                : world.Devices.Where(d => d.Row is null).Select(d => d.Serial).Order(StringComparer.Ordinal).ToList(),
        };
    }

    public static List<ReasonCount> Sum(IEnumerable<ReasonCount> counts) =>
        counts
            .GroupBy(c => c.Reason, StringComparer.Ordinal)
            .Select(g => new ReasonCount(g.Key, g.Sum(c => c.Count)))
            .Where(c => c.Count > 0)
            .OrderBy(c => c.Reason, StringComparer.Ordinal)
            .ToList();

    private static DeviceCoverage Line(World world, DeviceHistory device)
    {
        long from = Math.Max(world.FromNs, device.Row?.FirstInService?.LowNs ?? world.FromNs);
        long to = Math.Min(world.ToNs, device.Row?.LastInService?.HighNs ?? world.ToNs);
        long firstDay = FloorDay(from);
        int days = to <= from ? 0 : checked((int)((FloorDay(to - 1) - firstDay) / TimeInterval.DayNs) + 1);
        var reasons = new Dictionary<string, int>(StringComparer.Ordinal);
        int complete = 0;
        for (int d = 0; d < days; d++)
        {
            long dayFrom = Math.Max(from, firstDay + d * TimeInterval.DayNs);
            long dayTo = Math.Min(to, firstDay + (d + 1) * TimeInterval.DayNs);
            if (device.CoveredOver(dayFrom, dayTo))
            {
                complete++;
                continue;
            }

            string why = Why(device, dayFrom, dayTo);
            reasons[why] = reasons.GetValueOrDefault(why) + 1;
        }

        return new DeviceCoverage(
            device.Serial,
            device.Model.Name,
            device.Armoury,
            days,
            complete,
            reasons.Select(r => new ReasonCount(r.Key, r.Value)).OrderBy(r => r.Reason, StringComparer.Ordinal).ToList()
        );
    }

    public static string Why(DeviceHistory device, long fromNs, long toNs)
    {
        if (!device.HasLog)
        {
            return "no log received";
        }

        if (device.Runs[0].FirstAt.HighNs > fromNs && device.Runs[0].FirstAt.LowNs >= toNs - TimeInterval.DayNs)
        {
            return "before the first record received";
        }

        bool ended = device.Covered.Count == 0 || device.Covered[^1].ToNs < toNs;
        return device.Runs.Any(r => r.FirstAt == TimeInterval.Unknown || r.FirstAt.LowNs == TimeInterval.Unknown.LowNs) ? "time not bounded"
            : ended && (device.Runs.Count == 1 || device.Runs[^1].LastAt.HighNs < toNs) ? "not docked since"
            : "records missing, awaiting another carrier or a full read";
    }

    private static long FloorDay(long ns) => ns - (ns % TimeInterval.DayNs + TimeInterval.DayNs) % TimeInterval.DayNs;
}
