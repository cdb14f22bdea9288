using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>Armed or activated while the register has nobody who held the device. One finding for each stretch of 12 h.</summary>
internal sealed class C01()
    : Rule("C01", FindingKind.Custody, 1, "Activity while not on issue", "The missing row in the issue register.", "Who had the device.")
{
    public override string? Silenced(World world) => world.Inputs.Registers.Issues is null ? "needs the issue register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        // before its first row a register says nothing
        long begins = (world.Inputs.Registers.Issues ?? []).Select(i => i.IssuedAt.LowNs).DefaultIfEmpty(long.MaxValue).Min();
        foreach (var device in world.Devices)
        {
            var stretch = new List<Incident>();
            foreach (
                var incident in device.Incidents.Where(i =>
                    i.Span.LowNs >= begins && world.InPeriod(i.Span) && world.IsBounded(i.Start) && OffIssue(device, i)
                )
            )
            {
                if (stretch.Count > 0 && incident.Span.GapNs(stretch[^1].Span) > 12 * TimeInterval.HourNs)
                {
                    Say(world, sink, device, stretch);
                    stretch = [];
                }

                stretch.Add(incident);
            }

            if (stretch.Count > 0)
            {
                Say(world, sink, device, stretch);
            }
        }
    }

    /// <summary>Certainly outside every issue, and not excused by dock, workshop, training list or signed entry.</summary>
    private static bool OffIssue(DeviceHistory device, Incident incident)
    {
        bool armed = incident.Activations.Count > 0 || incident.Sessions.Count > 0;
        bool excused =
            incident.Activations.Count > 0
            && incident.Activations.TrueForAll(a =>
                a.Class is ActivationClass.Maintenance or ActivationClass.Training or ActivationClass.Unintentional
            );
        return armed && !excused && device.IssueAt(incident.Span.Widen(5 * TimeInterval.MinuteNs)) is null;
    }

    private void Say(World world, FindingSink sink, DeviceHistory device, List<Incident> stretch)
    {
        int activations = stretch.Sum(i => i.Activations.Count);
        var when = new TimeInterval(stretch[0].Span.LowNs, stretch.Max(i => i.Span.HighNs));
        string wording = string.Create(
            CultureInfo.InvariantCulture,
            $"Device {device.Serial} was armed or activated ({stretch.Sum(i => i.Sessions.Count)} armed session(s), {activations} activation(s)) at {when}, while the register has no open issue of it."
        );
        Add(
            world,
            sink,
            wording,
            new About
            {
                Device = device,
                Incident = stretch[0],
                OtherIncidents = stretch.Skip(1).ToList(),
                When = when,
            }
        );
    }
}
