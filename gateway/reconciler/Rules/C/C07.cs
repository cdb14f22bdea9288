using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>A fired cartridge and no exhibit.</summary>
internal sealed class C07()
    : Rule(
        "C07",
        FindingKind.Custody,
        1,
        "Fired cartridge without an exhibit",
        "The exhibit row, or the reason why nothing was recovered.",
        "That evidence was lost."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("exhibitDays", FormattableString.Invariant($"{rules.ExhibitDays}"))];

    public override string? Silenced(World world) => world.Inputs.Registers.Exhibits is null ? "needs the exhibit register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        var exhibits = world.Inputs.Registers.Exhibits ?? [];
        var byReference = exhibits.ToLookup(e => e.IncidentRef, StringComparer.Ordinal);
        var byDevice = exhibits.ToLookup(e => e.DeviceSerial, StringComparer.Ordinal);
        long window = world.Rules.ExhibitDays * TimeInterval.DayNs;
        foreach (var incident in world.Incidents.Where(i => i.Deployments > 0 && world.InPeriod(i.Span)))
        {
            bool operational =
                incident.Matches.Count > 0
                || incident.Activations.Exists(a => a.Class is ActivationClass.Unaccounted or ActivationClass.Waiting);
            if (!operational || world.AsOfNs < incident.Span.HighNs + window)
            {
                continue;
            }

            var near = new TimeInterval(incident.Span.LowNs - TimeInterval.HourNs, incident.Span.HighNs + window);
            bool kept =
                incident.Matches.Any(m => m.Report.IncidentRef.Length > 0 && byReference[m.Report.IncidentRef].Any())
                || byDevice[incident.Device.Serial].Any(e => e.SeizedAt.Overlaps(near))
                || exhibits.Any(e =>
                    e.CartridgeSerial.Length > 0
                    && e.SeizedAt.Overlaps(near)
                    && Fired(incident).Contains(SerialIndex.Normal(e.CartridgeSerial))
                );
            if (!kept)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {incident.Device.Serial} recorded {incident.Deployments} deployed cartridge(s) at {incident.Start}; no exhibit was found within {world.Rules.ExhibitDays} days."
                );
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Incident = incident,
                        OtherReports = incident.Matches.ConvertAll(m => m.Report),
                        Issue = incident.Issue,
                        When = incident.Span,
                    }
                );
            }
        }
    }

    private static HashSet<string> Fired(Incident incident) =>
        incident
            .Matches.SelectMany(m => m.Report.Cartridges)
            .Concat(incident.Issue?.CartridgeSerials ?? [])
            .Select(SerialIndex.Normal)
            .ToHashSet(StringComparer.Ordinal);
}
