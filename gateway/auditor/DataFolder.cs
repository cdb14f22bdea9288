using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Auditor;

/// <summary>A DATA folder that was looked at: there, readable, and holding a ledger. Nothing is written and no lock is taken.</summary>
/// <param name="Path">As it was named.</param>
/// <param name="HolderPid">Process that holds the lock; null = a copy, or stopped; 0 = held by a process not known.</param>
internal sealed record DataFolder(string Path, int? HolderPid)
{
    public bool IsLive => HolderPid is not null;

    public LogPlace Ledger => LogPlace.Ledger(Path);

    public LogPlace Access => LogPlace.Access(Path);

    public bool HasAccessLog => Directory.Exists(Access.Journal);

    /// <summary>Looks at a folder; the second answer is why it cannot be used, and what to do.</summary>
    public static (DataFolder? Folder, string Why) Look(string path)
    {
        try
        {
            return LookUnguarded(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{path} cannot be read: {e.Message} Run as a user who may read it, or audit a copy.");
        }
    }

    private static (DataFolder?, string) LookUnguarded(string path)
    {
        if (File.Exists(path))
        {
            return (null, $"{path} is a file; give the DATA folder that holds 'journal' and 'ledger'.");
        }
        if (!Directory.Exists(path))
        {
            return (null, $"{path} does not exist. Give the gateway's DATA folder, or a copy of it.");
        }
        if (!Directory.EnumerateFileSystemEntries(path).Any())
        {
            return (null, $"{path} is empty. A DATA folder holds 'journal' and 'ledger'.");
        }
        var journal = LogPlace.Ledger(path).Journal;
        if (!Directory.Exists(journal))
        {
            return (null, $"{path} holds no 'journal' folder, so it is no DATA folder.{Hint(path)}");
        }
        if (!Directory.EnumerateFiles(journal, "*.seg").Any())
        {
            return (null, $"{journal} holds no segment (*.seg): nothing was ever recorded there, or all of it is gone.");
        }
        return (new DataFolder(path, DataLock.HolderOf(path)), "");
    }

    private static string Hint(string path)
    {
        if (System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(path)) is "journal" or "ledger")
        {
            return $" Did you mean {System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))}?";
        }
        var below = Directory.EnumerateDirectories(path).FirstOrDefault(d => Directory.Exists(LogPlace.Ledger(d).Journal));
        return below is null ? "" : $" Did you mean {below}?";
    }
}
