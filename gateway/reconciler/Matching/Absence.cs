using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Matching;

/// <summary>What a report means that no incident was found for: absence is evidence only under full coverage (domain 2.7.4).</summary>
internal static class Absence
{
    public static (ReportOutcome Outcome, string Reason) Judge(World world, SerialIndex index, OfficerReport report)
    {
        var devices = Devices(world, index, report);
        if (devices.Count == 0)
        {
            return (
                ReportOutcome.NotTestable,
                report.DeviceSerial.Length > 0
                    ? "the device serial is that of no known device"
                    : "no device serial is stated, and none was on issue to the officer as far as is known"
            );
        }

        if (Claimed(world, report) is not { } claimed)
        {
            return (ReportOutcome.NotTestable, "no level is stated");
        }

        foreach (var device in devices)
        {
            if (!Shows(device, claimed))
            {
                return (ReportOutcome.NotTestable, $"the log of this model does not show {Words(claimed)}");
            }

            var span = SpanOf(world, report);
            if (!device.CoveredOver(span.LowNs, span.HighNs))
            {
                return (ReportOutcome.NotTestable, "coverage: " + CoverageBuilder.Why(device, span.LowNs, span.HighNs));
            }
        }

        return (ReportOutcome.NotBorneOut, "the log is complete there and shows nothing of the kind");
    }

    /// <summary>The devices an absence would have to be shown for: the one named, and those on issue to the officer.</summary>
    public static List<DeviceHistory> Devices(World world, SerialIndex index, OfficerReport report)
    {
        var devices = new SortedDictionary<string, DeviceHistory>(StringComparer.Ordinal);
        if (index.Exact(report.DeviceSerial) is { } exact)
        {
            devices[exact.Serial] = exact;
        }

        foreach (var issue in world.IssuesOf(report.OfficerRef))
        {
            if (
                Scorer.Span(world.Rules, issue).Overlaps(report.UsedAt)
                && world.DeviceBySerial.TryGetValue(issue.DeviceSerial, out var device)
            )
            {
                devices[device.Serial] = device;
            }
        }

        if (devices.Count == 0 && index.Probable(report.DeviceSerial) is [var only])
        {
            devices[only.Serial] = only;
        }

        return [.. devices.Values];
    }

    /// <summary>When the use can have been: the stated time with the band that matching allows.</summary>
    public static TimeInterval SpanOf(World world, OfficerReport report) =>
        report.UsedAt.Widen(world.Rules.ReportTimeBandMinutes * TimeInterval.MinuteNs);

    public static UseLevels? Claimed(World world, OfficerReport report) =>
        world.Rules.Rank(report.Levels) is > 0 and var rank ? world.Rules.LevelOrder[rank - 1] : null;

    /// <summary>Whether a model's log would show a level (domain 2.4).</summary>
    public static bool Shows(DeviceHistory device, UseLevels level) =>
        level switch
        {
            UseLevels.Drawn => device.Model.HasUnholsterRows,
            UseLevels.Aimed => false,
            UseLevels.RedDot => device.Model.HasArmRows,
            UseLevels.Arced => device.Model.HasArcRows || !device.Model.HasArmRows && device.Model.Name != "not known",
            _ => device.Model.Name != "not known",
        };

    public static string Words(UseLevels level) =>
        level switch
        {
            UseLevels.RedDot => "red-dot",
            UseLevels.DriveStun => "drive stun",
            UseLevels.AngledDriveStun => "angled drive stun",
            UseLevels.None => "not stated",
            _ => level.ToString().ToLowerInvariant(),
        };
}
