using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger;

/// <summary>
/// A copy of a log as it stands at its newest published checkpoint, made beside the writer if there is one: whole segments, the last one
/// cut behind the checkpoint's last group, tiles made anew from the copy and compared with the checkpoint's root. What is not signed for
/// yet stays out, since it may still be written again. No private key is read.
/// </summary>
public static class LogCopy
{
    /// <summary>Copies; durable when it returns.</summary>
    /// <param name="disk">The file system.</param>
    /// <param name="from">The log.</param>
    /// <param name="to">Folders that do not exist or are empty.</param>
    /// <returns>The checkpoint that the copy ends with; null, and nothing copied, when the log has none yet.</returns>
    /// <exception cref="JournalDamagedException">The copy does not lead to the checkpoint's root.</exception>
    /// <exception cref="DiskException">The disk's failure.</exception>
    public static Checkpoint? Run(IDisk disk, LogPlace from, LogPlace to)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (!disk.FileExists(from.CheckpointsLog))
            return null;
        disk.CreateFolder(to.Tlog);
        disk.CreateFolder(to.Journal);
        CopyFile(disk, from.CheckpointsLog, to.CheckpointsLog);
        // the writer may have been in the middle of a note: what is torn is cut off
        if (new CheckpointsLog(disk, to.CheckpointsLog).OpenLast() is not { } last)
            return null;
        DurableFile.Replace(disk, to.CheckpointFile, last.Note.ToBytes());
        CopyFile(disk, from.VkeyFile, to.VkeyFile);
        CopySegments(disk, from.Journal, to.Journal, last.Checkpoint.Size);
        MakeTiles(disk, to, last.Checkpoint);
        disk.SyncFolder(to.Tlog);
        disk.SyncFolder(to.Journal);
        return last.Checkpoint;
    }

    private static void CopySegments(IDisk disk, string from, string to, ulong size)
    {
        var segments = SegmentList.Read(disk, from).FindAll(first => first < size);
        for (var i = 0; i < segments.Count; i++)
        {
            var name = JournalFormat.SegmentName(segments[i]);
            if (i + 1 < segments.Count)
                CopyFile(disk, Path.Combine(from, name), Path.Combine(to, name));
            else
                CopyCut(disk, Path.Combine(from, name), Path.Combine(to, name), name, size);
        }
    }

    /// <summary>The last segment: what stands behind the checkpoint becomes free space.</summary>
    private static void CopyCut(IDisk disk, string from, string to, string name, ulong size)
    {
        using var source = disk.Open(from, DiskAccess.Read);
        long end = SegmentHeader.Bytes;
        var scan = SegmentScan.Again(source, name, size, (_, group) => end = group.NextIndex <= size ? group.End : end);
        if (scan.NextIndex != size)
            throw new JournalDamagedException(
                scan.Problem ?? new JournalProblem(name, end, scan.NextIndex, $"the journal ends before record {size}, which is signed for")
            );
        using var copy = disk.Open(to, DiskAccess.CreateNew);
        Copy(source, copy, end);
        var zeros = new byte[256 << 10];
        for (var offset = end; offset < source.Length; offset += zeros.Length)
            copy.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, source.Length - offset)), offset);
        copy.Sync();
    }

    private static void CopyFile(IDisk disk, string from, string to)
    {
        using var source = disk.Open(from, DiskAccess.Read);
        using var copy = disk.Open(to, DiskAccess.CreateNew);
        Copy(source, copy, source.Length);
        copy.Sync();
    }

    private static void Copy(IDiskFile source, IDiskFile copy, long bytes)
    {
        var chunk = new byte[1 << 20];
        for (long offset = 0; offset < bytes; )
        {
            var read = source.Read(chunk.AsSpan(0, (int)Math.Min(chunk.Length, bytes - offset)), offset);
            if (read == 0)
                return;
            copy.Write(chunk.AsSpan(0, read), offset);
            offset += read;
        }
    }

    private static void MakeTiles(IDisk disk, LogPlace place, Checkpoint checkpoint)
    {
        var tiles = new TileFolder(disk, place.Tlog);
        var tree = new TileTree();
        using var reader = TreeReading.OpenAtBundle(tiles, 0, from => JournalReader.Open(disk, place.Journal, from, checkpoint.Size));
        if (TreeReading.Extend(tree, checkpoint.Size, reader, tiles, strictFrom: checkpoint.Size) is { } problem)
            throw new JournalDamagedException(problem);
        if (tree.Root() != checkpoint.Root)
            throw new JournalDamagedException(
                new JournalProblem(
                    JournalFormat.SegmentName(0),
                    0,
                    checkpoint.Size,
                    $"the copy's root is {tree.Root()}, the checkpoint says {checkpoint.Root}"
                )
            );
        tiles.RewritePartials(tree);
        tiles.Sync();
    }
}
