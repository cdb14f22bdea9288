using TaserTelemetry.Evidence.Judgements;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Evidence.Retention;

/// <summary>What a ledger says of retention: holds in force, disposal leaves, runs and outcomes of their findings, copies that were given out.</summary>
public sealed class RetentionFacts
{
    private readonly Dictionary<ulong, Hold> holds = [];
    private readonly List<(ulong Index, Disposal Leaf)> disposals = [];
    private readonly Dictionary<Digest, Decision> decisions = [];
    private readonly List<(ulong Index, Run Leaf)> runs = [];
    private readonly List<(OperatorDoing What, ulong AtNs)> copies = [];

    private RetentionFacts() { }

    /// <summary>Holds in force at the end, by number.</summary>
    public IReadOnlyDictionary<ulong, Hold> Holds => holds;

    /// <summary>Disposal leaves in order.</summary>
    public IReadOnlyList<(ulong Index, Disposal Leaf)> Disposals => disposals;

    /// <summary>Every leaf that a disposal leaf names.</summary>
    public LeafSet Covered { get; } = new();

    /// <summary>The newest retention policy; null = none was ever recorded.</summary>
    public PolicyChange? Policy { get; private set; }

    /// <summary>Reconciliation runs that were appended, in order. A leaf says how many findings a run has, and not which.</summary>
    public IReadOnlyList<(ulong Index, Run Leaf)> Runs => runs;

    /// <summary>The last outcome recorded on each finding, by <see cref="Decision.SubjectId"/>; a comment is no outcome.</summary>
    public IReadOnlyDictionary<Digest, Decision> Decisions => decisions;

    /// <summary>Backups and copies that were made, in order: outside the gateway's reach.</summary>
    public IReadOnlyList<(OperatorDoing What, ulong AtNs)> Copies => copies;

    /// <summary>Index behind the last leaf read.</summary>
    public ulong Next { get; private set; }

    /// <summary>Reads a ledger to its end. The reader is the caller's to give back.</summary>
    /// <exception cref="JournalDamagedException">A record cannot be read.</exception>
    public static RetentionFacts Read(EvidenceReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var facts = new RetentionFacts();
        reader.ReadToEnd(at => facts.Take(at.Index, at.Leaf));
        return facts;
    }

    private void Take(ulong index, Leaf? leaf)
    {
        Next = index + 1;
        switch (leaf)
        {
            case Hold { Standing: Standing.InForce } hold:
                holds[hold.Id] = hold;
                break;
            case Hold lifted:
                holds.Remove(lifted.Id);
                break;
            case Disposal disposal:
                disposals.Add((index, disposal));
                Covered.Add(disposal.Leaves);
                break;
            case PolicyChange { Kind: PolicyKind.Retention } policy:
                Policy = policy;
                break;
            case Run { Verb: AuditVerb.Reconcile } run:
                runs.Add((index, run));
                break;
            case Decision { Subject: DecisionSubject.Finding } decision when decision.Code != (ushort)DecisionCode.Comment:
                decisions[decision.SubjectId] = decision;
                break;
            case OperatorAction { Doing: OperatorDoing.BackupMade or OperatorDoing.CopyMade } copy:
                copies.Add((copy.Doing, copy.AtNs));
                break;
            default:
                break;
        }
    }
}
