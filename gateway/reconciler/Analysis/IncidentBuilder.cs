using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>Groups what one device did into incidents: gaps below the rule set's, cut at issue, return and dock (domain 2.7.5).</summary>
internal static class IncidentBuilder
{
    public static void Build(DeviceHistory device, RuleSet rules)
    {
        var acts = Acts(device);
        if (acts.Count == 0)
        {
            return;
        }

        var cuts = Cuts(device);
        long gap = rules.IncidentGapMinutes * TimeInterval.MinuteNs;
        Incident? incident = null;
        int cut = 0;
        foreach (var act in acts)
        {
            bool cutBetween = false;
            while (cut < cuts.Count && cuts[cut] <= act.AtNs)
            {
                cutBetween |= incident is null || cuts[cut] > incident.EndNs;
                cut++;
            }

            if (incident is null || cutBetween || act.AtNs - incident.EndNs > gap)
            {
                incident = new Incident
                {
                    Device = device,
                    Number = device.Incidents.Count,
                    Start = act.When,
                    EndNs = act.EndNs,
                };
                device.Incidents.Add(incident);
            }

            Join(incident, act);
        }

        foreach (var found in device.Incidents)
        {
            Finish(found, device);
        }
    }

    /// <summary>The levels that a log is compatible with: a set, never a point (domain 2.7.3).</summary>
    public static UseLevels Compatible(Incident incident)
    {
        var model = incident.Device.Model;
        if (incident.Deployments > 0)
        {
            return UseLevels.AngledDriveStun | UseLevels.Fired;
        }

        if (incident.Activations.Exists(a => a.Code != EventCode.Test))
        {
            return model.HasCartridgeState
                ? UseLevels.Arced | UseLevels.DriveStun
                : UseLevels.Arced | UseLevels.DriveStun | UseLevels.AngledDriveStun | UseLevels.Fired;
        }

        return incident.Sessions.Count > 0 ? UseLevels.Drawn | UseLevels.Aimed | UseLevels.RedDot : UseLevels.Drawn | UseLevels.Aimed;
    }

    private static void Join(Incident incident, in Act act)
    {
        incident.EndNs = Math.Max(incident.EndNs, act.EndNs);
        if (act.Activation is { } activation)
        {
            incident.Activations.Add(activation);
            incident.Deployments += activation.Deployments;
            incident.Connection |= activation.Connection;
            activation.Incident = incident;
        }
        else if (act.Session is { } session)
        {
            incident.Sessions.Add(session);
        }
        else if (act.Event is { } single)
        {
            incident.Events.Add(single);
            incident.Deployments += single.Code == EventCode.Deploy ? 1 : 0;
        }
    }

    private static void Finish(Incident incident, DeviceHistory device)
    {
        incident.Levels = Compatible(incident);
        incident.Issue = device.IssueAt(incident.Start);
    }

    private static List<Act> Acts(DeviceHistory device)
    {
        var acts = new List<Act>(device.Activations.Count + device.Sessions.Count);
        foreach (var activation in device.Activations)
        {
            acts.Add(new Act(activation.Start, activation.Start.MiddleNs, activation.EndNs, activation, null, null));
        }

        foreach (var session in device.Sessions)
        {
            acts.Add(new Act(session.Start, session.Start.MiddleNs, session.EndNs, null, session, null));
        }

        foreach (var single in device.Events)
        {
            if (single.Code is EventCode.Unholster or EventCode.Deploy or EventCode.WarningAlert)
            {
                acts.Add(
                    new Act(single.When, single.When.MiddleNs, single.When.MiddleNs + single.DurationMs * 1_000_000L, null, null, single)
                );
            }
        }

        acts.RemoveAll(a => a.When.LowNs == TimeInterval.Unknown.LowNs && a.Activation is null);
        acts.Sort((a, b) => a.AtNs != b.AtNs ? a.AtNs.CompareTo(b.AtNs) : a.Rank.CompareTo(b.Rank));
        return acts;
    }

    private static List<long> Cuts(DeviceHistory device)
    {
        var cuts = new List<long>();
        foreach (var issue in device.Issues)
        {
            cuts.Add(issue.IssuedAt.LowNs);
            if (issue.ReturnedAt is { } back)
            {
                cuts.Add(back.HighNs);
            }
        }

        foreach (var single in device.Events)
        {
            if (single.Code is EventCode.DockConnect or EventCode.DockDisconnect or EventCode.UsbConnect or EventCode.UsbDisconnect)
            {
                cuts.Add(single.When.MiddleNs);
            }
        }

        cuts.Sort();
        return cuts;
    }

    /// <summary>Something a device did, for sorting by time.</summary>
    private readonly record struct Act(
        TimeInterval When,
        long AtNs,
        long EndNs,
        Activation? Activation,
        ArmedSession? Session,
        NotableEvent? Event
    )
    {
        public int Rank =>
            Event is not null ? 0
            : Session is not null ? 1
            : 2;
    }
}
