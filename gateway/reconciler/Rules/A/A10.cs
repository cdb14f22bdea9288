using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Registers;
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
        var used = world.Inputs.Registers.Cartridges?.Where(r => r.Move == CartridgeMove.Used).ToList();
        var byReference = used?.ToLookup(r => r.IncidentRef, StringComparer.Ordinal);
        var byDevice = used?.Where(r => r.IncidentRef.Length == 0).ToLookup(r => r.DeviceSerial, StringComparer.Ordinal);
        foreach (var incident in world.Incidents)
        {
            if (incident.Matches.Count == 0)
            {
                continue;
            }

            int? reported = Reported(incident);
            int? logged = Logged(incident, sink);
            int? moved = Moved(incident, byReference, byDevice);
            var known = new[] { reported, logged, moved }.Where(n => n is not null).Distinct().ToList();
            if (known.Count > 1)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Cartridges fired with device {incident.Device.Serial} at {incident.Start}: reports {Text(reported)}, log {Text(logged)}, register {Text(moved)}."
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

    /// <summary>Rows that name the incident, or the device on that day; a register that is kept and says nothing says none.</summary>
    private static int? Moved(Incident incident, ILookup<string, CartridgeRow>? byReference, ILookup<string, CartridgeRow>? byDevice)
    {
        if (byReference is null || byDevice is null)
        {
            return null;
        }

        var references = incident.Matches.Select(m => m.Report.IncidentRef).Where(r => r.Length > 0).Distinct(StringComparer.Ordinal);
        return references
                .SelectMany(r => byReference[r])
                .Where(r => r.DeviceSerial.Length == 0 || r.DeviceSerial == incident.Device.Serial)
                .Sum(r => r.Count)
            + byDevice[incident.Device.Serial].Where(r => r.At.Overlaps(incident.Span.Widen(TimeInterval.DayNs))).Sum(r => r.Count);
    }

    private static string Text(int? count) => count is { } n ? n.ToString(CultureInfo.InvariantCulture) : "not stated";
}
