using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>Brings the mirror up to the journal before the first append: missing segments, and all from the last checkpoint on that differ.</summary>
internal static class MirrorSync
{
    private const string CopyName = "mirror.tmp";

    public static void Run(IDisk disk, JournalOptions options, ulong compareFrom)
    {
        if (options.Mirror is null)
            return;
        foreach (var first in SegmentList.Read(disk, options.Folder))
        {
            var name = JournalFormat.SegmentName(first);
            using var primary = disk.Open(Path.Combine(options.Folder, name), DiskAccess.Read);
            if (!IsThere(disk, Path.Combine(options.Mirror, name), primary, first >= compareFrom))
                Copy(disk, primary, options.Mirror, name);
        }
    }

    private static bool IsThere(IDisk disk, string path, IDiskFile primary, bool compare)
    {
        if (!disk.FileExists(path))
            return false;
        using var twin = disk.Open(path, DiskAccess.Read);
        return twin.Length == primary.Length && (!compare || SameBytes(primary, twin));
    }

    private static bool SameBytes(IDiskFile one, IDiskFile other)
    {
        var a = new byte[256 << 10];
        var b = new byte[256 << 10];
        for (long offset = 0; ; )
        {
            var read = one.Read(a, offset);
            if (other.Read(b, offset) != read || !a.AsSpan(0, read).SequenceEqual(b.AsSpan(0, read)))
                return false;
            if (read == 0)
                return true;
            offset += read;
        }
    }

    private static void Copy(IDisk disk, IDiskFile primary, string mirror, string name)
    {
        var staged = Path.Combine(mirror, CopyName);
        using (var copy = disk.Open(staged, DiskAccess.CreateNew))
        {
            var chunk = new byte[256 << 10];
            long offset = 0;
            for (var read = primary.Read(chunk, 0); read > 0; read = primary.Read(chunk, offset))
            {
                copy.Write(chunk.AsSpan(0, read), offset);
                offset += read;
            }
            copy.Sync();
        }
        disk.Rename(staged, Path.Combine(mirror, name));
        disk.SyncFolder(mirror);
    }
}
