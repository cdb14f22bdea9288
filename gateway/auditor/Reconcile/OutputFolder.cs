using System.Security.Cryptography;

namespace TaserTelemetry.Auditor.Reconcile;

/// <summary>One file that was written.</summary>
internal sealed record OutputFile(string File, long Bytes, string Sha256);

/// <summary>Where results go. Files are whole or not there: each is written beside and renamed.</summary>
internal sealed class OutputFolder
{
    private const string RunFile = "run.json";
    private readonly string folder;
    private readonly List<OutputFile> files = [];

    public OutputFolder(string folder)
    {
        this.folder = folder;
        Directory.CreateDirectory(folder);
        // An earlier run is no run any more once its files are being replaced.
        File.Delete(Path.Combine(folder, RunFile));
    }

    public IReadOnlyList<OutputFile> Files => files;

    public string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>Why a folder cannot take results; null when it can.</summary>
    public static string? Refuse(string folder)
    {
        if (File.Exists(folder))
        {
            return $"--out {folder} is a file; give a folder.";
        }
        var taken =
            Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !File.Exists(Path.Combine(folder, RunFile));
        return taken ? $"--out {folder} holds other files; give a new or empty folder, or one of an earlier run." : null;
    }

    public void Write(string name, Action<Stream> write)
    {
        var path = PathOf(name);
        var temporary = path + ".part";
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite))
        {
            write(stream);
            stream.Flush();
            stream.Position = 0;
            files.Add(new OutputFile(name, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream))));
        }
        File.Move(temporary, path, overwrite: true);
    }
}
