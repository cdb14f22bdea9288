using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.B;

/// <summary>
/// Device-incidents that belong together by a shared incident reference or crew, never by time alone (domain 2.7.5); most are one device
/// alone.
/// </summary>
internal sealed class JointUse
{
    private JointUse(IReadOnlyList<Incident> incidents)
    {
        Incidents = incidents;
        Activations = incidents.SelectMany(Operational).OrderBy(a => a.Start.MiddleNs).ToList();
    }

    public IReadOnlyList<Incident> Incidents { get; }

    public List<Activation> Activations { get; }

    public string Name => "Device " + string.Join(" and device ", Incidents.Select(i => i.Device.Serial)) + " at " + Incidents[0].Start;

    /// <summary>Incidents of the period with an operational activation.</summary>
    public static IEnumerable<Incident> OfPeriod(World world) =>
        world.Incidents.Where(i => world.InPeriod(i.Span) && world.IsBounded(i.Start) && i.Activations.Exists(IsOperational));

    public static List<Activation> Operational(Incident incident) => incident.Activations.FindAll(IsOperational);

    public static List<OfficerReport> Reports(Incident incident) => incident.Matches.ConvertAll(m => m.Report);

    /// <summary>All of a run, in one order; rules ask <see cref="World.JointUses"/>.</summary>
    public static IEnumerable<JointUse> Find(World world)
    {
        var groups = new Dictionary<string, List<Incident>>(StringComparer.Ordinal);
        long gap = world.Rules.IncidentGapMinutes * TimeInterval.MinuteNs;
        var incidents = OfPeriod(world).OrderBy(i => i.Start.MiddleNs).ThenBy(i => i.UseId, StringComparer.Ordinal).ToList();
        var references = incidents.ConvertAll(Reference);
        var issues = incidents.ConvertAll(i => LastIssue(world, i));
        var officers = incidents.Select((incident, i) => Officers(incident, issues[i])).ToList();
        var keys = new List<string>(incidents.Count);
        for (int i = 0; i < incidents.Count; i++)
        {
            string key = references[i] ?? incidents[i].UseId;
            for (int j = i - 1; j >= 0 && incidents[i].Start.MiddleNs - incidents[j].Start.MiddleNs <= 4 * gap; j--)
            {
                if (references[i] is null || references[j] is null)
                {
                    bool joined =
                        incidents[i].Span.GapNs(incidents[j].Span) <= gap
                        && incidents[i].Device != incidents[j].Device
                        && Crewed(world, officers[i], officers[j], Together(incidents[i], issues[i], issues[j]));
                    key = joined ? keys[j] : key;
                }
            }

            keys.Add(key);
            if (!groups.TryGetValue(key, out var list))
            {
                groups.Add(key, list = []);
            }

            list.Add(incidents[i]);
        }

        foreach (var list in groups.Values)
        {
            list.Sort((a, b) => a.Start.CompareTo(b.Start));
            int start = 0;
            for (int i = 1; i <= list.Count; i++)
            {
                // one reference can cover a siege of hours: the incident gap still divides it
                if (i == list.Count || list[i].Span.GapNs(list[i - 1].Span) > gap)
                {
                    yield return new JointUse(list.GetRange(start, i - start));
                    start = i;
                }
            }
        }
    }

    /// <summary>
    /// Devices of two officers of one crew; where one has no report, nothing else says that they belong together. Whose a device was, its
    /// issue says, and the report on it: one of them may be wrong. A register that has one officer for both puts them together, too, where no
    /// report names somebody else.
    /// </summary>
    private static bool Crewed(World world, List<string> ofOne, List<string> ofOther, TimeInterval when) =>
        ofOne is [var same] && ofOther is [var again] && same == again
        || ofOne.Exists(a => ofOther.Exists(b => a != b && world.Crewed(a, b, when)));

    /// <summary>A crew lasts until its devices are back: what began in a shift goes on beyond it. So it counts since both were on issue.</summary>
    private static TimeInterval Together(Incident later, IssueRow? one, IssueRow? other) =>
        one is null || other is null
            ? later.Span
            : new TimeInterval(Math.Min(later.Span.LowNs, Math.Max(one.IssuedAt.LowNs, other.IssuedAt.LowNs)), later.Span.HighNs);

    /// <summary>The issue that a use was on; where the register has it back already, the last one of the same shift: who had it then, had it last.</summary>
    private static IssueRow? LastIssue(World world, Incident incident)
    {
        long from = incident.Span.LowNs - world.Rules.IssueHoursMax * TimeInterval.HourNs;
        return incident.Issue
            ?? incident.Device.Issues.LastOrDefault(i => i.IssuedAt.LowNs <= incident.Span.LowNs && i.IssuedAt.LowNs >= from);
    }

    private static List<string> Officers(Incident incident, IssueRow? issue) =>
        [.. Reports(incident).Select(r => r.OfficerRef).Append(issue?.OfficerRef ?? "").Where(o => o.Length > 0).Distinct()];

    private static string? Reference(Incident incident) =>
        incident.Matches.Select(m => m.Report.IncidentRef).FirstOrDefault(r => r.Length > 0);

    /// <summary>The most activation milliseconds that any stretch with gaps below so many minutes holds.</summary>
    public long MostMs(int minutes) => Stretches(minutes).Max(s => s.Sum(a => (long)a.DurationMs));

    public int MostCycles(int minutes) => Stretches(minutes).Max(s => s.Count);

    /// <summary>
    /// Two activations of two devices that overlap within the bounds of both clocks. It is a review, so what may have been at the same time
    /// is looked at, and the wording states both times. Bounds of minutes say too little of cycles of seconds by themselves: the likeliest
    /// times, the middles, must lie together, too.
    /// </summary>
    public (Activation? First, Activation? Second) Overlap(RuleSet rules)
    {
        for (int i = 0; i < Activations.Count; i++)
        {
            for (int j = i + 1; j < Activations.Count; j++)
            {
                if (Activations[i].Device != Activations[j].Device && Overlap(rules, Activations[i], Activations[j]))
                {
                    return (Activations[i], Activations[j]);
                }
            }
        }

        return (null, null);
    }

    public About About() =>
        new()
        {
            Incident = Incidents[0],
            OtherIncidents = Incidents.Skip(1).ToList(),
            OtherReports = Incidents.SelectMany(Reports).Distinct().ToList(),
            IncidentRef = Incidents[0].Matches.Select(m => m.Report.IncidentRef).FirstOrDefault(r => r.Length > 0) ?? "",
            When = new TimeInterval(Incidents.Min(i => i.Span.LowNs), Incidents.Max(i => i.Span.HighNs)),
        };

    private static bool IsOperational(Activation a) =>
        a.Code != EventCode.Test && a.Class is ActivationClass.Matched or ActivationClass.Unaccounted or ActivationClass.Waiting;

    private static bool Overlap(RuleSet rules, Activation a, Activation b) =>
        a.Start.LowNs < b.Start.HighNs + End(b)
        && b.Start.LowNs < a.Start.HighNs + End(a)
        && Bounded(rules, a)
        && Bounded(rules, b)
        && LikelyTogether(rules, a, b);

    private static bool Bounded(RuleSet rules, Activation a) =>
        a.Start.HighNs - a.Start.LowNs <= rules.OverlapBoundSecondsMax * TimeInterval.SecondNs;

    private static bool LikelyTogether(RuleSet rules, Activation a, Activation b)
    {
        long apart = rules.OverlapApartSecondsMax * TimeInterval.SecondNs;
        return a.Start.MiddleNs <= b.Start.MiddleNs + End(b) + apart && b.Start.MiddleNs <= a.Start.MiddleNs + End(a) + apart;
    }

    private static long End(Activation a) => Math.Max(0, (a.DurationMs - (long)a.ResolutionMs / 2) * 1_000_000L);

    /// <summary>Cut again, or joined with what the device did before and after, by another gap.</summary>
    private List<List<Activation>> Stretches(int minutes)
    {
        long gap = minutes * TimeInterval.MinuteNs;
        var around = Incidents
            .SelectMany(i => i.Device.Activations.Where(a => IsOperational(a) && a.Start.GapNs(i.Span) <= gap))
            .Distinct()
            .OrderBy(a => a.Start.MiddleNs);
        var stretches = new List<List<Activation>>();
        foreach (var activation in around)
        {
            if (stretches.Count == 0 || activation.Start.MiddleNs - stretches[^1][^1].EndNs > gap)
            {
                stretches.Add([]);
            }

            stretches[^1].Add(activation);
        }

        return stretches;
    }
}
