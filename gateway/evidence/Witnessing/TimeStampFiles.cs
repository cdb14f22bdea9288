using System.Globalization;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Evidence.Witnessing;

/// <summary>
/// DATA/ledger/timestamps: for each day <c>{day}-{size}.tsr</c>, the authority's token, beside <c>{day}-{size}.checkpoint</c>, the note it
/// is over. Anybody can check the pair: <c>openssl ts -verify -in TOKEN -token_in -data CHECKPOINT -CAfile ROOTS</c>.
/// </summary>
public static class TimeStampFiles
{
    private const string TokenEnd = ".tsr";
    private const string NoteEnd = ".checkpoint";

    /// <summary>The folder of a log.</summary>
    public static string FolderOf(LogPlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return Path.Combine(place.Tlog, "timestamps");
    }

    /// <summary>Whether a day (yyyy-MM-dd, UTC) has its token.</summary>
    public static bool HasDay(string folder, string day) =>
        Directory.Exists(folder) && Directory.EnumerateFiles(folder, day + "-*" + TokenEnd).Any();

    /// <summary>Keeps a token with its checkpoint, durable when it returns; the token comes last, so that one that is there has its pair.</summary>
    /// <exception cref="DiskException">The disk's failure.</exception>
    public static void Keep(string folder, string day, ulong size, ReadOnlySpan<byte> note, ReadOnlySpan<byte> token)
    {
        var disk = new RealDisk();
        disk.CreateFolder(folder);
        var stem = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{day}-{size}"));
        Put(disk, stem + NoteEnd, note);
        Put(disk, stem + TokenEnd, token);
        disk.SyncFolder(folder);
    }

    /// <summary>Every pair that is there: the token's file name, token and note.</summary>
    public static IEnumerable<(string Name, byte[] Token, byte[] Note)> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }
        foreach (var token in Directory.EnumerateFiles(folder, "*" + TokenEnd).Order(StringComparer.Ordinal))
        {
            var note = Path.ChangeExtension(token, NoteEnd);
            if (File.Exists(note) && new FileInfo(token).Length <= TimeStamp.AnswerBytesMax)
            {
                yield return (Path.GetFileName(token), File.ReadAllBytes(token), File.ReadAllBytes(note));
            }
        }
    }

    private static void Put(RealDisk disk, string path, ReadOnlySpan<byte> bytes)
    {
        var staged = path + ".tmp";
        if (disk.FileExists(staged))
        {
            disk.Delete(staged);
        }
        using (var file = disk.Open(staged, DiskAccess.CreateNew))
        {
            file.Write(bytes, 0);
            file.Sync();
        }
        disk.Rename(staged, path);
    }
}
