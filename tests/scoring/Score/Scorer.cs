using TaserTelemetry.Scoring.Expectations;
using TaserTelemetry.Scoring.Findings;
using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Score;

/// <summary>Lays findings beside expectations. A consequence in a case whose primary is right or open counts only where it is expected.</summary>
internal static class Scorer
{
    public static Tally Score(Scene scene, FindingsFile output)
    {
        var tally = new Tally(scene.Reports.Profile);
        var index = new SubjectIndex(scene.Found.Subjects);
        var verdicts = output.Findings.Select(f => (Finding: f, Verdict: Judge(index, f, scene.Found.Rules))).ToList();
        var standing = verdicts
            .Where(v => v.Finding.IsPrimary && v.Verdict is not Verdict.Forbidden)
            .Select(v => v.Finding.Case)
            .ToHashSet();
        foreach (var (finding, verdict) in verdicts)
        {
            var rule = tally.Rule(finding.Rule);
            rule.Priority = Math.Max(rule.Priority, finding.Priority);
            if (verdict == Verdict.Expected)
            {
                rule.RightFindings++;
            }
            else if (verdict == Verdict.Forbidden && (finding.IsPrimary || !standing.Contains(finding.Case)))
            {
                rule.WrongFindings++;
                rule.Wrong.Add((finding.IsPrimary ? "" : "(in a case of " + finding.PrimaryRule + ") ") + finding.Wording);
            }

            if (finding.IsPrimary && finding.Priority > 0)
            {
                tally.Items++;
                tally.FalseItems += verdict == Verdict.Forbidden ? 1 : 0;
            }
        }

        foreach (var subject in scene.Found.Subjects.Where(s => s.Verdict == Verdict.Expected && scene.CanRun(s.Rule)))
        {
            var rule = tally.Rule(subject.Rule);
            rule.True++;
            rule.Found += subject.IsFound ? 1 : 0;
            if (!subject.IsFound)
            {
                rule.Misses.Add(Words(subject));
            }
        }

        foreach (var (rule, count) in scene.Found.LookAlikes)
        {
            tally.Rule(rule).LookAlikes = count;
        }

        Innocents(tally, scene, verdicts, standing);
        Links(tally, scene, output);
        Abstentions(tally, scene, output);
        Unreported(tally, scene, output);
        tally.Issues = scene.World.Issues.Count;
        tally.Weeks = (scene.World.EndMs - scene.World.StartMs) / (7.0 * TrueWorld.DayMs);
        return tally;
    }

    /// <summary>The best that any subject of the rule says of a finding; of a rule without expectations every finding is left open.</summary>
    private static Verdict Judge(SubjectIndex index, Finding finding, HashSet<string> derived)
    {
        if (!derived.Contains(finding.Rule))
        {
            return Verdict.Allowed;
        }

        var best = Verdict.Forbidden;
        foreach (var subject in index.Of(finding))
        {
            if (subject.Verdict == Verdict.Expected)
            {
                subject.IsFound = true;
            }

            best = (Verdict)Math.Min((int)best, (int)subject.Verdict);
        }

        return best;
    }

    /// <summary>
    /// Domain 1.10: its artefacts raise nothing above information but A18. A consequence in a case whose primary is right or open has another
    /// cause on the same subject.
    /// </summary>
    private static void Innocents(Tally tally, Scene scene, List<(Finding Finding, Verdict Verdict)> verdicts, HashSet<string> standing)
    {
        var innocent = new InnocentRecords(scene.World);
        tally.InnocentRecords = innocent.Counts.Sum(c => c.Records);
        foreach (var (finding, verdict) in verdicts.Where(v => v.Finding is { Priority: > 0, Rule: not "A18" }))
        {
            var hasNoCause = verdict == Verdict.Forbidden && (finding.IsPrimary || !standing.Contains(finding.Case));
            if (hasNoCause && finding.Records.Select(innocent.Of).FirstOrDefault(a => a is not null) is { } artefact)
            {
                tally.InnocentFindings.Add($"{finding.Rule} on {artefact}: {finding.Wording}");
            }
        }
    }

    private static void Links(Tally tally, Scene scene, FindingsFile output)
    {
        var world = scene.World;
        var activationAt = new Dictionary<(string, uint, ulong), Activation>();
        foreach (var a in world.Activations)
        {
            foreach (var sequence in a.Sequences)
            {
                activationAt[(a.Device, a.Epoch, sequence)] = a;
            }
        }

        var reports = scene.Reports.All.ToDictionary(r => r.Key);
        var made = new HashSet<(int, int)>();
        foreach (var listed in output.Activations)
        {
            var activation = activationAt.GetValueOrDefault((listed.Device, listed.Epoch, listed.Sequence));
            foreach (var key in listed.Reports)
            {
                if (reports.TryGetValue(key, out var report) && report.IsRepeated)
                {
                    continue;
                }

                tally.Links++;
                if (activation is not null && report is not null && activation.UseId == report.UseId)
                {
                    tally.LinksRight++;
                    made.Add((activation.Id, report.UseId));
                }
            }
        }

        foreach (var use in world.Uses)
        {
            if (scene.Reports.Of(use) is not { IsRepeated: false } report)
            {
                continue;
            }

            // a report that names another device, or none, is joined by officer and reference, or by nothing
            var named = scene.Grade(report.Serial, use.Device) is SerialGrade.Exact or SerialGrade.NoDevice;
            foreach (var activation in world.ActivationsOf(use).Where(world.IsDelivered))
            {
                tally.LinksTrue++;
                tally.LinksNamed += named ? 1 : 0;
                tally.LinksNamedMade += named && made.Contains((activation.Id, use.Id)) ? 1 : 0;
            }
        }
    }

    /// <summary>
    /// Reports that were put aside although the log of their use was there and shows something. Levels that a log does not show
    /// (domain 2.4) are no abstention.
    /// </summary>
    private static void Abstentions(Tally tally, Scene scene, FindingsFile output)
    {
        var put = output.Reports.Where(r => r.Outcome is not ("Matched" or "NotBorneOut")).Select(r => r.Id).ToHashSet();
        foreach (var report in scene.Reports.All)
        {
            var use = scene.World.Uses[report.UseId - 1];
            tally.Reports++;
            tally.Abstained += use.ActivationIds.Count > 0 && scene.IsDelivered(use) && put.Contains(report.Key) ? 1 : 0;
        }
    }

    private static void Unreported(Tally tally, Scene scene, FindingsFile output)
    {
        var told = output
            .Findings.Where(f => f.Rule is "A01a" or "A01b" or "A01c" or "A14" or "A18" or "E03" or "E06")
            .SelectMany(f => f.Records)
            .ToHashSet();
        foreach (var use in scene.World.Uses.Where(u => scene.Reports.Of(u) is null))
        {
            tally.UnreportedUses++;
            tally.UnreportedFound += scene.World.ActivationsOf(use).Any(a => a.Sequences.Any(s => told.Contains((a.Device, a.Epoch, s))))
                ? 1
                : 0;
        }
    }

    private static string Words(Subject s) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{s.Why}: {s.Report}{s.Issue}{s.Row}{s.Words}{s.Device} {string.Join(' ', s.Records.Take(2))} {Time(s.FromMs)}"
        );

    private static string Time(long ms) =>
        ms == 0
            ? ""
            : DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-ddTHH:mm", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Finds the subjects that a finding may be about.</summary>
internal sealed class SubjectIndex
{
    private readonly ILookup<(string Rule, string Key), Subject> _byKey;
    private readonly ILookup<(string Rule, string Device, uint Epoch, ulong Sequence), Subject> _byRecord;
    private readonly ILookup<string, Subject> _byWords;

    public SubjectIndex(IReadOnlyList<Subject> subjects)
    {
        _byKey = subjects.Where(s => Key(s) is not null).ToLookup(s => (s.Rule, Key(s)!));
        _byRecord = subjects
            .SelectMany(s => s.Records.Select(r => (Key: (s.Rule, r.Device, r.Epoch, r.Sequence), Subject: s)))
            .ToLookup(p => p.Key, p => p.Subject);
        _byWords = subjects.Where(s => s.Words is not null).ToLookup(s => s.Rule);
    }

    public IEnumerable<Subject> Of(Finding finding)
    {
        foreach (var key in finding.Reports.Concat(finding.Issues).Concat(finding.Rows))
        {
            foreach (var subject in _byKey[(finding.Rule, key)])
            {
                yield return subject;
            }
        }

        foreach (var subject in finding.Devices.SelectMany(d => _byKey[(finding.Rule, d)]))
        {
            if (subject.ToMs == 0 || finding.FromMs <= subject.ToMs && finding.ToMs >= subject.FromMs)
            {
                yield return subject;
            }
        }

        foreach (var subject in finding.Records.SelectMany(r => _byRecord[(finding.Rule, r.Device, r.Epoch, r.Sequence)]))
        {
            yield return subject;
        }

        foreach (var subject in _byWords[finding.Rule].Where(s => finding.Wording.Contains(s.Words!, StringComparison.Ordinal)))
        {
            yield return subject;
        }
    }

    private static string? Key(Subject s) => s.Report ?? s.Issue ?? s.Row ?? s.Device;
}
