using System.Globalization;

namespace TaserTelemetry.Evidence.Bundles;

/// <summary>Names and limits of the files in a bundle.</summary>
internal static class BundleFiles
{
    public const string Manifest = "bundle.json";
    public const string Readme = "README.txt";
    public const string View = "view.html";
    public const string Checkpoint = "checkpoint.txt";
    public const string Vkey = "log.vkey";
    public const string Policy = "policy.txt";
    public const string KnownFaults = "known-faults.json";
    public const string CheckPython = "checks/check.py";
    public const string CheckShell = "checks/check.sh";

    /// <summary>Bytes of a file that is read whole.</summary>
    public const long FileBytesMax = 256L << 20;

    /// <summary>Bytes of one leaf, salt, frame or proof.</summary>
    public const long PartBytesMax = 2L << 20;

    public static string Leaf(ulong index) => Name("leaves", index, "leaf");

    public static string Salt(ulong index) => Name("salts", index, "salt");

    public static string Received(ulong index) => Name("received", index, "bin");

    public static string Proof(ulong index) => Name("proofs", index, "tlog-proof");

    /// <summary>A check script that travels with every bundle.</summary>
    public static string Script(string name)
    {
        using var stream = typeof(BundleFiles).Assembly.GetManifestResourceStream(name);
        using var reader = new StreamReader(stream ?? throw new InvalidOperationException($"{name} is not built into this program."));
        return reader.ReadToEnd();
    }

    private static string Name(string folder, ulong index, string extension) =>
        string.Create(CultureInfo.InvariantCulture, $"{folder}/{index:D20}.{extension}");
}
