using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Records;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Evidence.Judgements;

/// <summary>People's decisions as a ledger holds them, laid beside what a run found.</summary>
public sealed class DecisionNotes
{
    private readonly Dictionary<(DecisionSubject Subject, Digest Id), List<(Decision Leaf, LeafRef At)>> decisions = [];
    private readonly Dictionary<Digest, DecisionComment> comments = [];

    /// <summary>How many were read.</summary>
    public int Count { get; private set; }

    /// <summary>Takes in one, in the order of the ledger.</summary>
    public void Note(Decision decision, LeafRef at)
    {
        ArgumentNullException.ThrowIfNull(decision);
        var key = (decision.Subject, decision.SubjectId);
        if (!decisions.TryGetValue(key, out var list))
        {
            decisions[key] = list = [];
        }
        list.Add((decision, at));
        Count++;
    }

    /// <summary>Looks the comments of all decisions taken in so far up in the records beside their ledger. A text that does not fit is not shown.</summary>
    public void TakeComments(RecordsStore records)
    {
        ArgumentNullException.ThrowIfNull(records);
        foreach (var commitment in decisions.Values.SelectMany(of => of).Select(d => d.Leaf.TextCommitment))
        {
            if (!commitment.IsNone && !comments.ContainsKey(commitment) && Comment(records, commitment) is { } comment)
            {
                comments[commitment] = comment;
            }
        }
    }

    private static DecisionComment? Comment(RecordsStore records, Digest commitment)
    {
        try
        {
            return records.FindText(commitment) is not { } found ? null
                : found.Text is { } text ? new DecisionComment(CommentState.Shown, text)
                : new DecisionComment(CommentState.Erased, "");
        }
        catch (InvalidDataException)
        {
            return new DecisionComment(CommentState.Changed, "");
        }
    }

    /// <summary>
    /// The result with the decisions that were made on its findings and uses, whether the facts under each have changed since, and the decisions
    /// whose subject the run no longer has. A use counts as examined while its last outcome is not a reopening.
    /// </summary>
    public ReconciliationResult ApplyTo(ReconciliationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var lines = new List<DecisionLine>();
        var met = new HashSet<(DecisionSubject, Digest)>();
        foreach (var finding in result.Findings)
        {
            var facts = DecisionSubjects.FactsOfFinding(
                finding.RuleVersion,
                finding.Wording,
                finding.Facts.Select(f => (f.Leaf.Index, f.Leaf.Hash.ToString()))
            );
            lines.AddRange(On(DecisionSubject.Finding, finding.Id, facts, met));
        }
        var activations = result.Activations.ToLookup(a => a.UseId, StringComparer.Ordinal);
        var uses = new List<UseLine>(result.Uses.Count);
        foreach (var use in result.Uses)
        {
            var facts = DecisionSubjects.FactsOfUse(
                activations[use.UseId].Select(a => (a.Leaf.Index, a.Leaf.Hash.ToString())),
                use.Reports
            );
            var on = On(DecisionSubject.Use, use.UseId, facts, met).ToList();
            lines.AddRange(on);
            var last = on.LastOrDefault(d => d.Code != DecisionCodes.Name((ushort)DecisionCode.Comment));
            uses.Add(use with { Examined = last is not null && last.Code != DecisionCodes.Name((ushort)DecisionCode.Reopened) });
        }
        foreach (var (key, list) in decisions.Where(d => !met.Contains(d.Key)).OrderBy(d => d.Value[0].At.Index))
        {
            lines.AddRange(list.Select(d => Line(d.Leaf, d.At, key.Subject, key.Id.ToString(), DecisionStanding.NoLongerRaised)));
        }
        return result with
        {
            Uses = uses,
            Account = result.Account with { UsesExamined = uses.Count(u => u.Examined == true) },
            Decisions = lines,
        };
    }

    private IEnumerable<DecisionLine> On(DecisionSubject subject, string id, Digest facts, HashSet<(DecisionSubject, Digest)> met)
    {
        var key = (subject, DecisionSubjects.IdOf(subject, id));
        met.Add(key);
        return (decisions.GetValueOrDefault(key) ?? []).Select(d =>
            Line(d.Leaf, d.At, subject, id, d.Leaf.Facts == facts ? DecisionStanding.FactsUnchanged : DecisionStanding.FactsChanged)
        );
    }

    private DecisionLine Line(Decision leaf, LeafRef at, DecisionSubject subject, string id, DecisionStanding standing) =>
        new(
            subject.ToString(),
            id,
            DecisionCodes.Name(leaf.Code),
            leaf.By.ToString(),
            (long)leaf.AtNs,
            leaf.TextCommitment.IsNone
                ? default
                : comments.GetValueOrDefault(leaf.TextCommitment, new DecisionComment(CommentState.NotHere, "")),
            standing,
            at
        );
}
