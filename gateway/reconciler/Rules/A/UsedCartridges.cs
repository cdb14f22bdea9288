using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>
/// What the cartridge register books as used, by device-incident: a row goes to the reported use whose incident and device it names, else
/// to the nearest recorded use of its device within a day. A register that is kept and says nothing of a use says none.
/// </summary>
internal static class UsedCartridges
{
    /// <summary>Null = no register was handed in. An incident that is absent has none.</summary>
    public static Dictionary<Incident, int>? Of(World world)
    {
        if (world.Inputs.Registers.Cartridges is not { } register)
        {
            return null;
        }

        var named = new Dictionary<(string Reference, string Device), Incident>();
        foreach (var incident in world.Incidents)
        {
            foreach (var match in incident.Matches.Where(m => m.Report.IncidentRef.Length > 0))
            {
                named.TryAdd((match.Report.IncidentRef, incident.Device.Serial), incident);
                named.TryAdd((match.Report.IncidentRef, ""), incident);
            }
        }

        var booked = new Dictionary<Incident, int>();
        foreach (var row in register.Where(r => r.Move == CartridgeMove.Used))
        {
            if ((named.GetValueOrDefault((row.IncidentRef, row.DeviceSerial)) ?? Nearest(world, row, named)) is { } incident)
            {
                booked[incident] = booked.GetValueOrDefault(incident) + row.Count;
            }
        }

        return booked;
    }

    /// <summary>The nearest in time that fired, or that may have where the model does not show it.</summary>
    private static Incident? Nearest(World world, CartridgeRow row, Dictionary<(string Reference, string Device), Incident> named)
    {
        if (!world.DeviceBySerial.TryGetValue(row.DeviceSerial, out var device))
        {
            return null;
        }

        // a reference that reports know is no use of another incident: but a second device's, whose report is missing, may be its
        bool known = named.ContainsKey((row.IncidentRef, ""));
        long apart = known ? TimeInterval.HourNs : TimeInterval.DayNs;
        Incident? nearest = null;
        foreach (var incident in device.Incidents)
        {
            bool fired = incident.Deployments > 0 || (!device.Model.HasCartridgeState && incident.Activations.Count > 0);
            if (
                fired
                && !(known && incident.Matches.Count > 0)
                && incident.Span.GapNs(row.At) <= apart
                && (nearest is null || incident.Span.GapNs(row.At) < nearest.Span.GapNs(row.At))
            )
            {
                nearest = incident;
            }
        }

        return nearest;
    }
}
