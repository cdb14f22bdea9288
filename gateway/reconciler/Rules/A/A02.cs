using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>A report of firing or drive stun, and no activation in a log that is complete there (2.7.4).</summary>
internal sealed class A02()
    : Rule(
        "A02",
        FindingKind.Disagreement,
        1,
        "Reported discharge that no log bears out",
        "The right device serial or time of use in the report; or the log of a device or pack that was not read.",
        "That the use did not take place: another device, a wrong serial or a wrong date gives the same picture."
    )
{
    public override int CaseRank => 20;

    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("reportTimeBandMinutes", FormattableString.Invariant($"{rules.ReportTimeBandMinutes}"))];

    public override string? Silenced(World world) =>
        world.Has(ReportColumns.Level | ReportColumns.DeviceSerial) ? null : "needs reports with a level and a device serial";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var match in world.Matches)
        {
            var report = match.Report;
            if ((report.Levels & (UseLevels.Fired | UseLevels.DriveStun | UseLevels.AngledDriveStun)) == UseLevels.None)
            {
                continue;
            }

            bool passiveMatch = match is { Outcome: ReportOutcome.Matched, Incident.HasUse: false };
            if (match.Outcome == ReportOutcome.NotTestable)
            {
                sink.NotTestable(Id, match.Reason);
            }
            else if (match.Outcome == ReportOutcome.NotBorneOut || passiveMatch)
            {
                Answer(world, sink, match);
            }
        }
    }

    private void Answer(World world, FindingSink sink, ReportMatch match)
    {
        var report = match.Report;
        var span = Absence.SpanOf(world, report);
        if (match.Incident is { } incident && !incident.Device.CoveredOver(span.LowNs, span.HighNs))
        {
            sink.NotTestable(Id, "coverage: " + CoverageBuilder.Why(incident.Device, span.LowNs, span.HighNs));
            return;
        }

        var device = match.Incident?.Device;
        string wording =
            $"Report {report.ReportId} states {Absence.Words(Absence.Claimed(world, report) ?? UseLevels.None)} at {report.UsedAt} with device "
            + $"{(report.DeviceSerial.Length > 0 ? report.DeviceSerial : "(none)")}. The log is complete from {span} and holds no such activation.";
        Add(
            world,
            sink,
            wording,
            new About
            {
                Report = report,
                Incident = match.Incident,
                Device = device,
                Serial = report.DeviceSerial,
                When = report.UsedAt,
            }
        );
    }
}
