using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules;

/// <summary>
/// One audit rule: pure, without state. A new rule is one file with one class (and one test): the catalogue finds it. Its texts say what
/// is recorded, never who is at fault (domain 2.7.7; a test keeps the words out).
/// </summary>
internal abstract class Rule(string id, FindingKind kind, int priority, string title, string clears, string doesNotSay)
{
    public string Id { get; } = id;

    public virtual int Version => 1;

    public FindingKind Kind { get; } = kind;

    public int Priority { get; } = priority;

    public string Title { get; } = title;

    public string Clears { get; } = clears;

    public string DoesNotSay { get; } = doesNotSay;

    /// <summary>Which findings of one cause become one case; the family letter unless a rule belongs elsewhere.</summary>
    public virtual string CaseFamily => Id[..1];

    /// <summary>Within a case and a priority, the lower leads: it names the correction that clears the most.</summary>
    public virtual int CaseRank => 50;

    /// <summary>Names of the rule set's parameters the rule is judged by.</summary>
    public virtual IReadOnlyList<(string Name, string Value)> Parameters(Configuration.RuleSet rules) => [];

    /// <summary>Why the whole rule cannot be tested with these inputs; null = it can.</summary>
    public virtual string? Silenced(World world) => null;

    public abstract void Judge(World world, FindingSink sink);

    protected void Add(World world, FindingSink sink, string wording, About about, int? priority = null) =>
        sink.Add(this, Made(world, wording, about, priority ?? Priority), about);

    private Finding Made(World world, string wording, About about, int priority)
    {
        var facts = about.Facts();
        var subjects = about.Subjects();
        return new Finding
        {
            Id = Identity(subjects, facts, about.CaseKey),
            RuleId = Id,
            RuleVersion = Version,
            Kind = Kind,
            Priority = priority,
            Wording = wording,
            Clears = Clears,
            DoesNotSay = DoesNotSay,
            Subjects = subjects,
            When = about.When,
            Facts = facts.Count <= Finding.FactsMax ? facts : facts.GetRange(0, Finding.FactsMax),
            FactCount = facts.Count,
            Rows = about.Rows(),
            Parameters = Parameters(world.Rules).Select(p => new FindingParameter(p.Name, p.Value)).ToList(),
        };
    }

    private string Identity(FindingSubjects subjects, List<RecordFact> facts, string caseKey)
    {
        var text = new StringBuilder(Id).Append('\n').Append(caseKey);
        foreach (
            var list in (IReadOnlyList<string>[])
                [
                    subjects.Devices,
                    subjects.Reports,
                    subjects.Issues,
                    subjects.Officers,
                    subjects.Cartridges,
                    subjects.Incidents,
                    subjects.Places,
                ]
        )
        {
            text.Append('\n').AppendJoin('\u001f', list);
        }

        foreach (var fact in facts)
        {
            text.Append('\n')
                .Append(fact.Device)
                .Append('/')
                .Append((int)fact.Log)
                .Append('/')
                .Append(fact.Epoch.Number)
                .Append('/')
                .Append(fact.Epoch.Incarnation)
                .Append('/')
                .Append(fact.Sequence);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}

/// <summary>What a finding is about. Only what is set is said.</summary>
internal sealed class About
{
    public DeviceHistory? Device { get; init; }

    public IReadOnlyList<DeviceHistory> OtherDevices { get; init; } = [];

    public Incident? Incident { get; init; }

    public IReadOnlyList<Incident> OtherIncidents { get; init; } = [];

    public OfficerReport? Report { get; init; }

    public IReadOnlyList<OfficerReport> OtherReports { get; init; } = [];

    public IssueRow? Issue { get; init; }

    public IReadOnlyList<IssueRow> OtherIssues { get; init; } = [];

    public string Officer { get; init; } = "";

    public string Serial { get; init; } = "";

    public IReadOnlyList<string> Cartridges { get; init; } = [];

    public string Place { get; init; } = "";

    public string IncidentRef { get; init; } = "";

    public TimeInterval? When { get; init; }

    /// <summary>Records it rests on; those of the incident where none are named.</summary>
    public IReadOnlyList<RecordRef>? Records { get; init; }

    public IReadOnlyList<RecordFact> LedgerFacts { get; init; } = [];

    public IReadOnlyList<SourceRow> Sources { get; init; } = [];

    /// <summary>Separates findings that have the same subjects, and joins cases where nothing else does.</summary>
    public string CaseKey { get; init; } = "";

    public List<RecordFact> Facts()
    {
        var device = Device ?? Incident?.Device;
        var facts = LedgerFacts.ToList();
        if (Records is not null && device is not null)
        {
            facts.AddRange(Records.Select(device.Fact));
        }
        else if (Incident is not null)
        {
            facts.AddRange(Of(Incident));
        }

        foreach (var other in OtherIncidents)
        {
            facts.AddRange(Of(other));
        }

        return facts.Distinct().ToList();
    }

    public FindingSubjects Subjects() =>
        new()
        {
            Devices = Distinct([
                Serial,
                Device?.Serial,
                Incident?.Device.Serial,
                .. OtherDevices.Select(d => d.Serial),
                .. OtherIncidents.Select(i => i.Device.Serial),
            ]),
            Reports = Distinct([Report?.ReportId, .. OtherReports.Select(r => r.ReportId)]),
            Issues = Distinct([Issue?.IssueId, .. OtherIssues.Select(i => i.IssueId)]),
            Officers = Distinct([Officer, Report?.OfficerRef, Issue?.OfficerRef]),
            Cartridges = Distinct([.. Cartridges]),
            Incidents = Distinct([IncidentRef, Report?.IncidentRef]),
            Places = Distinct([Place]),
        };

    public List<string> Rows() =>
        Sources
            .Concat(Report is null ? [] : [Report.Source])
            .Concat(OtherReports.Select(r => r.Source))
            .Concat(Issue is null ? [] : [Issue.Source])
            .Concat(OtherIssues.Select(i => i.Source))
            .Where(s => s.Line > 0)
            .Select(s => s.ToString())
            .Distinct(StringComparer.Ordinal)
            .ToList();

    /// <summary>Everything the case shares with others: reports, uses, and the key.</summary>
    public IEnumerable<string> Shared()
    {
        foreach (var report in OtherReports.Append(Report))
        {
            if (report is not null)
            {
                yield return "report " + report.ReportId;
            }
        }

        foreach (var incident in OtherIncidents.Append(Incident))
        {
            if (incident is not null)
            {
                yield return "use " + incident.UseId;
            }
        }

        if (CaseKey.Length > 0)
        {
            yield return "key " + CaseKey;
        }
        else if (Report is null && Incident is null)
        {
            foreach (var issue in OtherIssues.Append(Issue))
            {
                if (issue is not null)
                {
                    yield return "issue " + issue.IssueId + " " + issue.DeviceSerial;
                }
            }
        }
    }

    private static IEnumerable<RecordFact> Of(Incident incident)
    {
        var records = incident
            .Activations.SelectMany(a => new[] { a.First, a.Last })
            .Concat(incident.Events.Select(e => e.Record))
            .Concat(incident.Sessions.SelectMany(s => new[] { s.First, s.Last }));
        return records.Distinct().OrderBy(r => r.Sequence).Select(incident.Device.Fact);
    }

    private static List<string> Distinct(IEnumerable<string?> values) =>
        values.Where(v => !string.IsNullOrEmpty(v)).Select(v => v!).Distinct(StringComparer.Ordinal).ToList();
}

/// <summary>Takes what the rules answer: findings, and what could not be tested.</summary>
internal sealed class FindingSink
{
    private readonly Dictionary<(string Rule, string Reason), int> _notTestable = [];

    public List<(Rule Rule, Finding Finding, IReadOnlyList<string> Shared)> Found { get; } = [];

    public void Add(Rule rule, Finding finding, About about) => Found.Add((rule, finding, about.Shared().ToList()));

    /// <summary>The rule cannot be tested on one subject.</summary>
    public void NotTestable(string ruleId, string reason) =>
        _notTestable[(ruleId, reason)] = _notTestable.GetValueOrDefault((ruleId, reason)) + 1;

    /// <summary>The rule cannot be tested in this run.</summary>
    public void Silent(string ruleId, string reason) => _notTestable[(ruleId, reason)] = 0;

    /// <summary>Adds what another sink took.</summary>
    public void Take(FindingSink other)
    {
        Found.AddRange(other.Found);
        foreach (var (key, count) in other._notTestable)
        {
            _notTestable[key] = _notTestable.GetValueOrDefault(key) + count;
        }
    }

    public List<NotTestable> NotTestableList() =>
        _notTestable
            .Select(n => new NotTestable(n.Key.Rule, n.Key.Reason, n.Value))
            .OrderBy(n => n.RuleId, StringComparer.Ordinal)
            .ThenBy(n => n.Reason, StringComparer.Ordinal)
            .ToList();
}
