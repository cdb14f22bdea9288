using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>Many differing records in one docking session are one finding.</summary>
internal sealed class D16()
    : Rule(
        "D16",
        FindingKind.Integrity,
        1,
        "Log differs from what was received before",
        "A second reading of the device beside both uploads.",
        "Which of the two is right, or who changed it."
    )
{
    public override string? Silenced(World world) => world.Inputs.IntegrityFacts is null ? "the gateway's notes were not read" : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (
            var fact in Noted
                .Of(world, IntegrityFactKind.LogForked)
                .Concat(Noted.Of(world, IntegrityFactKind.Variant).Where(f => f.Count > 1))
        )
        {
            Noted.Say(
                world,
                sink,
                this,
                fact,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {fact.Device}: {fact.Count} record(s) came with other bytes than before"
                ),
                Add
            );
        }

        foreach (var device in world.Devices)
        {
            var differing = device.Anomalies.FindAll(a => a.Kind == AnomalyKind.SameKeyOtherBytes);
            if (differing.Count > 1)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {device.Serial}: {differing.Count} records from sequence {differing[0].First.Sequence} have different contents in two uploads."
                );
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Device = device,
                        Records = differing.SelectMany(a => new[] { a.First, a.Second }).ToList(),
                        When = differing[0].When,
                        CaseKey = "D16 " + device.Serial,
                    }
                );
            }
        }
    }
}
