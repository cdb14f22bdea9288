using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Evidence.Leaves;

namespace TaserTelemetry.Evidence.Judgements;

/// <summary>
/// What a decision is about and what it rested on, as a leaf carries it: hashes, so that no reference of a report or an officer is in the ledger.
/// Ids of findings and uses are the same in every run over the same records, so decisions survive a re-run; the facts' hash shows when what lies
/// under them has changed. Pure.
/// </summary>
public static class DecisionSubjects
{
    /// <summary>SubjectId of a leaf: SHA-256 over "taser/use/" or "taser/finding/" or "taser/case/" and the id as the outputs show it.</summary>
    public static Digest IdOf(DecisionSubject subject, string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var kind = subject switch
        {
            DecisionSubject.Use => "use",
            DecisionSubject.Finding => "finding",
            _ => "case",
        };
        return Hash($"taser/{kind}/{id}");
    }

    /// <summary>Facts of a finding: version of its rule, its wording (which quotes what reports and registers say) and the leaf hashes.</summary>
    public static Digest FactsOfFinding(int ruleVersion, string wording, IEnumerable<(ulong Leaf, string LeafHash)> facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return Hash(FormattableString.Invariant($"finding\n{ruleVersion}\n{wording}\n{Lines(facts)}"));
    }

    /// <summary>Facts of a use: the leaves its activations stand in, and the reports matched to it.</summary>
    public static Digest FactsOfUse(IEnumerable<(ulong Leaf, string LeafHash)> activations, IEnumerable<string> reports)
    {
        ArgumentNullException.ThrowIfNull(activations);
        ArgumentNullException.ThrowIfNull(reports);
        return Hash($"use\n{Lines(activations)}{string.Join('\u001f', reports.Order(StringComparer.Ordinal))}");
    }

    private static string Lines(IEnumerable<(ulong Leaf, string LeafHash)> facts) =>
        string.Concat(facts.Select(f => FormattableString.Invariant($"{f.Leaf}:{f.LeafHash}\n")));

    private static Digest Hash(string text) => Digest.Read(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
