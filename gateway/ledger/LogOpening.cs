using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger;

/// <summary>The way from a DATA folder, a keys folder and their last moments to an open log.</summary>
internal sealed class LogOpening(LogOptions options)
{
    private const string OriginPrefix = "taser-telemetry.invalid/";
    private const int VkeyFileBytesMax = 64 << 10;
    private readonly IDisk disk = options.Disk;
    private readonly LogPlace place = options.Place;
    private Func<ulong> signedSize = static () => 0;
    private SigningKey? old;
    private readonly KeyFolder keys = new(options.Disk, options.KeysFolder);

    public TamperEvidentLog Open()
    {
        keys.RequireNotFrozen(place.KeyName);
        if (keys.Has(KeyFolder.NextOf(place.KeyName)))
            _ = new KeyRotation(disk, place, options.KeysFolder).Begin(); // it was begun, and cut short
        var key = TakeKey();
        old = keys.Load(KeyFolder.OldOf(place.KeyName));
        disk.CreateFolder(place.Tlog);
        var kept = new CheckpointsLog(disk, place.CheckpointsLog);
        var keptLast = kept.OpenLast();
        var last = Later(keys.ReadLast(place.KeyName), OwnCheckpoint(keptLast, key, old));
        signedSize = () => last?.Size ?? 0;
        // before the first segment can be durable: a log that outlives its key could never be opened again
        if (last is null)
            keys.WriteAgain(place.KeyName);
        var origin = key.Verifier.Name;
        var journalOptions = new JournalOptions(place.Journal, origin)
        {
            Mirror = options.Mirror,
            SegmentBytes = options.SegmentBytes,
            PrepareAhead = options.PrepareAhead,
            IsDisposed = options.IsDisposed ?? (index => index < signedSize()),
        };
        var journal = Journal.Open(disk, journalOptions, last?.Size ?? 0, out var report);
        try
        {
            return Join(journal, report, key, last, kept, keptLast?.Note);
        }
        catch
        {
            journal.Dispose();
            key.Dispose();
            throw;
        }
    }

    private TamperEvidentLog Join(
        Journal journal,
        RecoveryReport report,
        SigningKey key,
        Checkpoint? last,
        CheckpointsLog kept,
        SignedNote? keptLast
    )
    {
        if (last is not null && report.BehindCheckpoint)
            throw new LogRestoredException(last, report.NextIndex);
        WriteVkey(key.Verifier);
        var origin = Journal.OriginHash(key.Verifier.Name);
        var snapshots = new SnapshotFiles(disk, place.Journal, origin);
        var index = new KeyIndex(disk, place.Journal, origin);
        var tree = last is null ? new TileTree() : TreeAt(last, journal, snapshots);
        var signer = new Signer(options, keys, key, old, snapshots, tree, kept, journal.OpenReader);
        if (last is not null)
            signer.Resume(last, keptLast);
        signedSize = () => signer.Size;
        var compact = tree.ToCompact();
        AddTail(compact, journal, report);
        return new TamperEvidentLog(journal, compact, signer, snapshots, index, report with { RewrittenLeaves = [] });
    }

    /// <summary>The log's key: the one that is there, or a new one for a new log.</summary>
    private SigningKey TakeKey()
    {
        var exists =
            disk.FileExists(place.VkeyFile) || disk.FileNames(place.Journal).Any(name => JournalFormat.TrySegmentIndex(name, out _));
        var key = keys.Load(place.KeyName);
        if (key is null && exists)
            throw new LogKeyException(
                $"This DATA has a log but {keys.Folder} holds no {place.KeyName}.key for it. Give its keys folder with --keys, or restore the key's backup."
            );
        key ??= keys.Create(place.KeyName, options.Origin ?? OriginPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        if (options.Origin is not null && options.Origin != key.Verifier.Name)
            throw new LogKeyException($"The origin is fixed at creation: it is {key.Verifier.Name}, the setting says {options.Origin}.");
        if (ReadVkeys() is { Length: > 0 } lines && lines[^1] != key.Verifier.ToString())
            throw new LogKeyException(
                $"The key in {keys.Folder} is not this log's: {place.VkeyFile} names {lines[^1]}, the key is {key.Verifier}."
            );
        return key;
    }

    private string[] ReadVkeys()
    {
        var bytes = DurableFile.ReadOrNull(disk, place.VkeyFile, VkeyFileBytesMax);
        return bytes is null ? [] : Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private void WriteVkey(VerifierKey key)
    {
        // written again at each start: after a sync that failed it can be read, and yet not be on the disk
        var bytes = DurableFile.ReadOrNull(disk, place.VkeyFile, VkeyFileBytesMax) ?? Encoding.UTF8.GetBytes($"{key}\n");
        DurableFile.Replace(disk, place.VkeyFile, bytes);
    }

    /// <summary>The keys folder may itself have come back from a backup: a checkpoint that this key has signed counts wherever it stands.</summary>
    private static Checkpoint? OwnCheckpoint((Checkpoint Checkpoint, SignedNote Note)? kept, SigningKey key, SigningKey? old) =>
        kept is { } last
        && last.Checkpoint.Origin == key.Verifier.Name
        && (last.Note.IsSignedBy(key.Verifier) || (old is not null && last.Note.IsSignedBy(old.Verifier)))
            ? last.Checkpoint
            : null;

    private static Checkpoint? Later(Checkpoint? one, Checkpoint? other) =>
        one is null || (other is not null && other.Size > one.Size) ? other : one;

    /// <summary>The tree at the last signed checkpoint, from the newest snapshot and the journal; from the journal alone when that misleads.</summary>
    private TileTree TreeAt(Checkpoint last, Journal journal, SnapshotFiles snapshots)
    {
        var snapshot = snapshots.Newest(TreeSnapshot.Kind, last.Size);
        var start = snapshot is { } found && TilesReach(found.Index) ? TreeSnapshot.Read(found.Index, found.State.Span) : null;
        var tree = start is null ? null : Extend(start, last.Size, journal);
        if (tree is null || tree.Root() != last.Root)
            tree = Extend(new TileTree(), last.Size, journal);
        return tree is not null && tree.Root() == last.Root ? tree : throw new LogRestoredException(last, journal.NextIndex);
    }

    /// <summary>Whether the last full tile below a snapshot is there; when somebody removed the tiles, all are made again.</summary>
    private bool TilesReach(ulong size) =>
        size < TileName.FullWidth
        || disk.FileExists(Path.Combine(place.Tlog, TileName.Hashes(0, (size / TileName.FullWidth) - 1, TileName.FullWidth)));

    private TileTree? Extend(TileTree start, ulong size, Journal journal)
    {
        var tiles = new TileFolder(disk, place.Tlog);
        using var reader = TreeReading.OpenAtBundle(tiles, start.Size, journal.OpenReader);
        if (TreeReading.Extend(start, size, reader, tiles, strictFrom: size) is { } problem)
            throw new JournalDamagedException(problem);
        tiles.RewritePartials(start);
        return start;
    }

    /// <summary>Recovery has just had the tail's leaves in its hands; those that it did not keep are read.</summary>
    private static void AddTail(CompactTree tree, Journal journal, RecoveryReport report)
    {
        if (tree.Size == report.NextIndex - report.RewrittenRecords)
        {
            foreach (var leaf in report.RewrittenLeaves)
                tree.Add(leaf);
        }
        using var reader = journal.OpenReader(tree.Size);
        for (var status = reader.Read(); status != ReadStatus.End; status = reader.Read())
        {
            if (status == ReadStatus.Damaged)
                throw new JournalDamagedException(reader.Problem!.Value);
            tree.Add(MerkleHash.Leaf(reader.Leaf));
        }
    }
}
