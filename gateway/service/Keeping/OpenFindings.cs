using System.Globalization;
using System.Text.Json;
using TaserTelemetry.Evidence.Judgements;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Retention;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Ingest;

namespace TaserTelemetry.Gateway.Keeping;

/// <summary>
/// Findings of every appended run that no outcome has closed, by the lists in DATA/records/runs: what each rests on, and what its devices
/// recorded in its time, is kept. A finding goes when somebody decided it on the facts it still has, or when a later run that covers its time
/// and tests its rule no longer raises it. A comment, a referral and a reopening close nothing.
/// </summary>
/// <param name="Keeps">What is kept.</param>
/// <param name="Count">How many are open.</param>
/// <param name="Refusal">Why nothing at all may be disposed of: a run's list is missing. Null = it may.</param>
internal sealed record OpenFindings(FindingKeeps Keeps, int Count, string? Refusal)
{
    public static OpenFindings Read(string data, RetentionFacts facts)
    {
        var open = new Dictionary<string, RunFinding>(StringComparer.Ordinal);
        foreach (var (index, leaf) in facts.Runs)
        {
            if (Load(data, index) is { } run && run.Findings.Count == leaf.Findings)
            {
                Follow(open, run);
            }
            else if (leaf.Findings > 0)
            {
                var file = PathOf(data, index);
                var refusal =
                    $"The run of leaf {index} has {leaf.Findings} findings and {file} does not list them: what they rest on is not known, so nothing is disposed of. Put the file back from a backup.";
                return new OpenFindings(FindingKeeps.None, (int)leaf.Findings, refusal);
            }
        }
        var undecided = open.Values.Where(finding => !IsDecided(finding, facts)).ToList();
        return new OpenFindings(new FindingKeeps(undecided.Select(KeepOf)), undecided.Count, null);
    }

    /// <summary>Where the summary of the run in that leaf lies.</summary>
    public static string PathOf(string data, ulong leaf) =>
        Path.Combine(data, "records", "runs", leaf.ToString("D20", CultureInfo.InvariantCulture) + ".json");

    private static RunSummary? Load(string data, ulong leaf)
    {
        var path = PathOf(data, leaf);
        return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), RunSummaryJson.Default.RunSummary) : null;
    }

    private static void Follow(Dictionary<string, RunFinding> open, RunSummary run)
    {
        var silent = run.NotTestable.Select(n => n.Rule).ToHashSet(StringComparer.Ordinal);
        var now = run.Findings.ToDictionary(f => f.Id, StringComparer.Ordinal);
        var gone = open.Values.Where(f =>
            !now.ContainsKey(f.Id)
            && !silent.Contains(f.Rule)
            && f is { From: { } from, To: { } to }
            && string.CompareOrdinal(from, run.From) >= 0
            && string.CompareOrdinal(to, run.To) < 0
        );
        foreach (var finding in gone.ToList())
        {
            open.Remove(finding.Id);
        }
        foreach (var finding in run.Findings)
        {
            open[finding.Id] = finding;
        }
    }

    private static bool IsDecided(RunFinding finding, RetentionFacts facts) =>
        facts.Decisions.TryGetValue(DecisionSubjects.IdOf(DecisionSubject.Finding, finding.Id), out var decision)
        && decision.Code is not ((ushort)DecisionCode.Referred or (ushort)DecisionCode.Reopened)
        && (finding.FactsSha256.Length == 0 || decision.Facts.ToString() == finding.FactsSha256);

    private static FindingKeep KeepOf(RunFinding finding) =>
        new(
            [.. finding.Facts.Select(f => (f.Leaf, Digest.Read(Convert.FromHexString(f.LeafHash))))],
            finding.Devices,
            finding.From is { } from ? NsOf(from) : 0,
            finding.To is { } to ? NsOf(to) + UnixTime.NsPerSecond : ulong.MaxValue
        );

    /// <summary>A run's times are cut to the second; what is not bounded below is written as a time long before 1970.</summary>
    private static ulong NsOf(string text)
    {
        var time = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return time > DateTimeOffset.UnixEpoch ? UnixTime.ToNs(time) : 0;
    }
}
