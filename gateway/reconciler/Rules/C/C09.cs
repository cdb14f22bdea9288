using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>A cartridge seen in or with device B while the register issued it with A.</summary>
internal sealed class C09()
    : Rule(
        "C09",
        FindingKind.Custody,
        2,
        "Cartridge seen with another device than it was issued with",
        "The cartridges in the issue register, or the serial in the report.",
        "That the cartridges were exchanged on purpose."
    )
{
    public override string? Silenced(World world) => world.Inputs.Registers.Issues is null ? "needs the issue register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        var issued = (world.Inputs.Registers.Issues ?? [])
            .SelectMany(i => i.CartridgeSerials.Select(c => (Serial: SerialIndex.Normal(c), Issue: i)))
            .ToLookup(x => x.Serial, x => x.Issue, StringComparer.Ordinal);
        foreach (var match in world.Matches.Where(m => m is { Outcome: ReportOutcome.Matched, Incident: not null }))
        {
            foreach (string serial in match.Report.Cartridges)
            {
                Check(
                    world,
                    sink,
                    issued[SerialIndex.Normal(serial)].ToList(),
                    serial,
                    match.Incident!.Device.Serial,
                    match.Incident.Span,
                    match.Report
                );
            }
        }

        foreach (var reading in world.Inputs.CartridgeReadings)
        {
            var at = new TimeInterval((long)reading.AtNs, (long)reading.AtNs);
            Check(
                world,
                sink,
                issued[SerialIndex.Normal(reading.CartridgeSerial)].ToList(),
                reading.CartridgeSerial,
                reading.Device,
                at,
                null
            );
        }
    }

    private void Check(
        World world,
        FindingSink sink,
        List<IssueRow> issues,
        string serial,
        string device,
        TimeInterval when,
        OfficerReport? report
    )
    {
        var then = issues.FindAll(i => Scorer.Span(world.Rules, i).Overlaps(when));
        if (then.Count > 0 && !then.Exists(i => i.DeviceSerial == device))
        {
            string wording =
                $"Cartridge {serial} was seen with device {device} at {when}; issue {then[0].IssueId} has it with device {then[0].DeviceSerial}.";
            Add(
                world,
                sink,
                wording,
                new About
                {
                    Report = report,
                    Issue = then[0],
                    Serial = device,
                    Cartridges = [serial],
                    When = when,
                    CaseKey = "cartridge " + SerialIndex.Normal(serial),
                }
            );
        }
    }
}
