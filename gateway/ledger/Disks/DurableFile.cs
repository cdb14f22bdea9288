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
        byte[] bytes = [];
        return ReadInto(disk, path, bytesMax, ref bytes) is not (>= 0 and var read) ? null
            : read == bytes.Length ? bytes
            : bytes[..read];
    }

    /// <summary>The same into a buffer that is kept from file to file and grows to the largest: how many bytes, or -1 when there is no file.</summary>
    /// <exception cref="DiskException">Larger than the limit, or not readable.</exception>
    public static int ReadInto(IDisk disk, string path, int bytesMax, ref byte[] buffer)
    {
        if (!disk.FileExists(path))
            return -1;
        using var file = disk.Open(path, DiskAccess.Read);
        var length = file.Length;
        if (length > bytesMax)
            throw new DiskException(DiskFault.Failed, "read", path, $"it has {length} bytes, at most {bytesMax} are expected");
        if (buffer.Length < length)
            buffer = GC.AllocateUninitializedArray<byte>((int)length);
        return file.Read(buffer.AsSpan(0, (int)length), 0);
    }
}
