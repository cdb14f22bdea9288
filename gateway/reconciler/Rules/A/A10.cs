using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>Cartridges: report, log and register, three ways.</summary>
internal sealed class A10()
    : Rule(
        "A10",
        FindingKind.Disagreement,
        1,
        "Number of cartridges differs between report, log and register",
        "The missing cartridge in the report or the register.",
        "Which of the three is right: a fired cartridge can be shown as live by the device."
    )
{
    public override string? Silenced(World world) =>
        world.Has(ReportColumns.Cartridges) || world.Inputs.Registers.Cartridges is not null
            ? null
            : "needs cartridges in reports or a cartridge register";

    public override void Judge(World world, FindingSink sink)
    {
        var moved = UsedCartridges.Of(world);
        foreach (var incident in world.Incidents)
        {
            if (incident.Matches.Count == 0)
            {
                continue;
            }

            int? reported = Reported(incident);
            int? logged = Logged(incident, sink);
            int? booked = moved?.GetValueOrDefault(incident, 0);
            var known = new[] { reported, logged, booked }.Where(n => n is not null).Distinct().ToList();
            if (known.Count > 1)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Cartridges fired with device {incident.Device.Serial} at {incident.Start}: reports {Text(reported)}, log {Text(logged)}, register {Text(booked)}."
                );
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        OtherReports = incident.Matches.Select(m => m.Report).ToList(),
                        Incident = incident,
                        When = incident.Span,
                    }
                );
            }
        }
    }

    private static int? Reported(Incident incident)
    {
        int? sum = null;
        foreach (var match in incident.Matches)
        {
            int? count = match.Report.CartridgesFired ?? (match.Report.Cartridges.Count > 0 ? match.Report.Cartridges.Count : null);
            sum = count is { } n ? (sum ?? 0) + n : sum;
        }

        return sum;
    }

    private int? Logged(Incident incident, FindingSink sink)
    {
        if (!incident.Device.Model.HasCartridgeState)
        {
            sink.NotTestable(Id, "the log of this model does not show cartridges");
            return null;
        }

        if (incident.Device.CoveredOver(incident.Span.LowNs - TimeInterval.MinuteNs, incident.Span.HighNs + TimeInterval.MinuteNs))
        {
            return incident.Deployments;
        }

        sink.NotTestable(Id, "coverage: " + CoverageBuilder.Why(incident.Device, incident.Span.LowNs, incident.Span.HighNs));
        return null;
    }

    private static string Text(int? count) => count is { } n ? n.ToString(CultureInfo.InvariantCulture) : "not stated";
}
