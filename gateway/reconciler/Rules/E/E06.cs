using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Rules.A;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.E;

/// <summary>A burst of short activations without a deployment: training needs its session record.</summary>
internal sealed class E06()
    : Rule(
        "E06",
        FindingKind.Unaccounted,
        2,
        "Burst of short activations without a training record",
        "The training session's list with this device, or a report.",
        "That it was training, or that it was not."
    )
{
    public override string CaseFamily => "A";

    public override int CaseRank => 60;

    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [
            ("burstMinutes", FormattableString.Invariant($"{rules.BurstMinutes}")),
            ("burstActivations", FormattableString.Invariant($"{rules.BurstActivations}")),
        ];

    public override string? Silenced(World world) => world.HasReports ? null : Unaccounted.NoReports;

    public override void Judge(World world, FindingSink sink)
    {
        long window = world.Rules.BurstMinutes * TimeInterval.MinuteNs;
        foreach (var (incident, left, _) in Unaccounted.Find(world))
        {
            var brief = left.FindAll(a => a.Deployments == 0 && !a.Exceeds(incident.Device.Model.CycleMs));
            bool burst =
                incident.Deployments == 0
                && Enumerable
                    .Range(0, Math.Max(0, brief.Count - world.Rules.BurstActivations + 1))
                    .Any(i => brief[i + world.Rules.BurstActivations - 1].Start.MiddleNs - brief[i].Start.MiddleNs <= window);
            if (burst)
            {
                Add(
                    world,
                    sink,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Device {incident.Device.Serial}: {brief.Count} short activations within {world.Rules.BurstMinutes} minutes at {incident.Start}, no cartridge deployed, and no training session lists the device."
                    ),
                    new About
                    {
                        Incident = incident,
                        Issue = incident.Issue,
                        When = incident.Span,
                    }
                );
            }
        }
    }
}
