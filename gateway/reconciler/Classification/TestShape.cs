using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Classification;

/// <summary>What a function test looks like in the log of a model, and how near to issue or return it stands.</summary>
internal static class TestShape
{
    /// <summary>
    /// One activation of at most one cycle, alone in its armed session, without deployment or connection, of the kind that the model's
    /// test is (domain 2.7.1).
    /// </summary>
    public static bool Fits(Activation activation)
    {
        var device = activation.Device;
        if (activation.Code == EventCode.Test)
        {
            return true;
        }

        if (activation.Exceeds(device.Model.CycleMs) || activation.Deployments > 0 || activation.Connection)
        {
            return false;
        }

        if (activation.Session >= 0)
        {
            var session = device.Sessions[activation.Session];
            if (session.Activations > 1 || session.Deployments > 0 || session.Connection)
            {
                return false;
            }
        }

        return CodeFits(activation);
    }

    /// <summary>The kind of activation that the model's test is, whatever its length.</summary>
    public static bool CodeFits(Activation activation) =>
        activation.Device.Model.Test switch
        {
            TestPattern.Arc => activation.Code == EventCode.Arc,
            TestPattern.TriggerUnloaded => activation.Code == EventCode.Trigger && !activation.Loaded && !activation.OnDeployed,
            TestPattern.Trigger => activation.Code == EventCode.Trigger,
            _ => activation.Code == EventCode.Test,
        };

    /// <summary>The issue at whose beginning or end an activation stands, within so many minutes; null = none.</summary>
    public static (IssueRow Issue, bool AtReturn)? Near(Activation activation, int minutes)
    {
        long window = minutes * TimeInterval.MinuteNs;
        foreach (var issue in activation.Device.IssuesOver(activation.Start.LowNs - window, activation.Start.HighNs + window))
        {
            if (issue.IssuedAt.GapNs(activation.Start) <= window)
            {
                return (issue, false);
            }

            if (issue.ReturnedAt is { } back && back.GapNs(activation.Start) <= window)
            {
                return (issue, true);
            }
        }

        return null;
    }

    /// <summary>
    /// What would be the model's test at issue or return had it stopped at one cycle: one activation, or several where it was made again.
    /// </summary>
    public static bool IsOverlongTest(Incident incident, RuleSet rules) =>
        incident is { Deployments: 0, Matches.Count: 0 }
        && incident.Activations.Exists(a => a.Exceeds(incident.Device.Model.CycleMs))
        && incident.Activations.TrueForAll(a => !a.Connection && CodeFits(a) && Near(a, rules.TestWindowMinutes) is not null);

    /// <summary>An incident that is nothing but what a function test looks like, near issue or return where that is known.</summary>
    public static bool LooksLikeTest(Incident incident, RuleSet rules)
    {
        if (incident.Deployments > 0 || incident.Activations.Count == 0)
        {
            return false;
        }

        foreach (var activation in incident.Activations)
        {
            bool near = incident.Device.Issues.Count == 0 || Near(activation, rules.TestWindowMinutes) is not null;
            if (!Fits(activation) || !near)
            {
                return false;
            }
        }

        return true;
    }
}
