namespace TaserTelemetry.Scoring.Truth;

/// <summary>The simulated world and what of it reached the gateway, with the look-ups that expectations are made of.</summary>
internal sealed class TrueWorld
{
    public const long MinuteMs = 60_000;
    public const long HourMs = 60 * MinuteMs;
    public const long DayMs = 24 * HourMs;
    private const ulong EntriesSurelyHeld = 12_000;

    private Dictionary<int, Activation> _activations = [];
    private Dictionary<(string Device, uint Epoch), DeviceLog> _eventLogs = [];
    private ILookup<string, DeviceLog> _logsOf = Array.Empty<DeviceLog>().ToLookup(l => l.Device);
    private ILookup<string, Visit> _visitsOf = Array.Empty<Visit>().ToLookup(v => v.Device);
    private ILookup<string, Fault> _faultsOf = Array.Empty<Fault>().ToLookup(f => f.Device);
    private HashSet<string> _altered = [];
    private ILookup<string, Activation> _activationsOf = Array.Empty<Activation>().ToLookup(a => a.Device);
    private Dictionary<string, PaperRow> _issueRows = [];
    private Dictionary<string, PaperRow> _rosterRows = [];

    public required string Scenario { get; init; }

    public required long StartMs { get; init; }

    public required long EndMs { get; init; }

    public required IReadOnlyDictionary<string, Device> Devices { get; init; }

    public required IReadOnlyList<Activation> Activations { get; init; }

    public required IReadOnlyList<Use> Uses { get; init; }

    public required IReadOnlyList<Issue> Issues { get; init; }

    public required IReadOnlyList<TrainingDay> Training { get; init; }

    public required IReadOnlyList<Mishap> Mishaps { get; init; }

    public required IReadOnlyList<Check> Checks { get; init; }

    public required IReadOnlyList<Change> Changes { get; init; }

    public required IReadOnlyList<Note> Notes { get; init; }

    /// <summary>Docks and what each says of its own clock.</summary>
    public required IReadOnlyList<(string Name, string Clock)> Docks { get; init; }

    public required IReadOnlyList<Fault> Faults { get; init; }

    public required IReadOnlyList<Visit> Visits { get; init; }

    public required IReadOnlyList<Head> Heads { get; init; }

    public required IReadOnlyList<ShownReceipt> Receipts { get; init; }

    public required IReadOnlyList<Translation> Translations { get; init; }

    public required IReadOnlyList<DeviceLog> Logs { get; init; }

    public required IReadOnlyDictionary<string, Paper> Papers { get; init; }

    /// <summary>Records that a dock passed on altered, as device/log/epoch/sequence, and in which visit.</summary>
    public required IReadOnlyList<(string Record, int Visit)> LogAlterations { get; init; }

    public IReadOnlyDictionary<string, Issue> IssueById { get; private set; } = new Dictionary<string, Issue>();

    public ILookup<string, Use> UsesOfIssue { get; private set; } = Array.Empty<Use>().ToLookup(u => u.Issue);

    public ILookup<string, Issue> IssuesOfDevice { get; private set; } = Array.Empty<Issue>().ToLookup(i => i.Device);

    public TrueWorld Index()
    {
        _activations = Activations.ToDictionary(a => a.Id);
        foreach (var log in Logs.Where(l => l.Kind == "event"))
        {
            _eventLogs[(log.Device, log.Epoch)] = log;
        }

        _logsOf = Logs.Where(l => l.Kind == "event").ToLookup(l => l.Device);
        _visitsOf = Visits.OrderBy(v => v.AtMs).ToLookup(v => v.Device);
        _activationsOf = Activations.OrderBy(a => a.StartMs).ToLookup(a => a.Device);
        _faultsOf = Faults.ToLookup(f => f.Device);
        var visits = Visits.ToDictionary(v => v.Id);
        _altered = [.. LogAlterations.Where(a => IsFirst(visits[a.Visit], a.Record)).Select(a => a.Record)];
        IssueById = Issues.ToDictionary(i => i.Id);
        UsesOfIssue = Uses.ToLookup(u => u.Issue);
        IssuesOfDevice = Issues.ToLookup(i => i.Device);
        var issues = Papers["issues.csv"];
        _issueRows = issues.Rows.GroupBy(r => issues.TruthCell(r, "IssueId")).ToDictionary(g => g.Key, g => g.First());
        var roster = Papers["roster.csv"];
        var shifts = roster.Written.ToLookup(r => roster.Cell(r, "OfficerRef"));
        foreach (var issue in Issues)
        {
            var row = shifts[issue.Officer]
                .FirstOrDefault(r => roster.TimeMs(r, "From") <= issue.IssuedMs && issue.IssuedMs <= roster.TimeMs(r, "To"));
            if (row is not null)
            {
                _rosterRows[issue.Id] = row;
            }
        }

        return this;
    }

    public IEnumerable<Activation> ActivationsOfDevice(string device) => _activationsOf[device];

    public Activation Activation(int id) => _activations[id];

    public IReadOnlyList<Activation> ActivationsOf(Use use) => [.. use.ActivationIds.Select(Activation)];

    public DeviceLog? Log(string device, uint epoch) => _eventLogs.GetValueOrDefault((device, epoch));

    public IEnumerable<DeviceLog> LogsOf(string device) => _logsOf[device];

    public IEnumerable<Visit> VisitsOf(string device) => _visitsOf[device];

    public Device DeviceOf(Activation activation) => Devices[activation.Device];

    /// <summary>All its records came home as the device wrote them.</summary>
    public bool IsDelivered(Activation a) =>
        Log(a.Device, a.Epoch) is { } log
        && a.Sequences.All(log.IsDelivered)
        && !a.Sequences.Any(s => _altered.Contains(FormattableString.Invariant($"{a.Device}/event/{a.Epoch}/{s}")));

    /// <summary>All its records came home, whatever a dock made of them.</summary>
    public bool IsReceived(Activation a) => Log(a.Device, a.Epoch) is { } log && a.Sequences.All(log.IsDelivered);

    /// <summary>What was read first stands; an altered repeat of what was there before changes nothing.</summary>
    private bool IsFirst(Visit visit, string record)
    {
        var parts = record.Split('/');
        var log = Log(parts[0], uint.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture));
        var written = log?.TimeOf(ulong.Parse(parts[3], System.Globalization.CultureInfo.InvariantCulture)) ?? 0;
        return !_visitsOf[visit.Device].Any(v => v.AtMs > written && v.AtMs < visit.AtMs);
    }

    /// <summary>A dock altered what it read first, and the device was read again: two contents of one record have reached the gateway.</summary>
    public bool HasTwoContents(string device)
    {
        var visits = _visitsOf[device].ToDictionary(v => v.Id);
        return LogAlterations.Any(a =>
            a.Record.StartsWith(device + "/", StringComparison.Ordinal)
            && visits.TryGetValue(a.Visit, out var visit)
            && IsFirst(visit, a.Record)
            && visits.Values.Any(v => v.AtMs > visit.AtMs && IsHeld(a.Record, visit, v))
        );
    }

    /// <summary>
    /// Domain 1.2: about 16,000 entries are kept, and the oldest 4,000 go when it is full. What was overwritten, or cleared, between two
    /// readings is not read a second time.
    /// </summary>
    private bool IsHeld(string record, Visit before, Visit later)
    {
        var parts = record.Split('/');
        var log = Log(parts[0], uint.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture))!;
        var sequence = ulong.Parse(parts[3], System.Globalization.CultureInfo.InvariantCulture);
        var written = Array.FindLastIndex(log.AtMs, t => t < later.AtMs) + 1;
        return log.First + (ulong)written - sequence <= EntriesSurelyHeld
            && !_faultsOf[later.Device].Any(f => f.What == "log-cleared" && f.AtMs >= before.AtMs && f.AtMs <= later.AtMs);
    }

    public IEnumerable<Fault> FaultsOf(string device, string what) => _faultsOf[device].Where(f => f.What == what);

    /// <summary>Recorded duration, a cycle logged in parts put together.</summary>
    public long RecordedMs(Activation a) => DeviceOf(a).RecordedMs(a.DurationMs);

    /// <summary>Domain 2.7.4: every record that the device wrote in the interval, and both neighbours, has come home.</summary>
    public bool IsCovered(string device, long fromMs, long toMs)
    {
        foreach (var log in LogsOf(device))
        {
            var first = Array.BinarySearch(log.AtMs, fromMs);
            var from = Math.Max(0, (first < 0 ? ~first : first) - 1);
            var last = Array.BinarySearch(log.AtMs, toMs);
            var to = Math.Min(log.AtMs.Length - 1, last < 0 ? ~last : last);
            for (var i = from; i <= to; i++)
            {
                if (!log.IsDelivered(log.First + (ulong)i))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>
    /// A reset or a silent setting back leaves the times around it open: no comparison of clocks lies between it and the dockings before
    /// and after.
    /// </summary>
    public bool IsTimeUnbounded(string device, long fromMs, long toMs)
    {
        foreach (var fault in _faultsOf[device].Where(f => f.What is "clock-reset" or "clock-set-back"))
        {
            var next = _visitsOf[device].FirstOrDefault(v => v.AtMs > fault.AtMs)?.AtMs ?? EndMs;
            // only a docking before it bounds what lies before a reset (2.7.4: bounded time); from then on the model's drift does (1.5)
            var docked = _visitsOf[device].LastOrDefault(v => v.AtMs < fault.AtMs)?.AtMs ?? StartMs;
            var before = fault.What == "clock-reset" && docked > StartMs ? fault.AtMs : docked;
            if (fromMs <= next + 15 * MinuteMs && toMs >= before - 15 * MinuteMs)
            {
                return true;
            }
        }

        return IsAdrift(device, fromMs);
    }

    /// <summary>
    /// Domain 1.5: between two comparisons the clock is interpolated; with one alone the model's drift widens the time. Where a device
    /// drifts by more than its model does (D04), and nothing before was compared or the row of the setting is lost, that bounds nothing.
    /// </summary>
    private bool IsAdrift(string device, long fromMs)
    {
        var drift = Math.Abs(Devices[device].DriftPpm);
        if (drift * 0.0864 <= (Devices[device].Model == "X26" ? 8 : 2))
        {
            return false;
        }

        var before = _visitsOf[device].LastOrDefault(v => v.AtMs < fromMs)?.AtMs;
        if (before is { } docked && IsCovered(device, docked, docked + MinuteMs))
        {
            return false;
        }

        var next = _visitsOf[device].FirstOrDefault(v => v.AtMs >= fromMs)?.AtMs ?? EndMs;
        return (next - fromMs) * drift / 1e6 > 2 * MinuteMs;
    }

    /// <summary>
    /// Domain 1.5: how far a time may be off where only one comparison is near it. Beyond it the model's drift widens it (D04: 8 s a day
    /// for the X26, 2 s for others), and since when the clock is off by what that comparison shows it does not say.
    /// </summary>
    public long ClockDoubtMs(string device, long atMs)
    {
        var before = _visitsOf[device].LastOrDefault(v => v.AtMs <= atMs);
        var after = _visitsOf[device].FirstOrDefault(v => v.AtMs >= atMs);
        if (before is not null && after is not null || (before ?? after) is not { } only)
        {
            return 0;
        }

        var days = Math.Abs(only.AtMs - atMs) / (double)DayMs;
        var daily = Math.Max(Devices[device].Model == "X26" ? 8_000 : 2_000, Math.Abs(Devices[device].DriftPpm) * 86.4);
        return (long)(days * daily) + (after is null ? 0 : (long)Math.Min(Math.Abs((double)only.ClockErrorMs), days * 86_400));
    }

    public PaperRow? IssueRow(string issueId) => _issueRows.GetValueOrDefault(issueId);

    public bool IsIssueWritten(string issueId) => IssueRow(issueId)?.Written is not null;

    /// <summary>Crew of an issue, from the roster; empty = none written.</summary>
    public string CrewOf(string issueId) => _rosterRows.TryGetValue(issueId, out var row) ? Papers["roster.csv"].Cell(row, "CrewRef") : "";

    /// <summary>End of the shift of an issue, from the roster.</summary>
    public long ShiftEndMs(string issueId) =>
        (_rosterRows.TryGetValue(issueId, out var row) ? Papers["roster.csv"].TimeMs(row, "To") : null) ?? IssueById[issueId].ReturnedMs;
}
