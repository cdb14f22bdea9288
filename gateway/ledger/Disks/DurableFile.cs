namespace TaserTelemetry.Ledger.Disks;

/// <summary>Whole small files, durable when the call returns.</summary>
internal static class DurableFile
{
    /// <summary>Writes a temporary file, syncs it, renames it over the name, syncs the folder: old or new, never half.</summary>
    public static void Replace(IDisk disk, string path, ReadOnlySpan<byte> bytes, bool isPrivate = false)
    {
        var staged = path + ".tmp";
        if (disk.FileExists(staged))
            disk.Delete(staged);
        using (var file = disk.Open(staged, isPrivate ? DiskAccess.CreatePrivate : DiskAccess.CreateNew))
        {
            file.Write(bytes, 0);
            file.Sync();
        }
        disk.Rename(staged, path);
        disk.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>All bytes of a small file; null when it does not exist.</summary>
    /// <exception cref="DiskException">Larger than the limit, or not readable.</exception>
    public static byte[]? ReadOrNull(IDisk disk, string path, int bytesMax)
    {
        if (!disk.FileExists(path))
            return null;
        using var file = disk.Open(path, DiskAccess.Read);
        var length = file.Length;
        if (length > bytesMax)
            throw new DiskException(DiskFault.Failed, "read", path, $"it has {length} bytes, at most {bytesMax} are expected");
        var bytes = new byte[length];
        var read = file.Read(bytes, 0);
        return read == length ? bytes : bytes[..read];
    }
}
