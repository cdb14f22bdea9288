using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Access;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Judging;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Gateway.Ingest.Trust;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.Hosting;

/// <summary>
/// DATA, locked and open for writing: the ledger, and the decision state folded from it. Everything that appends opens it this way,
/// the service and the verbs alike.
/// </summary>
internal sealed class OpenJournal : IDisposable
{
    /// <summary>Version of this program as the ledger's leaves carry it: major, minor, patch.</summary>
    public const uint SoftwareVersion = 1 << 16;

    private const string SnapshotKind = "decisions";
    private readonly DataLock dataLock;
    private readonly StoredFrames frames;
    private readonly HeadCheck heads;
    private bool indexesAtOnce;
    private readonly bool receiptKeyIsNew;

    private OpenJournal(DataLock dataLock, TamperEvidentLog ledger, AccessLog access, Derived derived, GatewaySettings settings)
    {
        var state = derived.State;
        this.dataLock = dataLock;
        Settings = settings;
        Ledger = ledger;
        Access = access;
        Group = new GroupBuilder(state);
        Gaps = new GapBook(Group);
        Silences = new SilenceBook(Group);
        Drifts = new DriftBook(settings.Limits.DriftSecondsPerDayMax);
        FoldedFrom = state.NextLeaf;
        frames = new StoredFrames(ledger.OpenReader);
        Known = new KnownRecords(state, frames, new OldRecords(ledger.KeyIndex, frames)) { Complete = false };
        Known.SealedBelow(ledger.KeyIndex.OpenFirst);
        Chains = new ChainDesk(Group, Known, heads = new HeadCheck(ledger));
        (Receipts, receiptKeyIsNew) = ReceiptKey.Open(settings.Keys, ledger.Key.Name);
        OtherReceipts = new OtherReceipts(settings.OtherReceiptKeys);
        derived.Matters.ForEach(matter => Remember(matter.Index, matter.Leaf));
        Fold();
    }

    /// <summary>What the start is spared from folding: the decisions up to a leaf, and what was not settled there.</summary>
    private sealed record Derived(DecisionState State, List<(ulong Index, Leaf Leaf)> Matters)
    {
        public static Derived Load(TamperEvidentLog ledger)
        {
            for (
                var atMost = ledger.NextIndex;
                ledger.Snapshots.Newest(SnapshotKind, atMost) is { } decisions;
                atMost = decisions.Index - 1
            )
            {
                var state = DecisionSnapshot.Load(decisions.State.ToArray(), out _);
                var matters =
                    ledger.Snapshots.Newest(OpenMatters.Kind, decisions.Index) is { } beside && beside.Index == decisions.Index
                        ? OpenMatters.Load(beside.State.Span)
                        : null;
                if (state is not null && matters is not null && state.NextLeaf == decisions.Index)
                {
                    return new Derived(state, matters);
                }
                if (decisions.Index == 0)
                {
                    break;
                }
            }
            return new Derived(new DecisionState(), []);
        }
    }

    /// <summary>What it was opened with.</summary>
    public GatewaySettings Settings { get; }

    public TamperEvidentLog Ledger { get; }

    /// <summary>The second log: whoever lets data out records it there first.</summary>
    public AccessLog Access { get; }

    public GroupBuilder Group { get; }

    public GapBook Gaps { get; }

    /// <summary>Docks that stopped calling.</summary>
    public SilenceBook Silences { get; }

    /// <summary>How fast devices' clocks run away between docking sessions.</summary>
    public DriftBook Drifts { get; }

    /// <summary>Where durable records stand, to compare repeats with.</summary>
    public KnownRecords Known { get; }

    /// <summary>Signed heads that are to be verified behind the journal.</summary>
    public ChainDesk Chains { get; }

    /// <summary>The key that signs receipts.</summary>
    public ReceiptKey Receipts { get; }

    /// <summary>Keys of other gateways whose receipts are believed.</summary>
    public OtherReceipts OtherReceipts { get; }

    public DecisionState State => Group.State;

    /// <summary>The start read from this leaf on; what is below came from a snapshot. 0 = the whole journal.</summary>
    public ulong FoldedFrom { get; }

    /// <summary>Locks DATA, opens and recovers the journal, folds the decision state.</summary>
    /// <exception cref="DataInUseException">Another process holds it.</exception>
    /// <exception cref="StartRefusedException">It cannot be opened; the message says why and what to do.</exception>
    public static OpenJournal Open(GatewaySettings settings)
    {
        DataLock? taken = null;
        try
        {
            taken = DataLock.TryTake(settings.Data, out var holder);
            if (taken is null)
            {
                throw new DataInUseException(
                    settings.Data,
                    holder == 0 ? "(number not known)" : holder.ToString(System.Globalization.CultureInfo.InvariantCulture)
                );
            }
            var ledger = TamperEvidentLog.Open(
                new LogOptions(LogPlace.Ledger(settings.Data), settings.Keys)
                {
                    Origin = settings.Origin.Length > 0 ? settings.Origin : null,
                    Mirror = settings.Journal.Mirror.Length > 0 ? settings.Journal.Mirror : null,
                    SegmentBytes = settings.Journal.SegmentBytes,
                }
            );
            DisposalRun.Finish(new DisposalRequests(settings.Data), settings.Data, ledger);
            var access = AccessLog.Open(settings, ledger.Key.Name, UnixTime.NowNs(TimeProvider.System));
            return new OpenJournal(taken, ledger, access, Derived.Load(ledger), settings);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            taken?.Dispose();
            throw new StartRefusedException($"DATA in {settings.Data} cannot be opened: {broken.Message}", broken);
        }
    }

    /// <summary>Appends what the start itself has to say: recovery, start, policy, enrolments from the configuration.</summary>
    public void AppendStart(GatewaySettings settings, ulong nowNs)
    {
        var report = Ledger.Recovery;
        if (report.Recovered)
        {
            var digest = report.Aside is { } aside ? DigestOf(aside.Hash) : default;
            var rewrittenFrom = report.NextIndex - report.RewrittenRecords;
            var why = report.Aside is null ? AsideReason.None : AsideReason.NoCommit;
            Group.AddOwn(new Recovery(nowNs, rewrittenFrom, report.RewrittenRecords, (ulong)(report.Aside?.Bytes ?? 0), digest, why));
        }
        var softwareBefore = State.SoftwareVersion;
        Group.AddOwn(new StartStop(nowNs, RunState.Started, State.StartNumber + 1, SoftwareVersion));
        if (softwareBefore != SoftwareVersion)
        {
            Group.AddOwn(new SoftwareRelease(nowNs, Product.Gateway, SoftwareVersion, DigestOfProgram(), Sender.ParserVersion));
        }
        if (receiptKeyIsNew)
        {
            Group.AddOwn(new KeyEvent(nowNs, default, KeyUse.Receipt, KeyHappening.Created, Receipts.Public, 0, nowNs));
        }
        foreach (var other in OtherReceipts.Keys)
        {
            Group.AddOwn(new KeyEvent(nowNs, default, KeyUse.Receipt, KeyHappening.Trusted, other, 0, nowNs));
        }
        if (Access.IsNew)
        {
            var key = new PublicKey(KeyAlgorithm.Ed25519, Access.Key.Key);
            Group.AddOwn(new KeyEvent(nowNs, default, KeyUse.Access, KeyHappening.Created, key, Access.Key.Id, nowNs));
        }
        var policy = Policies.Wanted(settings, State.Policy, nowNs);
        if (policy is not null)
        {
            Group.AddOwn(policy);
        }
        foreach (var leaf in Enrolments.Missing(settings, State, nowNs).ToList())
        {
            Group.AddOwn(leaf);
            if (Group.Bytes > Ledger.GroupBytesMax / 2)
            {
                Commit();
            }
        }
        Commit();
    }

    /// <summary>Appends the clean stop, signs the last checkpoint and leaves a snapshot, so that the next start is short.</summary>
    public void AppendStop(TimeProvider clock)
    {
        Group.AddOwn(new StartStop(UnixTime.NowNs(clock), RunState.StoppedClean, State.StartNumber, SoftwareVersion));
        Commit();
        Ledger.TrySign(clock.GetUtcNow(), stopping: true);
        Access.Sign(clock.GetUtcNow(), stopping: true);
        if (TakeSnapshot() is { } snapshot)
        {
            Write(snapshot);
        }
    }

    /// <summary>Makes durable what was added; a full disk is an error here, since nobody waits who could be held.</summary>
    public void Commit()
    {
        if (Group.Count == 0)
        {
            return;
        }
        var outcome = Ledger.Append(Group.Items);
        if (outcome.Status != AppendStatus.Durable)
        {
            throw new StartRefusedException("The disk of DATA is full. Make room and start again; nothing is lost.");
        }
        Group.Clear();
        if (outcome.Sealed && indexesAtOnce)
        {
            Known.SealedBelow(SegmentIndexing.MakeMissing(Ledger));
        }
    }

    /// <summary>
    /// What the next start begins from, as it stands now; null when it is not all there, and the start has to read everything. Taken on the
    /// thread that judges, between two groups; written on any.
    /// </summary>
    public Snapshot? TakeSnapshot() =>
        Chains.Overflowed
            ? null
            : new Snapshot(State.NextLeaf, DecisionSnapshot.Save(State), OpenMatters.Save(Gaps, Silences, Chains, Drifts));

    /// <summary>Durable when it returns. The decisions come last: only with what stands beside them do they count.</summary>
    public void Write(Snapshot snapshot)
    {
        Ledger.Snapshots.Write(OpenMatters.Kind, snapshot.NextLeaf, snapshot.Matters);
        Ledger.Snapshots.Write(SnapshotKind, snapshot.NextLeaf, snapshot.Decisions);
    }

    /// <summary>Decisions and open matters at one leaf.</summary>
    public sealed record Snapshot(ulong NextLeaf, byte[] Decisions, byte[] Matters);

    public void Dispose()
    {
        frames.Dispose();
        heads.Dispose();
        Receipts.Dispose();
        Access.Dispose();
        Ledger.Dispose();
        dataLock.Dispose();
    }

    /// <summary>
    /// Stored batches of the open segment that stand below the snapshot, which the start was spared from reading: in portions, for the ingest
    /// thread to take in while it already works. At most one segment.
    /// </summary>
    public IEnumerable<List<(ulong Index, Leaf Leaf)>> Older()
    {
        const int Portion = 10_000;
        var names = new NameCache();
        var found = new List<(ulong, Leaf)>();
        using var reader = Ledger.OpenReader(Known.MemoryFrom);
        while (reader.Read() == ReadStatus.Record && reader.Index < FoldedFrom)
        {
            if (Leaf.Decode(reader.Leaf, names).Leaf is StoredBatch batch)
            {
                found.Add((reader.Index, batch));
            }
            if (found.Count == Portion)
            {
                yield return found;
                found = [];
            }
        }
        yield return found;
    }

    /// <summary>Takes in all of <see cref="Older"/> at once, and indexes each segment as it is sealed: for the verbs, which have no ingest thread.</summary>
    public void RememberOlder()
    {
        if (Known.Complete)
        {
            return;
        }
        indexesAtOnce = true;
        foreach (var portion in Older().ToList())
        {
            Remember(portion);
        }
        Known.SealedBelow(SegmentIndexing.MakeMissing(Ledger));
        Known.Complete = true;
    }

    /// <summary>Takes in one portion of <see cref="Older"/>, on the thread that judges.</summary>
    public void Remember(List<(ulong Index, Leaf Leaf)> older) => older.ForEach(o => Remember(o.Index, o.Leaf));

    private void Remember(ulong index, Leaf leaf)
    {
        switch (leaf)
        {
            case StoredBatch batch:
                Known.Add(index, new LogKey(batch.Device, batch.Log, batch.Epoch), batch.NewRanges, batch.First);
                break;
            case Gap gap:
                Gaps.Replayed(gap);
                break;
            case DockSilence silence:
                Silences.Replayed(silence);
                break;
            case ClockReading reading:
                Drifts.Heard(reading);
                break;
            case SessionHead head:
                Chains.Arrived(index, head);
                break;
            case ChainCheck check:
                Chains.Replayed(check);
                break;
            default:
                break;
        }
    }

    private void Fold()
    {
        var names = new NameCache();
        using var reader = Ledger.OpenReader(State.NextLeaf);
        while (reader.Read() is var status && status != ReadStatus.End)
        {
            if (status == ReadStatus.Damaged)
            {
                throw new JournalDamagedException(reader.Problem!.Value);
            }
            if (Leaf.Decode(reader.Leaf, names).Leaf is not { } leaf)
            {
                State.ApplyUnreadable(reader.Index);
                continue;
            }
            State.Apply(reader.Index, leaf, reader.State == ReceivedState.Present ? reader.Received : default);
            Remember(reader.Index, leaf);
        }
    }

    /// <summary>Of the assembly that runs; none where it has no file of its own.</summary>
    private static Digest DigestOfProgram()
    {
        var file = typeof(OpenJournal).Assembly.Location;
        return file.Length == 0 ? default : Digest.Read(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)));
    }

    private static Digest DigestOf(Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Bytes];
        hash.CopyTo(bytes);
        return Digest.Read(bytes);
    }
}
