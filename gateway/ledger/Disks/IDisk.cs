namespace TaserTelemetry.Ledger.Disks;

/// <summary>How a file is opened.</summary>
public enum DiskAccess
{
    /// <summary>An existing file, to be read.</summary>
    Read,

    /// <summary>An existing file, to be read and written.</summary>
    ReadWrite,

    /// <summary>A file that must not exist yet; it is made empty, for reading and writing.</summary>
    CreateNew,

    /// <summary>As <see cref="CreateNew"/>, readable by the owner alone.</summary>
    CreatePrivate,
}

/// <summary>
/// Everything the ledger asks of a file system, and nothing more, so that the crash tests can stand a simulated disk in the place
/// of the real one. Every failure is a <see cref="DiskException"/>. Paths are used as they are given.
/// </summary>
public interface IDisk
{
    /// <summary>Opens a file. A new file is durable only after its own <see cref="IDiskFile.Sync"/> and its folder's <see cref="SyncFolder"/>.</summary>
    IDiskFile Open(string path, DiskAccess access);

    /// <summary>Whether a file of that name exists; false for a folder.</summary>
    bool FileExists(string path);

    /// <summary>Names (not paths) of the files in a folder, sorted by ordinal; empty when the folder does not exist.</summary>
    IReadOnlyList<string> FileNames(string folder);

    /// <summary>
    /// Makes the folder and every missing one above it, and syncs each parent. An existing folder is left alone. A private one can be
    /// entered by the owner alone.
    /// </summary>
    void CreateFolder(string folder, bool isPrivate = false);

    /// <summary>
    /// Writes a whole file that can be derived again, making its folders: temporary name, rename, no sync. After a crash it may be old,
    /// new, short or missing.
    /// </summary>
    void WriteDerived(string path, ReadOnlySpan<byte> bytes);

    /// <summary>Removes a folder and the files in it; does nothing when there is none. No sync.</summary>
    void DeleteFolder(string folder);

    /// <summary>rename(2): replaces what stands at <paramref name="to"/> in one step.</summary>
    void Rename(string from, string to);

    /// <summary>unlink(2).</summary>
    void Delete(string path);

    /// <summary>fsync(2) of a folder: names made, replaced or removed in it are durable afterwards.</summary>
    void SyncFolder(string folder);

    /// <summary>syncfs(2): everything written to the file system of that folder is durable afterwards.</summary>
    void SyncFileSystem(string folder);
}

/// <summary>One open file. Offsets and lengths are in bytes. Not safe for two writers; a reader beside one writer is fine.</summary>
public interface IDiskFile : IDisposable
{
    /// <summary>Length now.</summary>
    long Length { get; }

    /// <summary>Reads until the span is full or the file ends; returns how many bytes.</summary>
    int Read(Span<byte> into, long offset);

    /// <summary>Writes the whole span. Afterwards the bytes can be read back, and may be lost until <see cref="Sync"/> returns.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>fdatasync(2): bytes written before are durable when it returns. A failure says that nothing is known: never try again.</summary>
    void Sync();
}
