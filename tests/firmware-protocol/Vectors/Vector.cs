using System.Globalization;

namespace TaserTelemetry.FirmwareProtocol.Tests.Vectors;

/// <summary>One vector of tests/vectors; the format stands in the README there.</summary>
internal sealed record Vector(
    string Name,
    string Kind,
    int Limit,
    string Expect,
    int? At,
    uint? Marks,
    bool Extended,
    string? Says,
    byte[] Bytes,
    IReadOnlyList<(string Field, int Bytes)> Fields
)
{
    private static readonly Lazy<IReadOnlyList<Vector>> Read = new(() => [.. Files().SelectMany(Parse)]);

    public static IReadOnlyList<Vector> All => Read.Value;

    public static string Folder { get; } = FindFolder();

    public override string ToString() => Name;

    private static IEnumerable<string> Files() => Directory.GetFiles(Folder, "*.txt").Order(StringComparer.Ordinal);

    private static string FindFolder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "tests", "vectors");
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException("tests/vectors is not above the test binaries.");
    }

    private static IEnumerable<Vector> Parse(string path)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        var bytes = new List<byte>();
        var fields = new List<(string, int)>();
        var inHex = false;
        foreach (var line in File.ReadLines(path))
        {
            if (inHex && line != "end")
            {
                TakeHex(line, bytes, fields);
            }
            else if (line == "end")
            {
                yield return Make(words, [.. bytes], [.. fields]);
                words.Clear();
                bytes.Clear();
                fields.Clear();
                inHex = false;
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                var parts = line.Split(' ', 2);
                inHex = parts[0] == "hex";
                words[parts[0]] = parts.Length > 1 ? parts[1] : "";
            }
        }
    }

    private static void TakeHex(string line, List<byte> bytes, List<(string, int)> fields)
    {
        var parts = line.Split('|', 2);
        var row = Convert.FromHexString(parts[0].Replace(" ", "", StringComparison.Ordinal));
        bytes.AddRange(row);
        var field = parts[1].Trim();
        if (field.Length > 0)
        {
            fields.Add((field.Replace(" (none)", "", StringComparison.Ordinal), row.Length));
        }
        else
        {
            fields[^1] = (fields[^1].Item1, fields[^1].Item2 + row.Length);
        }
    }

    private static Vector Make(Dictionary<string, string> words, byte[] bytes, IReadOnlyList<(string, int)> fields) =>
        new(
            words["vector"],
            words["kind"],
            int.Parse(words["limit"], CultureInfo.InvariantCulture),
            words["expect"],
            words.TryGetValue("at", out var at) ? int.Parse(at, CultureInfo.InvariantCulture) : null,
            words.TryGetValue("marks", out var marks) ? uint.Parse(marks, NumberStyles.HexNumber, CultureInfo.InvariantCulture) : null,
            words.ContainsKey("extended"),
            words.GetValueOrDefault("says"),
            bytes,
            fields
        );
}
