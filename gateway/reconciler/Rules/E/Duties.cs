using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Classification;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.E;

/// <summary>One issue for duty with what the device's log shows during it.</summary>
internal sealed class Duty
{
    public required DeviceHistory Device { get; init; }

    public required IssueRow Issue { get; init; }

    /// <summary>Activations that look like function tests and are in no reported use.</summary>
    public List<Activation> Tests { get; } = [];

    /// <summary>The first incident that is more than a test.</summary>
    public Incident? FirstUse { get; set; }

    /// <summary>Battery of the first armed session, within half an hour of issue.</summary>
    public (int Percent, RecordRef Record)? FirstBattery { get; set; }

    public TimeInterval TestWindow(RuleSet rules, Incident first)
    {
        long from = Issue.IssuedAt.LowNs - rules.TestBeforeIssueMinutes * TimeInterval.MinuteNs;
        // test and use can stand minutes apart, in one incident: the use then begins with the first activation that is no test
        long use = first
            .Activations.Where(a => a.Class != ActivationClass.Test)
            .Select(a => a.Start.HighNs)
            .DefaultIfEmpty(first.Start.HighNs)
            .Min();
        long to = Math.Min(use, Issue.IssuedAt.HighNs + rules.TestAfterIssueMinutes * TimeInterval.MinuteNs);
        return new TimeInterval(from, Math.Max(from, to));
    }
}

/// <summary>All issues for duty of the period whose device is known.</summary>
internal static class Duties
{
    public static IEnumerable<Duty> Find(World world)
    {
        long before = world.Rules.TestBeforeIssueMinutes * TimeInterval.MinuteNs;
        foreach (var device in world.Devices)
        {
            foreach (var issue in device.Issues.Where(i => i.Purpose == IssuePurpose.Operational && world.InPeriod(i.IssuedAt)))
            {
                var span = Scorer.Span(world.Rules, issue);
                yield return Fill(world, new Duty { Device = device, Issue = issue }, new TimeInterval(span.LowNs - before, span.HighNs));
            }
        }
    }

    private static Duty Fill(World world, Duty duty, TimeInterval span)
    {
        foreach (var incident in InSpan(duty.Device, span).Where(i => world.IsBounded(i.Start)))
        {
            // a test that went on too long is E02's: it is no use, and the device was tested, if badly
            bool test =
                TestShape.LooksLikeTest(incident, world.Rules)
                || TestShape.IsOverlongTest(incident, world.Rules)
                || (incident.Activations.Count > 0 && !incident.HasUse);
            bool armed = incident.HasUse || incident.Sessions.Count > 0;
            duty.FirstUse ??= armed && !test && incident.Start.LowNs >= duty.Issue.IssuedAt.LowNs ? incident : null;
            duty.Tests.AddRange(
                incident.Activations.Where(a =>
                    a.Class is ActivationClass.Test or ActivationClass.Unaccounted or ActivationClass.Waiting
                    && (a.Code == EventCode.Test || TestShape.Fits(a) || TestShape.IsOverlongTest(incident, world.Rules))
                )
            );
            var session = incident.Sessions.Count > 0 ? incident.Sessions[0] : null;
            bool early =
                session is { BatteryPercent: not EventRecord.ByteAbsent }
                && session.Start.GapNs(duty.Issue.IssuedAt) <= 30 * TimeInterval.MinuteNs;
            duty.FirstBattery ??= early ? (session!.BatteryPercent, session.First) : null;
        }

        return duty;
    }

    private static IEnumerable<Incident> InSpan(DeviceHistory device, TimeInterval span)
    {
        int low = 0;
        int high = device.Incidents.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = device.Incidents[middle].EndNs < span.LowNs ? (middle + 1, high) : (low, middle);
        }

        for (int i = low; i < device.Incidents.Count && device.Incidents[i].Start.LowNs <= span.HighNs; i++)
        {
            yield return device.Incidents[i];
        }
    }
}
