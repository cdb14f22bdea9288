using System.Text.Json.Serialization;

namespace TaserTelemetry.Gateway.Control;

/// <summary>A leaf that a finding rests on; its hash says of which ledger.</summary>
internal sealed record RunFact(ulong Leaf, string LeafHash);

/// <summary>A finding of a run, as far as a later run is compared with it, and what must not be disposed of while it is open.</summary>
internal sealed record RunFinding(string Id, string Rule, int RuleVersion, string? From, string? To)
{
    /// <summary>Serials of the devices it is about.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>The first of the leaves it rests on.</summary>
    public IReadOnlyList<RunFact> Facts { get; init; } = [];

    /// <summary>What a decision on it rests on, as the decision's leaf has it; empty = a run of before this was kept.</summary>
    public string FactsSha256 { get; init; } = "";
}

/// <summary>An input file of a run.</summary>
internal sealed record RunInput(string File, string ReadAs, string Sha256, int Rows, int Understood, int Rejected);

/// <summary>A ledger that a run read.</summary>
internal sealed record RunLedger(string? Origin, ulong Size, string? Root);

/// <summary>A rule that could not be tested.</summary>
internal sealed record RunSilence(string Rule, string Reason);

/// <summary>What is kept of a run in DATA/records/runs: enough to say at the next one what vanished, and why.</summary>
internal sealed record RunSummary(
    string Tool,
    string Verb,
    string AsOf,
    string From,
    string To,
    string Profile,
    string RuleSet,
    string RuleSetSha256,
    string ResultSha256,
    int Cases,
    IReadOnlyList<RunLedger> Ledgers,
    IReadOnlyList<RunInput> Inputs,
    IReadOnlyList<RunSilence> NotTestable,
    IReadOnlyList<RunFinding> Findings
)
{
    /// <summary>Version of the rule set among those this gateway has seen, from 1.</summary>
    public uint PolicyNumber { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip
)]
[JsonSerializable(typeof(RunSummary))]
internal sealed partial class RunSummaryJson : JsonSerializerContext;

/// <summary>A finding that the last run had and this one has not, and why.</summary>
internal sealed record VanishedFinding(string Id, string Rule, string Cause);

/// <summary>What became of the findings of the run before. Pure.</summary>
internal static class RunComparison
{
    /// <summary>Every finding that is gone, with the first cause that explains it.</summary>
    public static IReadOnlyList<VanishedFinding> Vanished(RunSummary before, RunSummary now)
    {
        var there = now.Findings.Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        var silent = now
            .NotTestable.GroupBy(n => n.Rule, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First().Reason, StringComparer.Ordinal);
        var silentBefore = before.NotTestable.Select(n => n.Rule).ToHashSet(StringComparer.Ordinal);
        var general = General(before, now);
        return
        [
            .. before
                .Findings.Where(f => !there.Contains(f.Id))
                .Select(f => new VanishedFinding(f.Id, f.Rule, Own(f, now, silent, silentBefore) ?? general)),
        ];
    }

    private static string? Own(RunFinding gone, RunSummary now, Dictionary<string, string> silent, HashSet<string> silentBefore)
    {
        if (
            gone.To is not null && string.CompareOrdinal(gone.To, now.From) < 0
            || gone.From is not null && string.CompareOrdinal(gone.From, now.To) >= 0
        )
        {
            return $"it lies outside the period of this run, {now.From} to {now.To}";
        }
        if (silent.TryGetValue(gone.Rule, out var reason) && !silentBefore.Contains(gone.Rule))
        {
            return $"rule {gone.Rule} is not testable with these inputs: {reason}";
        }
        var version = now.Findings.FirstOrDefault(f => f.Rule == gone.Rule)?.RuleVersion;
        return version is { } v && v != gone.RuleVersion ? $"rule {gone.Rule} has version {v} now, it had {gone.RuleVersion}" : null;
    }

    /// <summary>What changed between the runs as wholes; more than one cause is told together, since none can be told apart from outside.</summary>
    private static string General(RunSummary before, RunSummary now)
    {
        var causes = new List<string>();
        if (before.RuleSetSha256 != now.RuleSetSha256)
        {
            causes.Add($"the rule set changed from {before.RuleSet} to {now.RuleSet}");
        }
        var known = before.Inputs.ToLookup(i => i.File, i => i.Sha256, StringComparer.Ordinal);
        causes.AddRange(
            now.Inputs.Where(i => known[i.File].Any() && !known[i.File].Contains(i.Sha256)).Select(i => $"{i.File} was changed")
        );
        causes.AddRange(now.Inputs.Where(i => !known[i.File].Any()).Select(i => $"{i.File} was added"));
        causes.AddRange(
            before.Inputs.Where(i => now.Inputs.All(n => n.File != i.File)).Select(i => $"{i.File} was not handed in this time")
        );
        var grown = now.Ledgers.Where(l => before.Ledgers.Any(b => b.Origin == l.Origin && b.Size < l.Size)).ToList();
        causes.AddRange(grown.Select(l => $"the ledger {l.Origin} has grown to {l.Size} leaves"));
        if (before.AsOf != now.AsOf)
        {
            causes.Add($"the as-of time moved to {now.AsOf}");
        }
        if (before.Tool != now.Tool)
        {
            causes.Add($"the program changed from {before.Tool} to {now.Tool}");
        }
        return causes.Count == 0 ? "nothing that a run records has changed: compare both runs' outputs" : string.Join("; ", causes);
    }
}
