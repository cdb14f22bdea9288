using System.Text.Json;
using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Gateway.TimeSeries.Following;

/// <summary>
/// How far a store outside DATA is filled: one small file in DATA/cursors, replaced whole (written beside, fsynced, renamed, folder
/// fsynced), so that after a power cut it holds the old position or the new one. A lost or older cursor costs repeated points, which
/// change nothing; one that is too new would cost points, so it is written only after the server has accepted.
/// </summary>
/// <param name="disk">Where.</param>
/// <param name="folder">DATA/cursors.</param>
/// <param name="name">Name of the store.</param>
/// <param name="journal">The ledger's origin: a position in another journal means nothing here.</param>
/// <param name="target">The server and database: a position in another one means nothing either.</param>
internal sealed class Cursor(IDisk disk, string folder, string name, string journal, string target)
{
    private const int BytesMax = 4_096;
    private readonly string _path = Path.Combine(folder, name + ".cursor");

    private sealed record Content(int Schema, string Journal, string Target, ulong NextLeaf);

    /// <summary>
    /// The position; 0 when there is no file, when it cannot be read, or when it belongs to another journal or target: what is filled
    /// twice is right, what is filled half is not.
    /// </summary>
    public ulong Read()
    {
        if (!disk.FileExists(_path))
        {
            return 0;
        }
        using var file = disk.Open(_path, DiskAccess.Read);
        var bytes = new byte[BytesMax];
        var read = file.Read(bytes, 0);
        try
        {
            var content = JsonSerializer.Deserialize<Content>(bytes.AsSpan(0, read));
            return content is { Schema: 1 } && content.Journal == journal && content.Target == target ? content.NextLeaf : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    /// <exception cref="DiskException">Not written; the old position stands.</exception>
    public void Write(ulong nextLeaf)
    {
        disk.CreateFolder(folder);
        var beside = _path + ".new";
        if (disk.FileExists(beside))
        {
            disk.Delete(beside);
        }
        using (var file = disk.Open(beside, DiskAccess.CreateNew))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(new Content(1, journal, target, nextLeaf)), 0);
            file.Sync();
        }
        disk.Rename(beside, _path);
        disk.SyncFolder(folder);
    }

    /// <summary>Forgets the position; a cut in power may bring it back, which costs nothing but the wish to begin anew.</summary>
    public void Delete()
    {
        if (disk.FileExists(_path))
        {
            disk.Delete(_path);
            disk.SyncFolder(folder);
        }
    }
}
