namespace TaserTelemetry.Ledger.Verifying;

/// <summary>Looks under DATA for private keys, which must never travel with it: in small files of any name, and by the usual names.</summary>
internal static class PrivateKeySearch
{
    private const int FileBytesMax = 64 << 10;
    private static readonly byte[][] Marks = ["PRIVATE+KEY+"u8.ToArray(), "PRIVATE KEY-----"u8.ToArray()];

    public static void Run(string data, ProblemList problems)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var path in Directory.EnumerateFiles(data, "*", options))
        {
            var name = Path.GetRelativePath(data, path);
            // The lock of live DATA holds a process id, and cannot be opened by others while it is held.
            if (name == "lock")
                continue;
            if (name.Contains("/tile/", StringComparison.Ordinal) || name.EndsWith(".seg", StringComparison.Ordinal) || !LooksPrivate(path))
                continue;
            problems.Add(
                VerifyArea.PrivateKey,
                name,
                null,
                null,
                "a private key lies under DATA: it belongs into the keys folder, and is to be held for compromised"
            );
        }
    }

    private static bool LooksPrivate(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length is 0 or > FileBytesMax)
            return false;
        var bytes = File.ReadAllBytes(path);
        return Marks.Any(mark => bytes.AsSpan().IndexOf(mark) >= 0);
    }
}
