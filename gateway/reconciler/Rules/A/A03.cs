using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>The device serial of a report is that of no known device, or of one on issue to somebody else.</summary>
internal sealed class A03()
    : Rule(
        "A03",
        FindingKind.DataQuality,
        2,
        "Device serial of a report that fits no device, or another officer's issue",
        "The right device serial in the report, or the missing row in the issue register.",
        "Which device was used; a mistyped serial is common."
    )
{
    public override int CaseRank => 11;

    public override string? Silenced(World world) => world.Has(ReportColumns.DeviceSerial) ? null : "needs reports with a device serial";

    public override void Judge(World world, FindingSink sink)
    {
        var index = new SerialIndex(world.Devices);
        foreach (var match in world.Matches)
        {
            var report = match.Report;
            var exact = index.Exact(report.DeviceSerial);
            string? wording = exact is null ? Unknown(index, report, match) : OtherIssue(world, report, exact);
            if (wording is not null)
            {
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Report = report,
                        Incident = match.Incident,
                        Serial = report.DeviceSerial,
                        When = report.UsedAt,
                    }
                );
            }
        }
    }

    private static string Unknown(SerialIndex index, OfficerReport report, ReportMatch match)
    {
        if (SerialIndex.Normal(report.DeviceSerial).Length == 0)
        {
            return $"Report {report.ReportId} gives no device serial." + Joined(match);
        }

        var probable = index.Probable(report.DeviceSerial);
        string near = probable.Count == 0 ? "" : " Near it: " + string.Join(", ", probable.Take(3).Select(d => d.Serial)) + ".";
        return $"Report {report.ReportId} gives device serial \"{report.DeviceSerial}\", which is that of no device known from the register or the logs.{near}"
            + Joined(match);
    }

    private static string Joined(ReportMatch match) =>
        match.Outcome == ReportOutcome.Matched
            ? $" It was matched to device {match.Incident!.Device.Serial} by issue, time and level."
            : "";

    /// <summary>Only where the time of use lies well inside somebody else's issue and the officer had none of the device.</summary>
    private static string? OtherIssue(World world, OfficerReport report, DeviceHistory device)
    {
        if (
            report.OfficerRef.Length == 0
            || device.Issues.Any(i =>
                i.OfficerRef == report.OfficerRef && Scorer.Span(world.Rules, i).Widen(TimeInterval.HourNs).Overlaps(report.UsedAt)
            )
        )
        {
            return null;
        }

        var other = device.Issues.FirstOrDefault(i => i.OfficerRef.Length > 0 && Scorer.Span(world.Rules, i).Overlaps(report.UsedAt));
        return other is null
            ? null
            : $"Report {report.ReportId} of {report.OfficerRef} gives device {device.Serial}, which the register has on issue {other.IssueId} to {other.OfficerRef} at that time.";
    }
}
