using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Evidence.Retention;

/// <summary>What a retention policy would dispose of now, by docking session: a session is kept or goes as a whole.</summary>
public sealed class DisposalPlan
{
    private readonly HashSet<ulong> active = [];
    private readonly HashSet<ulong> held = [];
    private readonly HashSet<ulong> questioned = [];
    private readonly List<(ulong First, ulong Next, ulong Bytes)> runs = [];

    private DisposalPlan() { }

    /// <summary>Leaves whose salt and received bytes would go.</summary>
    public LeafSet Leaves { get; } = new();

    /// <summary>The same leaves as runs, each with the bytes of salts and received bytes in it.</summary>
    public IReadOnlyList<(ulong First, ulong Next, ulong Bytes)> Runs => runs;

    /// <summary>Bytes of salts and received bytes in all.</summary>
    public ulong Bytes { get; private set; }

    /// <summary>Leaves of that class and age that a hold keeps.</summary>
    public ulong HeldLeaves { get; private set; }

    /// <summary>Leaves of that class and age that no hold and an open finding keeps.</summary>
    public ulong QuestionedLeaves { get; private set; }

    /// <summary>
    /// Makes the plan. It reads the ledger twice: sessions first, then what belongs to them.
    /// </summary>
    /// <param name="open">Opens a reader at the beginning; called twice.</param>
    /// <param name="facts">Of the same ledger.</param>
    /// <param name="findings">Those that are open.</param>
    /// <param name="of">Which class; <see cref="RetentionClass.Incident"/> is never disposed of by policy and gives an empty plan.</param>
    /// <param name="receivedBeforeNs">Only what came before this, ns UTC.</param>
    /// <param name="signedSize">Only what lies below a signed checkpoint.</param>
    /// <exception cref="JournalDamagedException">A record cannot be read.</exception>
    public static DisposalPlan Make(
        Func<EvidenceReader> open,
        RetentionFacts facts,
        FindingKeeps findings,
        RetentionClass of,
        ulong receivedBeforeNs,
        ulong signedSize
    )
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(findings);
        var plan = new DisposalPlan();
        Walk(open, reader => plan.Learn(reader, facts.Holds.Values, findings));
        Walk(open, reader => plan.Choose(reader, facts, of, receivedBeforeNs, signedSize));
        return plan;
    }

    /// <summary>Of leaves that were chosen before, those that a hold or an open finding keeps now.</summary>
    /// <exception cref="JournalDamagedException">A record cannot be read.</exception>
    public static LeafSet KeptOf(Func<EvidenceReader> open, RetentionFacts facts, FindingKeeps findings, LeafSet chosen)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(chosen);
        var plan = new DisposalPlan();
        var kept = new LeafSet();
        Walk(open, reader => plan.Learn(reader, facts.Holds.Values, findings));
        Walk(
            open,
            reader =>
            {
                if (
                    chosen.Contains(reader.Index)
                    && reader.Leaf is { } leaf
                    && ArrivalOf(leaf) is { } arrival
                    && (plan.IsHeld(reader.Index, arrival) || plan.IsQuestioned(reader.Index, arrival))
                )
                {
                    kept.Add(reader.Index);
                }
            }
        );
        return kept;
    }

    private static void Walk(Func<EvidenceReader> open, Action<EvidenceReader> take)
    {
        using var reader = open();
        reader.ReadToEnd(take);
    }

    /// <summary>Imports have no session; each of their frames then stands for itself.</summary>
    private static ulong UnitOf(ulong index, in Arrival arrival) => arrival.SessionId != 0 ? arrival.SessionId : ulong.MaxValue - index;

    private bool IsHeld(ulong index, in Arrival arrival) => held.Contains(UnitOf(index, arrival));

    private bool IsQuestioned(ulong index, in Arrival arrival) => questioned.Contains(UnitOf(index, arrival));

    private void Learn(EvidenceReader reader, IEnumerable<Hold> holds, FindingKeeps findings)
    {
        if (reader.Leaf is not { } leaf || ArrivalOf(leaf) is not { } arrival)
        {
            return;
        }
        var unit = UnitOf(reader.Index, arrival);
        var earliest = 0L;
        if (leaf is StoredBatch batch)
        {
            earliest = LookInto(reader, batch, unit);
        }
        var device = (leaf as StoredBatch)?.Device ?? "";
        if (
            !findings.IsEmpty
            && findings.Keeps(reader.Index, reader.Reference.LeafHash, device, (ulong)Math.Max(0, earliest), arrival.ReceivedNs)
        )
        {
            questioned.Add(unit);
        }
        foreach (var hold in holds)
        {
            // An event comes before its reception; one that is not known to come after the period may lie in it.
            var fits = hold.Device.Length == 0 || (leaf is StoredBatch of && of.Device == hold.Device) || leaf is Quarantined;
            if (fits && arrival.ReceivedNs >= hold.FromNs && (hold.ToNs == 0 || earliest < 0 || (ulong)earliest < hold.ToNs))
            {
                held.Add(unit);
            }
        }
    }

    /// <summary>Whether the session has an activation, and the earliest time an event can have; 0 when that is not known.</summary>
    private long LookInto(EvidenceReader reader, StoredBatch batch, ulong unit)
    {
        var state = reader.ReadEvents(out var events);
        if (state is not EventsState.Present || events.Count < batch.Count)
        {
            // Bytes that were disposed of, do not decode, or only partly count: kept with the stricter class.
            if (state is not EventsState.Disposed)
            {
                active.Add(unit);
            }
            return 0;
        }
        var earliest = long.MaxValue;
        foreach (var entry in events)
        {
            if (entry.Record.Code is EventCode.Trigger or EventCode.Arc or EventCode.Reenergise)
            {
                active.Add(unit);
            }
            var time = EventTime.Of(
                entry.Record,
                StampUnits.NsOf(batch.StampUnit),
                batch.StampResolutionMs,
                batch.Clock,
                batch.Arrival.ReceivedNs
            );
            earliest = Math.Min(earliest, time.LowNs);
        }
        return earliest == long.MaxValue ? 0 : earliest;
    }

    private void Choose(EvidenceReader reader, RetentionFacts facts, RetentionClass of, ulong receivedBeforeNs, ulong signedSize)
    {
        if (
            reader.Leaf is not { } leaf
            || ArrivalOf(leaf) is not { } arrival
            || reader.State != ReceivedState.Present
            || reader.Index >= signedSize
            || arrival.ReceivedNs >= receivedBeforeNs
            || facts.Covered.Contains(reader.Index)
            || ClassOf(reader.Index, leaf, arrival) != of
        )
        {
            return;
        }
        if (IsHeld(reader.Index, arrival))
        {
            HeldLeaves++;
            return;
        }
        if (IsQuestioned(reader.Index, arrival))
        {
            QuestionedLeaves++;
            return;
        }
        Leaves.Add(reader.Index);
        var bytes = (ulong)(reader.Salt.Length + reader.Received.Length);
        Bytes += bytes;
        if (runs.Count > 0 && runs[^1].Next == reader.Index)
        {
            runs[^1] = (runs[^1].First, reader.Index + 1, runs[^1].Bytes + bytes);
        }
        else
        {
            runs.Add((reader.Index, reader.Index + 1, bytes));
        }
    }

    private RetentionClass ClassOf(ulong index, Leaf leaf, in Arrival arrival) =>
        leaf is Quarantined ? RetentionClass.Quarantine
        : active.Contains(UnitOf(index, arrival)) ? RetentionClass.Activation
        : RetentionClass.Routine;

    private static Arrival? ArrivalOf(Leaf leaf) =>
        leaf switch
        {
            StoredBatch l => l.Arrival,
            StoredBlock l => l.Arrival,
            OtherFrame l => l.Arrival,
            ClockReading l => l.Arrival,
            ClockEcho l => l.Arrival,
            Docked l => l.Arrival,
            SessionHead l => l.Arrival,
            Undocked l => l.Arrival,
            RangeGone l => l.Arrival,
            LogCleared l => l.Arrival,
            DockHealth l => l.Arrival,
            Quarantined l => l.Arrival,
            CheckpointShown l => l.Arrival,
            _ => null,
        };
}
