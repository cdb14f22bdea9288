using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>A log record that something rests on: enough to cite it.</summary>
internal readonly record struct RecordRef(ulong Sequence, int Batch);

/// <summary>One activation, a cycle that was logged in parts already put together.</summary>
internal sealed class Activation
{
    public required DeviceHistory Device { get; init; }

    public required Epoch Epoch { get; init; }

    public required RecordRef First { get; init; }

    public required RecordRef Last { get; set; }

    public required EventCode Code { get; init; }

    public required EventFlags Flags { get; init; }

    public required uint DurationMs { get; set; }

    public required TimeInterval Start { get; init; }

    public required byte Bay { get; init; }

    /// <summary>A cartridge went with this activation.</summary>
    public int Deployments { get; set; }

    /// <summary>It ran on a cartridge fired before.</summary>
    public bool OnDeployed { get; set; }

    /// <summary>A live cartridge was loaded.</summary>
    public bool Loaded { get; init; }

    /// <summary>A connection was recorded in its armed session.</summary>
    public bool Connection { get; set; }

    /// <summary>Records merged into it; 1 = none.</summary>
    public int Parts { get; set; } = 1;

    /// <summary>Place in <see cref="DeviceHistory.Sessions"/>; -1 = outside every armed session.</summary>
    public int Session { get; init; } = -1;

    public required uint ResolutionMs { get; init; }

    public Incident? Incident { get; set; }

    public ActivationClass Class { get; set; } = ActivationClass.Unaccounted;

    public string Reason { get; set; } = "";

    /// <summary>The register row that excuses it; line 0 = none.</summary>
    public SourceRow ReasonRow { get; set; }

    public long EndNs => Start.MiddleNs + DurationMs * 1_000_000L;

    /// <summary>
    /// Longer than a limit even after the rounding of the log (domain 1.4: a "5 s" of a whole-second log spans 4.5 to 5.5 s); each part of a
    /// cycle logged in parts (1.10) was rounded.
    /// </summary>
    public bool Exceeds(uint limitMs) => DurationMs >= limitMs + (ulong)ResolutionMs * (uint)Parts;
}

/// <summary>ARM to SAFE.</summary>
internal sealed class ArmedSession
{
    public required RecordRef First { get; init; }

    public RecordRef Last { get; set; }

    public required TimeInterval Start { get; init; }

    public long EndNs { get; set; }

    public uint ArmedMs { get; set; }

    public bool HasSafe { get; set; }

    public byte BatteryPercent { get; init; } = EventRecord.ByteAbsent;

    public bool ArmLogged { get; init; } = true;

    public int FirstActivation { get; init; }

    public int Activations { get; set; }

    public int Deployments { get; set; }

    public bool Connection { get; set; }

    public uint ActivationMs { get; set; }
}

/// <summary>A notable event that is neither activation nor armed session.</summary>
internal readonly record struct NotableEvent(
    EventCode Code,
    RecordRef Record,
    TimeInterval When,
    ulong Argument,
    uint DurationMs,
    byte Battery,
    byte Bay,
    int Session
);

/// <summary>A run of records of one epoch without a hole.</summary>
internal readonly record struct SequenceRun(
    Epoch Epoch,
    RecordRef First,
    RecordRef Last,
    TimeInterval FirstAt,
    TimeInterval LastAt,
    ulong FirstReceivedNs,
    ulong LastReceivedNs
);

/// <summary>A part of a run whose time is bounded, of a run that is not bounded at an end.</summary>
internal readonly record struct BoundedPart(int Run, TimeInterval FirstAt, TimeInterval LastAt, bool BeginsRun, bool EndsRun);

/// <summary>A stretch of time over which the log is complete and its time bounded.</summary>
internal readonly record struct CoveredStretch(long FromNs, long ToNs);

/// <summary>A device-incident: what happened on one device with gaps below the rule set's (domain 2.7.5).</summary>
internal sealed class Incident
{
    private string? _useId;

    public required DeviceHistory Device { get; init; }

    public required int Number { get; init; }

    public List<Activation> Activations { get; } = [];

    public List<ArmedSession> Sessions { get; } = [];

    /// <summary>UNHOLSTER and DEPLOY rows that stand outside activations.</summary>
    public List<NotableEvent> Events { get; } = [];

    public TimeInterval Start { get; set; }

    public long EndNs { get; set; }

    public int Deployments { get; set; }

    public bool Connection { get; set; }

    public IssueRow? Issue { get; set; }

    public UseLevels Levels { get; set; }

    public List<ReportMatch> Matches { get; } = [];

    /// <summary>A report is a candidate and a person has to decide.</summary>
    public bool PersonDecides { get; set; }

    public long ActivationMs => Activations.Sum(a => (long)a.DurationMs);

    /// <summary>Electricity or a cartridge, explicit tests apart.</summary>
    public bool HasUse => Deployments > 0 || Activations.Exists(a => a.Code != EventCode.Test);

    public TimeInterval Span => new(Start.LowNs, Math.Max(Start.HighNs, EndNs));

    /// <summary>First record: names the incident in every run.</summary>
    public RecordRef FirstRecord =>
        Activations.Select(a => a.First).Concat(Sessions.Select(s => s.First)).Concat(Events.Select(e => e.Record)).MinBy(r => r.Sequence);

    public Epoch Epoch => Device.Batches[FirstRecord.Batch].Epoch;

    /// <summary>Asked for by every sort and output: made once.</summary>
    public string UseId =>
        _useId ??= FormattableString.Invariant($"{Device.Serial}/{Epoch.Number}-{Epoch.Incarnation:x}/{FirstRecord.Sequence}");
}

/// <summary>A report and the incident it was matched to, or the best candidate.</summary>
internal sealed record ReportMatch(
    OfficerReport Report,
    Incident? Incident,
    double Score,
    string Parts,
    SerialGrade Serial,
    ReportOutcome Outcome,
    string Reason
);

/// <summary>How well two serials agree. Never silently equal (design 7).</summary>
internal enum SerialGrade : byte
{
    None = 0,
    Blank = 1,
    Probable = 2,
    Exact = 3,
}

/// <summary>Everything one device's log says, by time.</summary>
internal sealed class DeviceHistory
{
    private long[]? _ends;

    public required string Serial { get; init; }

    public required ModelCapabilities Model { get; init; }

    public required string Armoury { get; init; }

    public required IReadOnlyList<LogBatch> Batches { get; init; }

    public DeviceRow? Row { get; init; }

    public bool HasLog { get; set; }

    public List<Activation> Activations { get; } = [];

    public List<ArmedSession> Sessions { get; } = [];

    public List<NotableEvent> Events { get; } = [];

    public List<SequenceRun> Runs { get; } = [];

    /// <summary>What is bounded of the runs that are not at an end of theirs; such a run may well be bounded between them.</summary>
    public List<BoundedPart> BoundedParts { get; } = [];

    public List<CoveredStretch> Covered { get; } = [];

    public List<Incident> Incidents { get; } = [];

    public List<LogAnomaly> Anomalies { get; } = [];

    public List<PulseCount> Pulses { get; } = [];

    public List<ClockStep> ClockSteps { get; } = [];

    public IReadOnlyList<IssueRow> Issues { get; init; } = [];

    /// <summary>How long an issue without a return is taken to last; a later issue of the device ends it, too.</summary>
    public long IssueMaxNs { get; init; } = long.MaxValue / 4;

    public IReadOnlyList<Docking> Dockings { get; set; } = [];

    public IReadOnlyList<TrainingRow> Training { get; set; } = [];

    public IReadOnlyList<UnintentionalRow> Unintentional { get; set; } = [];

    public IReadOnlyList<MaintenanceRow> Maintenance { get; set; } = [];

    /// <summary>Entries of the event log, and the distinct days they span: for the prediction of D03.</summary>
    public int Entries { get; set; }

    /// <summary>True when the log is complete and bounded over the whole interval.</summary>
    public bool CoveredOver(long fromNs, long toNs)
    {
        foreach (var stretch in Covered)
        {
            if (stretch.FromNs <= fromNs && toNs <= stretch.ToNs)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The issue that covers an instant; operational issues win over others.</summary>
    public IssueRow? IssueAt(TimeInterval when)
    {
        IssueRow? other = null;
        var ends = Ends();
        for (int i = LastBegunBy(when.HighNs); i >= 0 && ends[i] >= when.LowNs; i--)
        {
            var issue = Issues[i];
            if (when.LowNs > End(issue))
            {
                continue;
            }

            if (issue.Purpose == IssuePurpose.Operational)
            {
                return issue;
            }

            other ??= issue;
        }

        return other;
    }

    /// <summary>Issues that begin, end or run within an interval, in order.</summary>
    public IEnumerable<IssueRow> IssuesOver(long fromNs, long toNs)
    {
        var ends = Ends();
        int low = 0;
        int high = ends.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = ends[middle] < fromNs ? (middle + 1, high) : (low, middle);
        }

        for (int i = low; i < Issues.Count && Issues[i].IssuedAt.LowNs <= toNs; i++)
        {
            yield return Issues[i];
        }
    }

    private long End(IssueRow issue) => issue.ReturnedAt?.HighNs ?? issue.IssuedAt.HighNs + IssueMaxNs;

    private int LastBegunBy(long ns)
    {
        int low = 0;
        int high = Issues.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Issues[middle].IssuedAt.LowNs <= ns ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }

    /// <summary>For each issue the latest end of it and all before it: where that lies before a time, nothing earlier covers it.</summary>
    private long[] Ends()
    {
        if (_ends is { } known && known.Length == Issues.Count)
        {
            return known;
        }

        var ends = new long[Issues.Count];
        for (int i = 0; i < ends.Length; i++)
        {
            ends[i] = Math.Max(Math.Max(End(Issues[i]), Issues[i].IssuedAt.HighNs), i == 0 ? long.MinValue : ends[i - 1]);
        }

        // two threads may both fill it, with the same
        return _ends = ends;
    }

    public LogBatch BatchOf(RecordRef record) => Batches[record.Batch];

    public RecordFact Fact(RecordRef record) =>
        new(
            Serial,
            Batches[record.Batch].Log,
            Batches[record.Batch].Epoch,
            record.Sequence,
            Batches[record.Batch].Leaf,
            Batches[record.Batch].Grade
        );
}

/// <summary>Kinds of oddity that the walk over the entries meets; each feeds one D rule.</summary>
internal enum AnomalyKind : byte
{
    TimeBackwards = 1,
    SameKeyOtherBytes = 2,
    ActivationOutsideSession = 3,
    ActivationsExceedArmed = 4,
    BatteryRose = 5,
    TemperatureJumped = 6,
    YearImplausible = 7,
}

internal readonly record struct LogAnomaly(AnomalyKind Kind, RecordRef First, RecordRef Second, TimeInterval When, long Amount);

internal readonly record struct PulseCount(RecordRef Record, TimeInterval When, uint DurationMs, ulong Pulses);

/// <summary>A setting or loss of the clock, with the drift it showed.</summary>
internal readonly record struct ClockStep(RecordRef Record, bool Reset, TimeInterval When, long StepNs, long SinceNs, bool ChangedFirmware);
