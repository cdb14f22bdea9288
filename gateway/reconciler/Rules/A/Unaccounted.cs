using System.Globalization;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Classification;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>What is left of an incident when everything matched, excused or waiting is taken out; the three A01 rules divide it.</summary>
internal static class Unaccounted
{
    public const string NoReports = "no reports were handed in";

    /// <summary>Incidents with something left, and what it is.</summary>
    public static IEnumerable<(Incident Incident, List<Activation> Left, string Which)> Find(World world)
    {
        foreach (var incident in world.Incidents)
        {
            if (!world.InPeriod(incident.Span) || !world.IsBounded(incident.Start) || incident.Matches.Count > 0)
            {
                continue;
            }

            var left = incident.Activations.FindAll(a => a.Class == ActivationClass.Unaccounted);
            bool lone = incident.Activations.Count == 0 && incident.Deployments > 0 && Lone(world, incident);
            if (left.Count > 0 || lone)
            {
                yield return (incident, left, Which(world, incident, left));
            }
        }
    }

    /// <summary>Deployments that no activation carries: a single probe closes no circuit.</summary>
    private static bool Lone(World world, Incident incident) =>
        !incident.PersonDecides
        && world.AsOfNs >= world.ReportDueNs(incident.Issue, incident.Start)
        && !incident.Device.Unintentional.Any(u =>
            u.SignedBy.Length > 0 && u.At.Widen(15 * Time.TimeInterval.MinuteNs).Overlaps(incident.Start)
        );

    private static string Which(World world, Incident incident, List<Activation> left)
    {
        uint cycle = incident.Device.Model.CycleMs;
        bool grave =
            left.Exists(a => a.Deployments > 0 || a.Connection || a.Exceeds(cycle))
            || left.Count >= 3
            || (left.Count == 0 && incident.Deployments > 0);
        // off issue, a short activation is C01's: A01b is about activations on issue (2.7.2)
        bool offIssue = world.Inputs.Registers.Issues is not null && incident.Issue is null;
        return grave ? "A01a"
            : left.Count == 1 && Near(world, left[0]) ? "A01c"
            : offIssue ? "C01"
            : "A01b";
    }

    /// <summary>Near issue, return or dock; without an issue register nothing says where a device was, so only the dock does.</summary>
    private static bool Near(World world, Activation activation)
    {
        long window = world.Rules.NearMinutes * Time.TimeInterval.MinuteNs;
        var device = activation.Device;
        return TestShape.Near(activation, world.Rules.NearMinutes) is not null
            || device.Dockings.Any(d => Math.Abs((long)d.DockedAtNs - activation.Start.MiddleNs) <= window)
            || device.Events.Exists(e =>
                e.Code is EventCode.DockConnect or EventCode.UsbConnect or EventCode.DockDisconnect or EventCode.UsbDisconnect
                && e.When.GapNs(activation.Start) <= window
            );
    }

    public static string Describe(Incident incident, List<Activation> left)
    {
        long ms = left.Sum(a => (long)a.DurationMs);
        string cartridges =
            incident.Deployments == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {incident.Deployments} cartridge(s) deployed");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Device {incident.Device.Serial} recorded {left.Count} activation(s), {ms / 1000.0:0.0} activation seconds{cartridges}, at {incident.Start}. No report was found in the files given."
        );
    }
}
