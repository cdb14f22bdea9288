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

    /// <summary>The last whole note; null when there is none. A torn note at the end is cut off first: it was never published.</summary>
    public (Checkpoint Checkpoint, SignedNote Note)? OpenLast()
    {
        if (!disk.FileExists(path))
            return null;
        using var file = disk.Open(path, DiskAccess.Read);
        var start = Math.Max(0, file.Length - TailBytes);
        var tail = new byte[file.Length - start];
        file.Read(tail, start);
        var whole = WholeBytes(tail);
        if (whole < tail.Length)
            CutTo(file, start + whole);
        return LastNote(tail.AsSpan(0, whole));
    }

    /// <summary>Appends a note; durable when it returns.</summary>
    public void Append(SignedNote note)
    {
        var isNew = !disk.FileExists(path);
        using (var file = disk.Open(path, isNew ? DiskAccess.CreateNew : DiskAccess.ReadWrite))
        {
            file.Write(Encoding.UTF8.GetBytes(note + "\n"), file.Length);
            file.Sync();
        }
        if (isNew)
            disk.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Length without the torn rest: a whole entry ends with a signature line and an empty line.</summary>
    private static int WholeBytes(ReadOnlySpan<byte> tail)
    {
        while (tail.Length > 0)
        {
            var end = tail.LastIndexOf("\n\n"u8);
            if (end < 0)
                return 0;
            var line = tail[..end];
            line = line[(line.LastIndexOf((byte)'\n') + 1)..];
            if (line.StartsWith("\u2014 "u8))
                return end + 2;
            tail = tail[..(end + 1)];
        }
        return 0;
    }

    private static (Checkpoint, SignedNote)? LastNote(ReadOnlySpan<byte> whole)
    {
        if (whole.IsEmpty)
            return null;
        var notes = whole[..^1];
        // the note begins behind the empty line that ended the one before: the second last pair of newlines that follows a signature line
        var from = 0;
        for (var at = notes[..^1].LastIndexOf("\n\n"u8); at >= 0; at = notes[..at].LastIndexOf("\n\n"u8))
        {
            var line = notes[..at];
            if (line[(line.LastIndexOf((byte)'\n') + 1)..].StartsWith("\u2014 "u8))
            {
                from = at + 2;
                break;
            }
        }
        return Checkpoint.ParseNote(notes[from..]);
    }

    private void CutTo(IDiskFile file, long length)
    {
        var kept = new byte[length];
        file.Read(kept, 0);
        DurableFile.Replace(disk, path, kept);
    }
}
