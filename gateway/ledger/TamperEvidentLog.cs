using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger;

/// <summary>How an attempt to sign ended.</summary>
public enum SignStatus
{
    /// <summary>A checkpoint was signed and published.</summary>
    Signed,

    /// <summary>Nothing was appended since the last checkpoint.</summary>
    NotGrown,

    /// <summary>Not yet: at most one a second, and without a request one in ten seconds.</summary>
    TooSoon,

    /// <summary>The disk is full. Ingest may go on if the journal can; try again later.</summary>
    DiskFull,
}

/// <summary>Result of <see cref="TamperEvidentLog.TrySign"/>.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Checkpoint">The newest signed checkpoint, new or old; null before the first.</param>
/// <param name="Note">Its note, as published.</param>
public readonly record struct SignOutcome(SignStatus Status, Checkpoint? Checkpoint, SignedNote? Note);

/// <summary>
/// One log: a journal, the tree over its leaves, and its signed checkpoints. Two threads at most: one calls <see cref="Append"/>,
/// another may call <see cref="TrySign"/>; readers run beside both. The caller holds <see cref="DataLock"/>.
/// </summary>
public sealed class TamperEvidentLog : IDisposable
{
    /// <summary>Shortest time between two checkpoints.</summary>
    public static readonly TimeSpan SignEveryMin = TimeSpan.FromSeconds(1);

    /// <summary>Time between two checkpoints while the log grows and nobody asks for one.</summary>
    public static readonly TimeSpan SignEvery = TimeSpan.FromSeconds(10);

    private readonly Journal journal;
    private readonly GrowingTree tree;
    private readonly Signer signer;
    private readonly Lock signLock = new();
    private DateTimeOffset? signedAt;
    private int requested;
    private int sealedSince;

    internal TamperEvidentLog(
        Journal journal,
        CompactTree tree,
        Signer signer,
        SnapshotFiles snapshots,
        KeyIndex keys,
        RecoveryReport recovery
    )
    {
        this.journal = journal;
        this.tree = new GrowingTree(tree);
        this.signer = signer;
        Snapshots = snapshots;
        KeyIndex = keys;
        Recovery = recovery;
    }

    /// <summary>What opening the journal found and did; the caller appends a <c>recovery</c> leaf when it says Recovered.</summary>
    public RecoveryReport Recovery { get; }

    /// <summary>Snapshots beside the segments, for the caller's own derived state as well.</summary>
    public SnapshotFiles Snapshots { get; }

    /// <summary>Which sealed segment's records brought which keys, for the caller that knows what the records are about. From any thread.</summary>
    public KeyIndex KeyIndex { get; }

    /// <summary>The log's public key; its name is the origin.</summary>
    public VerifierKey Key => signer.Key;

    /// <summary>Index of the next record: all below are durable. May be read from any thread.</summary>
    public ulong NextIndex => journal.NextIndex;

    /// <summary>The newest published checkpoint; null before the first. May be read from any thread.</summary>
    public SignedNote? LastNote => signer.LastNote;

    /// <summary>The newest published checkpoint's values; null before the first. May be read from any thread.</summary>
    public Checkpoint? LastCheckpoint => signer.LastCheckpoint;

    /// <summary>Most bytes of one group: sum of <see cref="Journal.BytesOf"/> and one commit entry.</summary>
    public int GroupBytesMax => journal.GroupBytesMax;

    /// <summary>Opens a log, makes it when DATA holds none, recovers it, and publishes again what a crash kept from being published.</summary>
    /// <exception cref="JournalDamagedException">Damage that no crash explains; nothing was changed.</exception>
    /// <exception cref="LogRestoredException">The journal does not lead to the last signed checkpoint.</exception>
    /// <exception cref="LogKeyException">A key is missing or is another log's.</exception>
    /// <exception cref="Disks.DiskException">The disk's own failure, a full disk too.</exception>
    public static TamperEvidentLog Open(LogOptions options) => new LogOpening(options).Open();

    /// <summary>
    /// Appends one commit group: all of it becomes durable or none of it. A record's index never changes. The items' memory may be reused
    /// when it returns.
    /// </summary>
    /// <param name="items">At least one; in all at most <see cref="GroupBytesMax"/> bytes.</param>
    /// <param name="useReserve">For the record that says that the disk is full.</param>
    /// <exception cref="JournalFailedException">Final: stop.</exception>
    public AppendOutcome Append(ReadOnlySpan<JournalItem> items, bool useReserve = false)
    {
        var growth = tree.Begin(items);
        var isDurable = false;
        try
        {
            var outcome = journal.AppendGroup(items, useReserve);
            if (outcome.Sealed)
                Volatile.Write(ref sealedSince, 1);
            isDurable = outcome.Status == AppendStatus.Durable;
            return outcome;
        }
        finally
        {
            growth.End(isDurable);
        }
    }

    /// <summary>Asks that the next <see cref="TrySign"/> need not wait for the ten seconds. From any thread.</summary>
    public void RequestCheckpoint() => Volatile.Write(ref requested, 1);

    /// <summary>Signs and publishes a checkpoint over all that is durable, when it is time. Call it once a second or oftener.</summary>
    /// <param name="now">The time, from one clock.</param>
    /// <param name="stopping">Clean stop: does not wait, and leaves a snapshot, so that the next start is short.</param>
    /// <exception cref="LogSigningException">Final: the log signs nothing more.</exception>
    /// <exception cref="Disks.DiskException">The disk's own failure, but for a full disk.</exception>
    public SignOutcome TrySign(DateTimeOffset now, bool stopping = false)
    {
        lock (signLock)
        {
            if (NextIndex == signer.Size && (!stopping || NextIndex == 0))
                return Outcome(SignStatus.NotGrown);
            if (!stopping && !IsTime(now))
                return Outcome(SignStatus.TooSoon);
            Volatile.Write(ref requested, 0);
            var snapshot = Interlocked.Exchange(ref sealedSince, 0) == 1 || stopping;
            var status = signer.Sign(tree.Copy(), snapshot);
            if (status == SignStatus.Signed)
                signedAt = now;
            if (status == SignStatus.DiskFull && snapshot)
                Volatile.Write(ref sealedSince, 1);
            return Outcome(status);
        }
    }

    /// <summary>
    /// Disposal: zeroes salt and received bytes of the records that <paramref name="covers"/> names, at equal length, in the mirror too.
    /// Durable when it returns; after a crash call it again with the same records. The caller has made sure that a disposal leaf covers
    /// them and has been witnessed long enough, and calls it on the appending thread. Records behind the last checkpoint are left alone.
    /// </summary>
    /// <exception cref="JournalFailedException">Final: stop.</exception>
    public ErasureReport EraseReceived(Func<ulong, bool> covers)
    {
        var signed = LastCheckpoint?.Size ?? 0;
        return journal.Erase(index => index < signed && covers(index));
    }

    /// <summary>
    /// Adds witnesses' cosignatures to the newest checkpoint, keeps and publishes it again. False, and nothing done, when the log has
    /// signed a newer one since, or none of the lines is new. The caller has verified the lines.
    /// </summary>
    public bool TryAddCosignatures(Checkpoint checkpoint, IReadOnlyList<NoteSignature> cosignatures)
    {
        lock (signLock)
            return signer.TryAddCosignatures(checkpoint, cosignatures);
    }

    /// <summary>
    /// A checkpoint under this log's own key that the log does not lead to: it is kept beside the keys, durably, as the last that was
    /// signed, so that no start over this DATA goes on, and nothing is signed any more. The caller has verified signature and origin.
    /// </summary>
    /// <exception cref="Disks.DiskException">It could not be kept.</exception>
    public void Heed(Checkpoint remembered)
    {
        lock (signLock)
            signer.Heed(remembered);
    }

    /// <summary>A forward reader from an index to the last commit, following the writer.</summary>
    public JournalReader OpenReader(ulong fromIndex) => journal.OpenReader(fromIndex);

    /// <summary>Closes the files. Signs nothing: call <see cref="TrySign"/> with stopping first for a clean stop.</summary>
    public void Dispose()
    {
        signer.Dispose();
        journal.Dispose();
    }

    private bool IsTime(DateTimeOffset now)
    {
        if (signedAt is not { } before || now < before)
            return true; // a clock put back must not stop the signing
        return now - before >= (Volatile.Read(ref requested) == 1 ? SignEveryMin : SignEvery);
    }

    private SignOutcome Outcome(SignStatus status) => new(status, signer.LastCheckpoint, signer.LastNote);
}
