using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TaserTelemetry.Ledger.Disks;

/// <summary>
/// The Linux file system. This is the only file of the ledger that calls the C library: .NET offers neither fdatasync nor the fsync of
/// a folder, and its own File.Open adds flock and fadvise calls that would blur what the fault tests inject.
/// What is called, and nothing else: open, pread, pwrite, fdatasync, fstat (once a file, for its length), fsync (folders),
/// rename, unlink, rmdir, mkdir, syncfs, flock (the lock file), close. A folder is held open from the first change in it to its fsync: an error in between would
/// be lost to a descriptor that was opened later.
/// </summary>
public sealed class RealDisk : IDisk
{
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int Truncate = 0x200;
    private const int CloseOnExec = 0x80000;
    private const int FileMode = 0x1A0; // 0640: leaves are pseudonymous personal data
    private const int FolderMode = 0x1E8; // 0750
    private const int PrivateFileMode = 0x180; // 0600
    private const int PrivateFolderMode = 0x1C0; // 0700

    private const int LockShared = 1;
    private const int LockExclusive = 2;
    private const int LockOrFail = 4;
    private const int LockNone = 8;

    private readonly Dictionary<string, SafeFileHandle> changedFolders = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IDiskFile Open(string path, DiskAccess access)
    {
        var flags =
            CloseOnExec
            | access switch
            {
                DiskAccess.Read => ReadOnly,
                DiskAccess.ReadWrite => ReadWrite,
                _ => ReadWrite | Create | Exclusive,
            };
        if (access is DiskAccess.CreateNew or DiskAccess.CreatePrivate)
            HoldFolderOf(path);
        return new RealFile(OpenHandle(path, flags, access == DiskAccess.CreatePrivate ? PrivateFileMode : FileMode), path);
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> FileNames(string folder)
    {
        if (!Directory.Exists(folder))
            return [];
        var names = Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public void CreateFolder(string folder, bool isPrivate = false) =>
        MakeFolder(Path.GetFullPath(folder), isPrivate ? PrivateFolderMode : FolderMode, sync: true);

    /// <inheritdoc/>
    public void WriteDerived(string path, ReadOnlySpan<byte> bytes)
    {
        MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!, FolderMode, sync: false);
        var staged = path + ".tmp";
        using (var file = new RealFile(OpenHandle(staged, ReadWrite | Create | Truncate | CloseOnExec), staged))
            file.Write(bytes, 0);
        if (rename(staged, path) != 0)
            throw Failure("rename", path);
    }

    /// <inheritdoc/>
    public void DeleteFolder(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var name in FileNames(folder))
        {
            if (unlink(Path.Combine(folder, name)) != 0)
                throw Failure("unlink", Path.Combine(folder, name));
        }
        if (rmdir(folder) != 0)
            throw Failure("rmdir", folder);
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        HoldFolderOf(from);
        HoldFolderOf(to);
        if (rename(from, to) != 0)
            throw Failure("rename", to);
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        HoldFolderOf(path);
        if (unlink(path) != 0)
            throw Failure("unlink", path);
    }

    /// <inheritdoc/>
    public void SyncFolder(string folder)
    {
        var key = Path.GetFullPath(folder);
        SafeFileHandle? handle;
        lock (changedFolders)
        {
            if (!changedFolders.Remove(key, out handle))
                handle = OpenHandle(key, ReadOnly | CloseOnExec);
        }
        using (handle)
        {
            if (fsync(Descriptor(handle)) != 0)
                throw Failure("fsync", folder);
        }
    }

    /// <inheritdoc/>
    public void SyncFileSystem(string folder)
    {
        using var handle = OpenHandle(folder, ReadOnly | CloseOnExec);
        if (syncfs(Descriptor(handle)) != 0)
            throw Failure("syncfs", folder);
    }

    /// <summary>Opens or makes a file and takes an exclusive advisory lock on it (flock); null when another process holds it.</summary>
    internal static SafeFileHandle? TryLock(string path)
    {
        var handle = OpenHandle(path, ReadWrite | Create | CloseOnExec);
        if (flock(Descriptor(handle), LockExclusive | LockOrFail) == 0)
            return handle;
        handle.Dispose();
        return null;
    }

    /// <summary>Whether another process holds such a lock. A shared lock is tried and given back at once: a read-only file will do.</summary>
    internal static bool IsLocked(string path)
    {
        using var handle = OpenHandle(path, ReadOnly | CloseOnExec);
        if (flock(Descriptor(handle), LockShared | LockOrFail) != 0)
            return true;
        Unlock(handle);
        return false;
    }

    /// <summary>
    /// Gives a lock back. Closing the file alone would not, while a process that another thread starts stands between its fork and its
    /// exec: until then it has the same file open.
    /// </summary>
    internal static void Unlock(SafeFileHandle locked) => _ = flock(Descriptor(locked), LockNone);

    private static SafeFileHandle OpenHandle(string path, int flags, int mode = FileMode)
    {
        var descriptor = open(path, flags, mode);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("open", path);
    }

    private void MakeFolder(string folder, int mode, bool sync)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder)!;
        MakeFolder(parent, FolderMode, sync);
        if (sync)
            HoldFolder(parent);
        if (mkdir(folder, mode) != 0 && !Directory.Exists(folder))
            throw Failure("mkdir", folder);
        if (sync)
            SyncFolder(parent);
    }

    private void HoldFolderOf(string path) => HoldFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);

    private void HoldFolder(string folder)
    {
        lock (changedFolders)
        {
            if (!changedFolders.ContainsKey(folder))
                changedFolders.Add(folder, OpenHandle(folder, ReadOnly | CloseOnExec));
        }
    }

    private static int Descriptor(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private static DiskException Failure(string operation, string path)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new DiskException(FaultOf(errno), operation, path, Marshal.GetPInvokeErrorMessage(errno));
    }

    private static DiskFault FaultOf(int errno) =>
        errno switch
        {
            28 or 122 => DiskFault.Full,
            2 => DiskFault.NotFound,
            17 => DiskFault.Exists,
            1 or 13 or 30 => DiskFault.Denied,
            _ => DiskFault.Failed,
        };

    private sealed class RealFile(SafeFileHandle handle, string path) : IDiskFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> into, long offset)
        {
            var total = 0;
            while (total < into.Length)
            {
                int read;
                try
                {
                    read = RandomAccess.Read(handle, into[total..], offset + total);
                }
                catch (IOException e) when (e is not DiskException)
                {
                    throw new DiskException(FaultOf(e.HResult), "pread", path, e.Message);
                }
                if (read == 0)
                    break;
                total += read;
            }
            return total;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            try
            {
                RandomAccess.Write(handle, bytes, offset);
            }
            catch (IOException e) when (e is not DiskException)
            {
                throw new DiskException(FaultOf(e.HResult), "pwrite", path, e.Message);
            }
        }

        public void Sync()
        {
            if (fdatasync(Descriptor(handle)) != 0)
                throw Failure("fdatasync", path);
        }

        public void Dispose() => handle.Dispose();
    }

#pragma warning disable CA5392, SYSLIB1054, IDE1006 // libc is resolved by the system's own loader; LibraryImport needs unsafe code; C names are kept
    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", SetLastError = true)]
    private static extern int fdatasync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int syncfs(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int flock(int descriptor, int operation);

    [DllImport("libc", SetLastError = true)]
    private static extern int rename([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

    [DllImport("libc", SetLastError = true)]
    private static extern int unlink([MarshalAs(UnmanagedType.LPUTF8Str)] string path);

    [DllImport("libc", SetLastError = true)]
    private static extern int rmdir([MarshalAs(UnmanagedType.LPUTF8Str)] string path);

    [DllImport("libc", SetLastError = true)]
    private static extern int mkdir([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode);
#pragma warning restore CA5392, SYSLIB1054, IDE1006
}
