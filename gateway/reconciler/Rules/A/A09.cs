using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>"Repeat cycle, same cartridge" and the log disagree.</summary>
internal sealed class A09()
    : Rule("A09", FindingKind.Disagreement, 2, "Repeat cycle not as reported", "The right mark in the report.", "What a repeat cycle did.")
{
    public override string? Silenced(World world) =>
        world.Has(ReportColumns.RepeatCycle) ? null : "needs reports that say whether a cycle was repeated";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var incident in world.Incidents)
        {
            bool? stated = LevelSets.Any(incident, r => r.RepeatCycle);
            if (stated is not { } flag || !incident.HasUse)
            {
                continue;
            }

            if (!incident.Device.Model.HasCartridgeState && !(flag && incident.Activations.Count == 1))
            {
                sink.NotTestable(Id, "the log of this model does not show on which cartridge a cycle ran");
                continue;
            }

            bool logged = incident.Device.Model.HasCartridgeState && incident.Activations.Exists(a => a.OnDeployed);
            if (flag != logged)
            {
                string wording =
                    $"Reports {LevelSets.Ids(incident)} say that {(flag ? "a" : "no")} cycle was repeated on the same cartridge; the log of device {incident.Device.Serial} at {incident.Start} says otherwise.";
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
}
