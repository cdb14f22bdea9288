using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Rules.A;
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
    /// <summary>How much earlier than its use an exhibit may be written down: two clocks are read.</summary>
    private const long SeizedBeforeMinutesMax = 10;

    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("exhibitDays", FormattableString.Invariant($"{rules.ExhibitDays}"))];

    public override string? Silenced(World world) => world.Inputs.Registers.Exhibits is null ? "needs the exhibit register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        var used = UsedCartridges.Of(world);
        var exhibits = (world.Inputs.Registers.Exhibits ?? []).OrderBy(e => e.SeizedAt.LowNs).ToList();
        long window = world.Rules.ExhibitDays * TimeInterval.DayNs;
        var kept = Kept(world, exhibits, window);
        foreach (var incident in world.Incidents.Where(i => world.InPeriod(i.Span)))
        {
            // where a model does not show cartridges, the register says how many were fired
            int fired = incident.Device.Model.HasCartridgeState ? incident.Deployments : used?.GetValueOrDefault(incident) ?? 0;
            bool operational =
                incident.Matches.Count > 0
                || incident.Activations.Exists(a => a.Class is ActivationClass.Unaccounted or ActivationClass.Waiting);
            if (fired > kept.GetValueOrDefault(incident) && operational && world.AsOfNs >= incident.Span.HighNs + window)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {incident.Device.Serial}: {fired} cartridge(s) fired at {incident.Start}; {kept.GetValueOrDefault(incident)} exhibit(s) were found within {world.Rules.ExhibitDays} days."
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

    /// <summary>
    /// Exhibits by the use that they are of: the device they name, else the incident, else a cartridge of the report or the issue; the
    /// nearest use before the seizure. An exhibit is of one use only.
    /// </summary>
    private static Dictionary<Incident, int> Kept(World world, List<ExhibitRow> exhibits, long window)
    {
        var byReference = world
            .Incidents.SelectMany(i => i.Matches.Select(m => (m.Report.IncidentRef, Incident: i)))
            .Where(p => p.IncidentRef.Length > 0)
            .ToLookup(p => p.IncidentRef, p => p.Incident, StringComparer.Ordinal);
        var byCartridge = new Lazy<ILookup<string, Incident>>(() =>
            world
                .Incidents.Where(i => i.Deployments > 0)
                .SelectMany(i => Fired(i).Select(c => (Cartridge: c, Incident: i)))
                .ToLookup(p => p.Cartridge, p => p.Incident, StringComparer.Ordinal)
        );
        var kept = new Dictionary<Incident, int>();
        // those whose reference a report has go first: the others then fall to the uses that are left
        foreach (var exhibit in exhibits.OrderBy(e => byReference.Contains(e.IncidentRef) ? 0 : 1))
        {
            IEnumerable<Incident> candidates =
                world.DeviceBySerial.TryGetValue(exhibit.DeviceSerial, out var device) ? device.Incidents
                : exhibit.IncidentRef.Length > 0 && byReference.Contains(exhibit.IncidentRef) ? byReference[exhibit.IncidentRef]
                : byCartridge.Value[SerialIndex.Normal(exhibit.CartridgeSerial)];
            var of = candidates.Where(i => CanBeOf(exhibit, i, window)).ToList();
            var named = of.FindAll(i => IsNamed(exhibit, i));
            var open = of.FindAll(i => kept.GetValueOrDefault(i) < Math.Max(1, i.Deployments));
            if ((named.Count > 0 ? named : open).MaxBy(i => i.Span.LowNs) is { } incident)
            {
                kept[incident] = kept.GetValueOrDefault(incident) + 1;
            }
        }

        return kept;
    }

    /// <summary>A use that can have left the exhibit: operational, before the seizure, and of no other reference.</summary>
    private static bool CanBeOf(ExhibitRow exhibit, Incident incident, long window) =>
        (incident.Deployments > 0 || (!incident.Device.Model.HasCartridgeState && incident.Activations.Exists(IsOperational)))
        && incident.Span.LowNs <= exhibit.SeizedAt.HighNs + SeizedBeforeMinutesMax * TimeInterval.MinuteNs
        && exhibit.SeizedAt.LowNs <= incident.Span.HighNs + window
        && (
            exhibit.IncidentRef.Length == 0 || IsNamed(exhibit, incident) || !incident.Matches.Exists(m => m.Report.IncidentRef.Length > 0)
        );

    private static bool IsNamed(ExhibitRow exhibit, Incident incident) =>
        exhibit.IncidentRef.Length > 0 && incident.Matches.Exists(m => m.Report.IncidentRef == exhibit.IncidentRef);

    private static bool IsOperational(Activation a) =>
        a.Class is ActivationClass.Matched or ActivationClass.Unaccounted or ActivationClass.Waiting;

    private static HashSet<string> Fired(Incident incident) =>
        incident
            .Matches.SelectMany(m => m.Report.Cartridges)
            .Concat(incident.Issue?.CartridgeSerials ?? [])
            .Select(SerialIndex.Normal)
            .ToHashSet(StringComparer.Ordinal);
}
