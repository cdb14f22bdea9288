using System.Text;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Ledger.Signing;

/// <summary>
/// <c>checkpoints.log</c>: every signed note in the order of signing, each followed by an empty line (FORMAT.md clause 6). A note that
/// gathers cosignatures later stands there again with them.
/// </summary>
internal sealed class CheckpointsLog(IDisk disk, string path)
{
    private const int TailBytes = 2 * SignedNote.BytesMax;
    private long end;
    private bool nameIsDurable;

    /// <summary>
    /// The last whole note; null when there is none. A torn note at the end is cut off first: it was never published. The rest of the
    /// tail is written again: after a sync that failed it can be read, and yet not be on the disk.
    /// </summary>
    public (Checkpoint Checkpoint, SignedNote Note)? OpenLast()
    {
        if (!disk.FileExists(path))
            return null;
        byte[] tail;
        int whole;
        (Checkpoint, SignedNote)? last;
        using (var file = disk.Open(path, DiskAccess.ReadWrite))
        {
            var start = Math.Max(0, file.Length - TailBytes);
            tail = new byte[file.Length - start];
            file.Read(tail, start);
            whole = GoodBytes(tail, out last);
            end = start + whole;
            file.Write(tail.AsSpan(0, whole), start);
            file.Sync();
        }
        CutTornEnd();
        return last;
    }

    /// <summary>Appends a note; durable when it returns.</summary>
    public void Append(SignedNote note)
    {
        var isNew = !disk.FileExists(path);
        if (!isNew)
            CutTornEnd();
        var bytes = Encoding.UTF8.GetBytes(note + "\n");
        using (var file = disk.Open(path, isNew ? DiskAccess.CreateNew : DiskAccess.ReadWrite))
        {
            file.Write(bytes, end);
            file.Sync();
        }
        if (!nameIsDurable)
            disk.SyncFolder(Path.GetDirectoryName(path)!);
        nameIsDurable = true;
        end += bytes.Length;
    }

    /// <summary>A full disk or a crash may have left half a note behind the last whole one.</summary>
    private void CutTornEnd()
    {
        byte[] kept;
        using (var file = disk.Open(path, DiskAccess.Read))
        {
            if (file.Length == end)
                return;
            kept = new byte[end];
            file.Read(kept, 0);
        }
        DurableFile.Replace(disk, path, kept);
    }

    /// <summary>
    /// Length without what is torn, and the last note before that. A whole entry ends with a signature line and an empty line; one that
    /// ends so and cannot be read has lost a sector in its middle.
    /// </summary>
    private static int GoodBytes(ReadOnlySpan<byte> tail, out (Checkpoint, SignedNote)? last)
    {
        last = null;
        for (var end = EntryEnd(tail); end > 0; )
        {
            var start = EntryEnd(tail[..(end - 1)]);
            last = Checkpoint.ParseNote(tail[start..(end - 1)]);
            if (last is not null)
                return end;
            end = start;
        }
        return 0;
    }

    /// <summary>Offset behind the last signature line that an empty line follows; 0 when there is none.</summary>
    private static int EntryEnd(ReadOnlySpan<byte> tail)
    {
        for (var at = tail.LastIndexOf("\n\n"u8); at >= 0; at = tail[..(at + 1)].LastIndexOf("\n\n"u8))
        {
            var line = tail[..at];
            if (line[(line.LastIndexOf((byte)'\n') + 1)..].StartsWith("\u2014 "u8))
                return at + 2;
        }
        return 0;
    }
}
