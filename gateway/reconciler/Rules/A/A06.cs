using System.Globalization;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>The number of cycles differs, compared on the sum of the reports first (2.7.5).</summary>
internal sealed class A06()
    : Rule(
        "A06",
        FindingKind.Disagreement,
        2,
        "Number of cycles differs",
        "The right number in the report, or a further report on the same incident.",
        "Why the numbers differ: cycles that the firmware logged in parts are already put together."
    )
{
    public override string? Silenced(World world) => world.Has(ReportColumns.Cycles) ? null : "needs reports with a number of cycles";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var incident in world.Incidents)
        {
            if (incident.Matches.Count == 0 || !incident.HasUse)
            {
                continue;
            }

            if (incident.Matches.Exists(m => m.Report.Cycles is null))
            {
                sink.NotTestable(Id, "a report on the incident states no number of cycles");
                continue;
            }

            var cycles = incident.Activations.FindAll(a => a.Code != EventCode.Test);
            int reported = incident.Matches.Sum(m => m.Report.Cycles ?? 0);
            int most = cycles.Sum(a => a.Parts);
            if (reported < cycles.Count || reported > most)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Reports {LevelSets.Ids(incident)} state {reported} cycle(s) in all; the log of device {incident.Device.Serial} at {incident.Start} holds {cycles.Count}."
                );
                var about = new About
                {
                    OtherReports = incident.Matches.Select(m => m.Report).ToList(),
                    Incident = incident,
                    When = incident.Span,
                };
                Add(world, sink, wording, about, reported < cycles.Count ? 2 : 3);
            }
        }
    }
}
