using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>What domain.md says of one subject of one rule.</summary>
internal enum Verdict
{
    /// <summary>A finding must stand here; none is a miss.</summary>
    Expected,

    /// <summary>The text or the recording leaves it open: a finding here counts neither way.</summary>
    Allowed,

    /// <summary>A look-alike: a finding here is wrong.</summary>
    Forbidden,
}

/// <summary>One thing that a rule may or may not find, and how a finding on it is told.</summary>
internal sealed record Subject(string Rule, Verdict Verdict, string Why)
{
    public string? Report { get; init; }

    public string? Issue { get; init; }

    /// <summary>A row of a register, as file:line.</summary>
    public string? Row { get; init; }

    public string? Device { get; init; }

    /// <summary>For a device: the time within which the finding must lie; all of it where both are 0.</summary>
    public long FromMs { get; init; }

    public long ToMs { get; init; }

    /// <summary>A part of the wording, where a finding has no other subject.</summary>
    public string? Words { get; init; }

    /// <summary>Event-log records that the finding rests on.</summary>
    public IReadOnlyList<(string Device, uint Epoch, ulong Sequence)> Records { get; init; } = [];

    public IReadOnlyList<int> Activations { get; init; } = [];

    public bool IsFound { get; set; }
}

/// <summary>Gathers subjects; look-alikes that no finding could be told from are only counted.</summary>
internal sealed class Gathering
{
    public List<Subject> Subjects { get; } = [];

    public Dictionary<string, int> LookAlikes { get; } = [];

    /// <summary>Rules that have an expectation, and so a score.</summary>
    public HashSet<string> Rules { get; } = [];

    public void CountLookAlikes(string rule, int count)
    {
        Rules.Add(rule);
        LookAlikes[rule] = LookAlikes.GetValueOrDefault(rule) + count;
    }

    public void Add(Subject subject)
    {
        Rules.Add(subject.Rule);
        Subjects.Add(subject);
        if (subject.Verdict == Verdict.Forbidden)
        {
            CountLookAlikes(subject.Rule, 1);
        }
    }

    public void OfReport(string rule, Verdict verdict, Report report, string why) =>
        Add(new Subject(rule, verdict, why) { Report = report.Key });

    public void OfIssue(string rule, Verdict verdict, string issue, string why) => Add(new Subject(rule, verdict, why) { Issue = issue });

    public void OfRow(string rule, Verdict verdict, Paper paper, PaperRow row, string why) =>
        Add(new Subject(rule, verdict, why) { Row = paper.RowName(row) });

    public void OfDevice(string rule, Verdict verdict, string device, long fromMs, long toMs, string why) =>
        Add(
            new Subject(rule, verdict, why)
            {
                Device = device,
                FromMs = fromMs,
                ToMs = toMs,
            }
        );

    public void OfActivations(string rule, Verdict verdict, IEnumerable<Activation> activations, string why)
    {
        var list = activations.ToList();
        Add(
            new Subject(rule, verdict, why)
            {
                Records = [.. list.SelectMany(a => a.Sequences.Select(s => (a.Device, a.Epoch, s)))],
                Activations = [.. list.Select(a => a.Id)],
            }
        );
    }

    public void OfWords(string rule, Verdict verdict, string words, string why) => Add(new Subject(rule, verdict, why) { Words = words });
}
