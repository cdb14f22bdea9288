using System.Globalization;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>"Cycle interrupted" and the log disagree.</summary>
internal sealed class A08()
    : Rule(
        "A08",
        FindingKind.Disagreement,
        3,
        "Interrupted cycle not as reported",
        "The right mark in the report.",
        "Why a cycle ended early."
    )
{
    public override string? Silenced(World world) =>
        world.Has(ReportColumns.Interrupted) ? null : "needs reports that say whether a cycle was interrupted";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var incident in world.Incidents)
        {
            bool? stated = LevelSets.Any(incident, r => r.Interrupted);
            var cycles = incident.Activations.FindAll(a =>
                a.Code is EventCode.Trigger or EventCode.Reenergise || (a.Code == EventCode.Arc && a.OnDeployed)
            );
            bool logged = cycles.Exists(a => a.DurationMs + a.ResolutionMs <= incident.Device.Model.CycleMs);
            // rows put together as one cycle in parts may be cycles that each ended early (domain 1.10): such a log bears both statements out
            bool isOpen = stated == true && cycles.Exists(a => a.Parts > 1);
            if (stated is { } flag && cycles.Count > 0 && flag != logged && !isOpen)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Reports {LevelSets.Ids(incident)} say that {(flag ? "a" : "no")} cycle was interrupted; the shortest on device {incident.Device.Serial} was {cycles.Min(a => a.DurationMs) / 1000.0:0.0} activation seconds."
                );
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
