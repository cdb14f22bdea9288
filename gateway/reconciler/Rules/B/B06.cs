using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.B;

/// <summary>A discharge after the time of handcuffing or arrival in custody.</summary>
internal sealed class B06()
    : Rule(
        "B06",
        FindingKind.Review,
        1,
        "Discharge after handcuffing or arrival in custody",
        "The right time in the reference, or a review of the incident.",
        "That the person handcuffed was the one concerned."
    )
{
    public override string? Silenced(World world) =>
        world.Inputs.Registers.Incidents is null ? "needs references from custody, dispatch or body-worn video"
        : world.Has(ReportColumns.IncidentRef) ? null
        : "needs reports with an incident reference";

    public override void Judge(World world, FindingSink sink)
    {
        var references = (world.Inputs.Registers.Incidents ?? [])
            .Where(r => r.Kind is IncidentEventKind.Handcuffed or IncidentEventKind.Custody)
            .ToLookup(r => r.IncidentRef, StringComparer.Ordinal);
        foreach (var incident in JointUse.OfPeriod(world))
        {
            var row = incident
                .Matches.Where(m => m.Report.IncidentRef.Length > 0)
                .SelectMany(m => references[m.Report.IncidentRef])
                .MinBy(r => r.At.HighNs);
            var after = row is null ? null : JointUse.Operational(incident).Find(a => a.Start.LowNs > row.At.HighNs);
            if (row is not null && after is not null)
            {
                string wording =
                    $"Device {incident.Device.Serial} was activated at {after.Start}; reference {row.IncidentRef} has {(row.Kind == IncidentEventKind.Custody ? "arrival in custody" : "handcuffing")} at {row.At}.";
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Incident = incident,
                        Records = [after.First],
                        OtherReports = JointUse.Reports(incident),
                        Sources = [row.Source],
                        IncidentRef = row.IncidentRef,
                        When = after.Start,
                    }
                );
            }
        }
    }
}
