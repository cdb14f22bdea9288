using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>Two devices on one incident, and fewer than two officers' reports (2.7.5: overlap in time alone is never a finding).</summary>
internal sealed class A14()
    : Rule(
        "A14",
        FindingKind.Unaccounted,
        1,
        "Two devices on one incident, one officer's report",
        "The second officer's report.",
        "That both devices were used on one person."
    )
{
    public override int CaseRank => 60;

    public override string? Silenced(World world) =>
        world.Has(ReportColumns.OfficerRef)
        && (world.Inputs.Registers.Roster is not null || world.Inputs.Registers.Incidents is not null)
        && world.Inputs.Registers.Issues is not null
            ? null
            : "needs reports with an officer, the issue register, and a roster or incident references";

    public override void Judge(World world, FindingSink sink)
    {
        var reported = world.Incidents.Where(i => i.Matches.Count > 0 && i.HasUse).ToList();
        foreach (var (incident, _, _) in Unaccounted.Find(world))
        {
            string officer = incident.Issue?.OfficerRef ?? "";
            var other =
                officer.Length == 0 ? null : reported.Find(r => r.Device != incident.Device && Together(world, incident, officer, r));
            if (other is not null)
            {
                string wording =
                    $"Device {incident.Device.Serial} ({officer}) and device {other.Device.Serial} were both activated at {incident.Start}, by officers of one crew or incident; only {LevelSets.Ids(other)} was found.";
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Incident = incident,
                        OtherDevices = [other.Device],
                        OtherReports = other.Matches.Select(m => m.Report).ToList(),
                        Issue = incident.Issue,
                        When = incident.Span,
                    }
                );
            }
        }
    }

    private static bool Together(World world, Incident incident, string officer, Incident other)
    {
        long gap = world.Rules.IncidentGapMinutes * TimeInterval.MinuteNs;
        if (incident.Span.GapNs(other.Span) > gap)
        {
            return false;
        }

        foreach (var match in other.Matches)
        {
            bool attended =
                match.Report.IncidentRef.Length > 0
                && (world.Inputs.Registers.Incidents ?? []).Any(r => r.IncidentRef == match.Report.IncidentRef && r.OfficerRef == officer);
            if (match.Report.OfficerRef != officer && (attended || world.Crewed(officer, match.Report.OfficerRef, incident.Span)))
            {
                return true;
            }
        }

        return false;
    }
}
