using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>"Extended beyond 5 s" and the log disagree.</summary>
internal sealed class A07()
    : Rule(
        "A07",
        FindingKind.Disagreement,
        1,
        "Cycle longer than the report says",
        "The right mark in the report.",
        "How long anyone was affected: it is the time of activation."
    )
{
    public override string? Silenced(World world) =>
        world.Has(ReportColumns.Extended) ? null : "needs reports that say whether a cycle was extended";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var incident in world.Incidents)
        {
            bool? stated = LevelSets.Any(incident, r => r.Extended);
            bool logged = incident.Activations.Exists(a => a.Exceeds(incident.Device.Model.CycleMs));
            if (stated is { } flag && incident.HasUse && flag != logged)
            {
                uint longest = incident.Activations.Max(a => (uint?)a.DurationMs) ?? 0;
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Reports {LevelSets.Ids(incident)} say that {(flag ? "a" : "no")} cycle was extended; the longest on device {incident.Device.Serial} was {longest / 1000.0:0.0} activation seconds."
                );
                var about = new About
                {
                    OtherReports = incident.Matches.Select(m => m.Report).ToList(),
                    Incident = incident,
                    When = incident.Span,
                };
                Add(world, sink, wording, about, logged ? 1 : 2);
            }
        }
    }
}
