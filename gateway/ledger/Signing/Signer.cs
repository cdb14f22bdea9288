using System.Globalization;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Signing;

/// <summary>
/// Signs checkpoints. The order is the promise: read the bytes back from the journal, come to the root by the second way, compare with
/// the first, write the tiles, remember size and root beside the keys, sign, keep the note, publish it.
/// </summary>
internal sealed class Signer : IDisposable
{
    private readonly IDisk disk;
    private readonly LogPlace place;
    private readonly KeyFolder keys;
    private readonly SigningKey key;
    private readonly SigningKey? old;
    private readonly SnapshotFiles snapshots;
    private readonly CheckpointsLog kept;
    private readonly TileFolder tiles;
    private readonly Func<ulong, JournalReader> openReader;
    private TileTree tree;
    private JournalReader? readBack;
    private LogSigningException? refused;
    private Published? published;

    private sealed record Published(Checkpoint Checkpoint, SignedNote Note);

    public Signer(
        LogOptions options,
        KeyFolder keys,
        SigningKey key,
        SigningKey? old,
        SnapshotFiles snapshots,
        TileTree tree,
        CheckpointsLog kept,
        Func<ulong, JournalReader> openReader
    )
    {
        disk = options.Disk;
        place = options.Place;
        this.keys = keys;
        this.key = key;
        this.old = old;
        this.snapshots = snapshots;
        this.tree = tree;
        this.openReader = openReader;
        this.kept = kept;
        tiles = new TileFolder(disk, place.Tlog);
    }

    public VerifierKey Key => key.Verifier;

    /// <summary>Size of the last signed checkpoint.</summary>
    public ulong Size => published?.Checkpoint.Size ?? 0;

    public Checkpoint? LastCheckpoint => Volatile.Read(ref published)?.Checkpoint;

    public SignedNote? LastNote => Volatile.Read(ref published)?.Note;

    /// <summary>Signs the tree that was built from memory, if what the disk says leads to the same root.</summary>
    public SignStatus Sign(CompactTree appended, bool snapshot)
    {
        if (refused is not null)
            throw refused;
        if (appended.Size < Size)
            throw Refuse($"the tree has {appended.Size} leaves, the last checkpoint {Size}");
        try
        {
            var readTree = ReadBack(appended.Size);
            var root = readTree.Root();
            if (root != appended.Root())
                throw Refuse($"the root of {appended.Size} records read back from the disk is {root}, of those appended {appended.Root()}");
            tiles.WritePartials(readTree);
            tree = readTree;
            if (appended.Size > Size)
                Publish(new Checkpoint(key.Verifier.Name, appended.Size, root));
            if (snapshot)
                WriteSnapshot();
            return SignStatus.Signed;
        }
        catch (DiskException e) when (e.Fault == DiskFault.Full)
        {
            StartAgain();
            return SignStatus.DiskFull;
        }
        catch (DiskException e)
        {
            throw Refuse(e.Message.TrimEnd('.'));
        }
    }

    /// <summary>
    /// Takes up a checkpoint that was signed before, after the journal has led to its root, and publishes it: a crash may have kept it
    /// back, or left it readable and not durable.
    /// </summary>
    public void Resume(Checkpoint last, SignedNote? lastKept)
    {
        keys.WriteLast(place.KeyName, last);
        var isKept = lastKept?.Text == last.Text;
        var note = isKept ? lastKept! : SignedBy(last);
        if (!isKept)
            kept.Append(note);
        DurableFile.Replace(disk, place.CheckpointFile, note.ToBytes());
        Volatile.Write(ref published, new Published(last, note));
    }

    /// <summary>See <see cref="TamperEvidentLog.TryAddCosignatures"/>.</summary>
    public bool TryAddCosignatures(Checkpoint checkpoint, IReadOnlyList<NoteSignature> cosignatures)
    {
        if (refused is not null)
            throw refused;
        if (published is not { } newest || newest.Checkpoint.Text != checkpoint.Text)
            return false;
        var fresh = cosignatures
            .Where(line => newest.Note.Signatures.All(held => held.Name != line.Name || held.KeyId != line.KeyId))
            .ToArray();
        if (fresh.Length == 0 || newest.Note.Signatures.Count + fresh.Length > SignedNote.SignaturesMax)
            return false;
        var note = newest.Note with { Signatures = [.. newest.Note.Signatures, .. fresh] };
        try
        {
            kept.Append(note);
            DurableFile.Replace(disk, place.CheckpointFile, note.ToBytes());
        }
        catch (DiskException e) when (e.Fault != DiskFault.Full)
        {
            throw Refuse(e.Message.TrimEnd('.'));
        }
        catch (DiskException)
        {
            return false;
        }
        Volatile.Write(ref published, new Published(checkpoint, note));
        return true;
    }

    /// <summary>See <see cref="TamperEvidentLog.Heed"/>.</summary>
    public void Heed(Checkpoint remembered)
    {
        if (refused is not null)
            return;
        keys.WriteLast(place.KeyName, remembered);
        Refuse($"somebody holds a checkpoint of this log over {remembered.Size} records that it does not lead to");
    }

    /// <summary>Tiles of everything written so far are durable; then the tree at the last checkpoint is kept as a snapshot.</summary>
    public void WriteSnapshot()
    {
        tiles.Sync();
        snapshots.Write(TreeSnapshot.Kind, tree.Size, TreeSnapshot.Write(tree));
    }

    public void Dispose()
    {
        readBack?.Dispose();
        key.Dispose();
        old?.Dispose();
    }

    /// <summary>In the time of overlap the key before signs first.</summary>
    private SignedNote SignedBy(Checkpoint checkpoint) => old is null ? checkpoint.Sign(key) : checkpoint.Sign(old, key);

    private TileTree ReadBack(ulong size)
    {
        readBack ??= TreeReading.OpenAtBundle(tiles, tree.Size, openReader);
        var copy = tree.Copy();
        if (TreeReading.Extend(copy, size, readBack, tiles, strictFrom: Size) is { } problem)
            throw Refuse(string.Create(CultureInfo.InvariantCulture, $"what was appended does not read back: {problem}"));
        return copy;
    }

    private void Publish(Checkpoint checkpoint)
    {
        keys.WriteLast(place.KeyName, checkpoint);
        var note = SignedBy(checkpoint);
        kept.Append(note);
        DurableFile.Replace(disk, place.CheckpointFile, note.ToBytes());
        Volatile.Write(ref published, new Published(checkpoint, note));
    }

    private void StartAgain()
    {
        readBack?.Dispose();
        readBack = null;
    }

    private LogSigningException Refuse(string why)
    {
        refused = new LogSigningException(
            $"No checkpoint is signed any more: {why}. Stop the gateway, check the disk, run taser-audit verify, start again."
        );
        return refused;
    }
}
