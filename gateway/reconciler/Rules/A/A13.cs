using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>The report names device A; the log that fits is that of device B on issue to the same officer or a crew-mate.</summary>
internal sealed class A13()
    : Rule(
        "A13",
        FindingKind.Disagreement,
        2,
        "Another device's log fits the report",
        "The right device serial in the report, or the right issue row.",
        "That the wrong device was used: exchanging devices within a crew gives the same picture."
    )
{
    public override int CaseRank => 10;

    public override string? Silenced(World world) =>
        !world.Has(ReportColumns.OfficerRef | ReportColumns.DeviceSerial) ? "needs reports with an officer and a device serial"
        : world.Inputs.Registers.Issues is null ? "needs the issue register"
        : null;

    public override void Judge(World world, FindingSink sink)
    {
        var index = new SerialIndex(world.Devices);
        foreach (var match in world.Matches)
        {
            if (match is not { Outcome: ReportOutcome.Matched, Incident: { } incident } || match.Serial != SerialGrade.None)
            {
                continue;
            }

            if (index.Exact(match.Report.DeviceSerial) is { } named)
            {
                string wording =
                    $"Report {match.Report.ReportId} names device {named.Serial}; the log that fits is that of device {incident.Device.Serial} at {incident.Start}, on issue to {incident.Issue?.OfficerRef ?? "nobody"}.";
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Report = match.Report,
                        Incident = incident,
                        OtherDevices = [named],
                        Issue = incident.Issue,
                        When = incident.Span,
                    }
                );
            }
        }
    }
}
