using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger;

/// <summary>
/// DATA/lock: whoever writes to a DATA folder holds it, with its process id inside. The kernel lets go of it when the process ends,
/// however it ends. DATA is live while it is held, otherwise it is a copy.
/// </summary>
public sealed class DataLock : IDisposable
{
    private readonly SafeFileHandle handle;

    private DataLock(SafeFileHandle handle) => this.handle = handle;

    /// <summary>Takes the lock of a DATA folder, making the folder; null when another process holds it.</summary>
    /// <param name="data">The DATA folder.</param>
    /// <param name="holder">The process id that the holder wrote; 0 when it is not known, or when the lock was taken.</param>
    public static DataLock? TryTake(string data, out int holder)
    {
        holder = 0;
        new RealDisk().CreateFolder(data);
        var path = Path.Combine(data, "lock");
        if (RealDisk.TryLock(path) is not { } handle)
        {
            holder = ReadHolder(path);
            return null;
        }
        RandomAccess.SetLength(handle, 0);
        RandomAccess.Write(handle, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")), 0);
        return new DataLock(handle);
    }

    /// <summary>Process id of whoever holds the DATA folder now; null when nobody does: it is a copy, or stopped. Takes nothing.</summary>
    public static int? HolderOf(string data)
    {
        var path = Path.Combine(data, "lock");
        if (!File.Exists(path))
            return null;
        return RealDisk.IsLocked(path) ? ReadHolder(path) : null;
    }

    /// <summary>Lets go of it. The file stays.</summary>
    public void Dispose()
    {
        if (handle.IsClosed)
            return;
        RealDisk.Unlock(handle);
        handle.Dispose();
    }

    private static int ReadHolder(string path)
    {
        using var file = new RealDisk().Open(path, DiskAccess.Read);
        Span<byte> bytes = stackalloc byte[16];
        var text = Encoding.ASCII.GetString(bytes[..file.Read(bytes, 0)]);
        return int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0;
    }
}
