using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Rules.B;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>All that is known once the logs are read, before any rule looks at it. Filled in order: devices, incidents, matches, classes.</summary>
internal sealed class World
{
    private readonly Dictionary<string, List<IssueRow>> _issuesOfOfficer = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<RosterRow>> _rosterOfCrew = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<RosterRow>> _rosterOfOfficer = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<JointUse>> _jointUses;

    public World(ReconciliationInputs inputs, RuleSet rules, long asOfNs, IReadOnlyList<DeviceHistory> devices)
    {
        (Inputs, Rules, AsOfNs, Devices) = (inputs, rules, asOfNs, devices);
        _jointUses = new(() => [.. JointUse.Find(this)]);
        DeviceBySerial = devices.ToDictionary(d => d.Serial, StringComparer.Ordinal);
        ToNs = Math.Min(inputs.ToNs ?? asOfNs, asOfNs);
        FromNs = inputs.FromNs ?? First(devices, inputs, ToNs);
        Reports = Newest(inputs.Reports ?? [], FromNs, ToNs, asOfNs);
        foreach (var issue in (inputs.Registers.Issues ?? []).OrderBy(i => i.IssuedAt.LowNs))
        {
            Add(_issuesOfOfficer, issue.OfficerRef, issue);
        }

        foreach (var row in (inputs.Registers.Roster ?? []).OrderBy(r => r.From.LowNs))
        {
            Add(_rosterOfOfficer, row.OfficerRef, row);
            Add(_rosterOfCrew, row.CrewRef, row);
        }
    }

    public ReconciliationInputs Inputs { get; }

    public RuleSet Rules { get; }

    public long AsOfNs { get; }

    public long FromNs { get; }

    public long ToNs { get; }

    public IReadOnlyList<DeviceHistory> Devices { get; }

    public IReadOnlyDictionary<string, DeviceHistory> DeviceBySerial { get; }

    /// <summary>The newest version of each report in the period, in order of time and id.</summary>
    public IReadOnlyList<OfficerReport> Reports { get; }

    public List<Incident> Incidents { get; } = [];

    public List<ReportMatch> Matches { get; } = [];

    /// <summary>Uses that belong together. Four rules look at them: made once, when the first asks, with matches and classes in place.</summary>
    public IReadOnlyList<JointUse> JointUses => _jointUses.Value;

    public bool HasReports => Inputs.Reports is not null;

    public bool Has(ReportColumns columns) => HasReports && (Inputs.ReportColumns & columns) == columns;

    public IReadOnlyList<IssueRow> IssuesOf(string officer) => _issuesOfOfficer.TryGetValue(officer, out var issues) ? issues : [];

    public IReadOnlyList<RosterRow> RosterOf(string officer) => _rosterOfOfficer.TryGetValue(officer, out var rows) ? rows : [];

    /// <summary>Officers crewed with one at some instant of an interval, in order of reference.</summary>
    public IEnumerable<string> CrewOf(string officer, TimeInterval when)
    {
        var crews = RosterOf(officer)
            .Where(r => r.CrewRef.Length > 0 && When(r).Overlaps(when))
            .Select(r => r.CrewRef)
            .Distinct(StringComparer.Ordinal);
        return crews
            .SelectMany(c => _rosterOfCrew[c].Where(r => r.OfficerRef != officer && When(r).Overlaps(when)).Select(r => r.OfficerRef))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Whether two officers were crewed together at some instant of an interval.</summary>
    public bool Crewed(string a, string b, TimeInterval when) =>
        a.Length > 0
        && b.Length > 0
        && RosterOf(a)
            .Any(x =>
                x.CrewRef.Length > 0 && When(x).Overlaps(when) && RosterOf(b).Any(y => y.CrewRef == x.CrewRef && When(y).Overlaps(when))
            );

    /// <summary>Until when a report on something that happened is not late: end of shift or issue, plus the window.</summary>
    public long ReportDueNs(IssueRow? issue, TimeInterval when)
    {
        long window = Rules.ReportingWindowHours * TimeInterval.HourNs;
        var shift = issue is null ? null : RosterOf(issue.OfficerRef).LastOrDefault(r => When(r).Overlaps(when));
        long end = shift?.To.HighNs ?? issue?.ReturnedAt?.HighNs ?? when.HighNs + Rules.IssueHoursMax * TimeInterval.HourNs;
        return Math.Max(end, when.HighNs) + window;
    }

    /// <summary>Whether a time is known well enough for anything to rest on it.</summary>
    public bool IsBounded(TimeInterval when) =>
        when.LowNs != TimeInterval.Unknown.LowNs && (when.HighNs - when.LowNs) / 2 <= Rules.TimeBoundMinutesMax * TimeInterval.MinuteNs;

    public bool InPeriod(TimeInterval when) => when.HighNs >= FromNs && when.LowNs < ToNs;

    private static TimeInterval When(RosterRow row) => new(row.From.LowNs, Math.Max(row.From.LowNs, row.To.HighNs));

    private static void Add<T>(Dictionary<string, List<T>> index, string key, T value)
    {
        if (key.Length == 0)
        {
            return;
        }

        if (!index.TryGetValue(key, out var list))
        {
            index.Add(key, list = []);
        }

        list.Add(value);
    }

    private static List<OfficerReport> Newest(IReadOnlyList<OfficerReport> all, long fromNs, long toNs, long asOfNs)
    {
        var newest = new Dictionary<string, OfficerReport>(StringComparer.Ordinal);
        foreach (var report in all)
        {
            // a version submitted after the as-of time did not exist then
            bool exists = report.SubmittedAt is not { } at || at.LowNs <= asOfNs;
            if (exists && (!newest.TryGetValue(report.ReportId, out var known) || known.Version < report.Version))
            {
                newest[report.ReportId] = report;
            }
        }

        return newest
            .Values.Where(r => r.UsedAt.HighNs >= fromNs && r.UsedAt.LowNs < toNs && r.CedUsed != false)
            .OrderBy(r => r.UsedAt.LowNs)
            .ThenBy(r => r.ReportId, StringComparer.Ordinal)
            .ToList();
    }

    /// <summary>The day of the first record with a bounded time or the first report, and the issues that were open then.</summary>
    private static long First(IReadOnlyList<DeviceHistory> devices, ReconciliationInputs inputs, long toNs)
    {
        long first = toNs;
        foreach (var device in devices)
        {
            foreach (var run in device.Runs)
            {
                // before a lost clock nothing bounds a record from below: the run's end, or its reception, still does
                long at =
                    run.FirstAt.LowNs > TimeInterval.Unknown.LowNs
                        ? run.FirstAt.LowNs
                        : Math.Max(run.LastAt.LowNs, TimeInterval.Unknown.LowNs);
                first = Math.Min(first, at > TimeInterval.Unknown.LowNs ? at : (long)run.LastReceivedNs);
            }
        }

        foreach (var report in inputs.Reports ?? [])
        {
            first = Math.Min(first, report.UsedAt.LowNs);
        }

        long day = first - (first % TimeInterval.DayNs + TimeInterval.DayNs) % TimeInterval.DayNs;
        foreach (var issue in inputs.Registers.Issues ?? [])
        {
            bool open = issue.IssuedAt.LowNs < first && issue.ReturnedAt is { } back && back.HighNs >= first;
            day = open ? Math.Min(day, issue.IssuedAt.LowNs) : day;
        }

        return day;
    }
}
