using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Evidence.Retention;
using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.Keeping;

/// <summary>A disposal leaf and how far it has come.</summary>
/// <param name="Index">Its leaf.</param>
/// <param name="Leaf">What it says.</param>
/// <param name="WitnessedAt">When its witnesses' quorum was complete; null = not witnessed, and so never due.</param>
/// <param name="DueAt">When its bytes may go; null = never, as things are.</param>
internal sealed record DisposalState(ulong Index, Disposal Leaf, DateTimeOffset? WitnessedAt, DateTimeOffset? DueAt);

/// <summary>How long raw bytes are kept, folded from the ledger and the settings. Reads beside the ingest thread; changes nothing.</summary>
internal sealed class Retention(OpenJournal journal)
{
    /// <summary>Between the witnessing of a disposal leaf and the zeroing: time for anybody to object with a hold.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromDays(30);

    private readonly GatewaySettings settings = journal.Settings;

    public RetentionFacts Facts()
    {
        using var reader = Open();
        return RetentionFacts.Read(reader);
    }

    public static int DaysOf(RetentionSettings retention, RetentionClass of) =>
        of switch
        {
            RetentionClass.Routine => retention.RoutineDays,
            RetentionClass.Activation => retention.ActivationDays,
            RetentionClass.Quarantine => retention.QuarantineDays,
            _ => 0,
        };

    /// <summary>What the policy would dispose of at a time; null, and why, when nothing may be.</summary>
    public DisposalPlan? Plan(RetentionClass of, ulong nowNs, out string why)
    {
        var days = DaysOf(settings.Retention, of);
        if (days == 0)
        {
            why = $"The retention policy keeps the class {of} for ever (retention: settings).";
            return null;
        }
        var facts = Facts();
        var findings = Findings(facts);
        if (findings.Refusal is { } unknown)
        {
            why = unknown;
            return null;
        }
        var age = (ulong)days * 86_400 * UnixTime.NsPerSecond;
        var plan = DisposalPlan.Make(
            Open,
            facts,
            findings.Keeps,
            of,
            nowNs > age ? nowNs - age : 0,
            journal.Ledger.LastCheckpoint?.Size ?? 0
        );
        why = plan.Leaves.Count > 0 ? "" : $"Nothing of the class {of} is older than {days} days{Kept(plan)}.";
        return plan.Leaves.Count > 0 ? plan : null;
    }

    /// <summary>Every disposal leaf with the time at which its bytes may go.</summary>
    public IReadOnlyList<DisposalState> States(RetentionFacts facts)
    {
        VerifierKey[] witnesses = [.. settings.Witness.Members.Select(member => VerifierKey.Parse(member.Vkey)!)];
        ulong[] indices = [.. facts.Disposals.Select(d => d.Index)];
        var times = WitnessedTime.Of(LogPlace.Ledger(settings.Data), witnesses, settings.Witness.Quorum, indices);
        return
        [
            .. facts.Disposals.Select(
                (disposal, i) =>
                {
                    DateTimeOffset? at = times[i] is { } seconds ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;
                    return new DisposalState(disposal.Index, disposal.Leaf, at, at + Delay);
                }
            ),
        ];
    }

    /// <summary>What keeps records of that class and age, in words; empty = nothing does.</summary>
    public static string Kept(DisposalPlan plan) =>
        (plan.HeldLeaves > 0 ? $"; holds keep {plan.HeldLeaves} records" : "")
        + (plan.QuestionedLeaves > 0 ? $"; open findings keep {plan.QuestionedLeaves} records" : "");

    /// <summary>Findings of appended runs that nobody has decided.</summary>
    public OpenFindings Findings(RetentionFacts facts) => OpenFindings.Read(settings.Data, facts);

    /// <summary>What a disposal run may zero now: due, under no hold and no open finding, and not zeroed before.</summary>
    public LeafSet Due(RetentionFacts facts, FindingKeeps findings, DateTimeOffset now, out LeafSet kept)
    {
        var due = new LeafSet();
        foreach (var state in States(facts).Where(state => state.DueAt <= now))
        {
            due.Add(state.Leaf.Leaves);
        }
        var isFree = due.Count == 0 || (facts.Holds.Count == 0 && findings.IsEmpty);
        kept = isFree ? new LeafSet() : DisposalPlan.KeptOf(Open, facts, findings, due);
        var free = new LeafSet();
        using var reader = Open();
        while (due.Count > 0 && reader.Read() == Ledger.Journals.ReadStatus.Record)
        {
            if (due.Contains(reader.Index) && !kept.Contains(reader.Index) && reader.State != Ledger.Journals.ReceivedState.Disposed)
            {
                free.Add(reader.Index);
            }
        }
        return free;
    }

    /// <summary>The policy as the ledger cites it; it holds no personal data.</summary>
    public static Digest DigestOf(RetentionSettings retention) =>
        Digest.Read(
            SHA256.HashData(
                Encoding.ASCII.GetBytes(
                    $"retention/1\nroutine {retention.RoutineDays}\nactivation {retention.ActivationDays}\nquarantine {retention.QuarantineDays}\n"
                )
            )
        );

    private EvidenceReader Open() => new(journal.Ledger.OpenReader(0));
}
