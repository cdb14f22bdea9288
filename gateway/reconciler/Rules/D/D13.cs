using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>An upload that ended early, or frames that failed their check.</summary>
internal sealed class D13()
    : Rule(
        "D13",
        FindingKind.Integrity,
        2,
        "Upload incomplete or damaged",
        "A further docking that completes it.",
        "That records are lost: they may still be in the device."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("framesFailedPercentMax", FormattableString.Invariant($"{rules.FramesFailedPercentMax}"))];

    public override string? Silenced(World world) => world.Inputs.IntegrityFacts is null ? "the gateway's notes were not read" : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var fact in Noted.Of(world, IntegrityFactKind.UploadIncomplete))
        {
            bool many = fact.OutOf == 0 || fact.Count * 100L > fact.OutOf * (long)world.Rules.FramesFailedPercentMax;
            if (many)
            {
                Noted.Say(
                    world,
                    sink,
                    this,
                    fact,
                    $"Device {fact.Device}: an upload through dock {fact.Dock} was incomplete or damaged",
                    Add
                );
            }
        }

        foreach (var device in world.Devices)
        {
            var last = device.Dockings.Count > 0 ? device.Dockings[^1] : null;
            if (last is { Complete: false })
            {
                var at = new TimeInterval((long)last.DockedAtNs, (long)last.DockedAtNs);
                Add(
                    world,
                    sink,
                    $"Device {device.Serial} was taken from dock {last.Dock} before its upload of {at} was complete, and was not docked since.",
                    new About
                    {
                        Device = device,
                        When = at,
                        LedgerFacts = [new RecordFact(device.Serial, last.Log, last.Epoch, 0, last.Leaf)],
                        CaseKey = "D13 " + device.Serial,
                    }
                );
            }
        }
    }
}
