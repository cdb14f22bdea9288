using System.Xml.Linq;

namespace TaserTelemetry.HouseRules.Tests;

/// <summary>Which project may know which: the design's own list, held against the project files.</summary>
internal static class ProjectGraph
{
    private static readonly string[] Four = ["firmware-protocol", "gateway/evidence", "gateway/ledger", "gateway/reconciler"];

    /// <summary>Folder of a project to the folders it references. Tests may reference what they test.</summary>
    public static readonly Dictionary<string, string[]> Design = new(StringComparer.Ordinal)
    {
        ["firmware-protocol"] = [],
        ["gateway/ledger"] = [],
        ["gateway/reconciler"] = ["firmware-protocol"],
        ["gateway/evidence"] = ["firmware-protocol", "gateway/ledger", "gateway/reconciler"],
        ["gateway/service"] = Four,
        ["gateway/auditor"] = Four,
        ["simulator"] = ["firmware-protocol"],
    };

    /// <summary>The graph as it stands, without references that only fix the order of the build.</summary>
    public static Dictionary<string, string[]> Read() =>
        Tree
            .Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) && !path.StartsWith("tests/", StringComparison.Ordinal))
            .ToDictionary(Folder, path => References(path, buildOrderOnly: false), StringComparer.Ordinal);

    public static string[] References(string project, bool buildOrderOnly) =>
        [
            .. XDocument
                .Parse(Tree.Read(project))
                .Descendants("ProjectReference")
                .Where(reference => (reference.Attribute("ReferenceOutputAssembly")?.Value == "false") == buildOrderOnly)
                .Select(reference =>
                    Folder(Path.GetFullPath(Path.Combine("/", Folder(project), reference.Attribute("Include")!.Value))[1..])
                )
                .Order(StringComparer.Ordinal),
        ];

    public static string[] Packages(string project) =>
        [.. XDocument.Parse(Tree.Read(project)).Descendants("PackageReference").Select(package => package.Attribute("Include")!.Value)];

    public static IEnumerable<string> Differences(Dictionary<string, string[]> graph)
    {
        foreach (var (project, allowed) in Design)
        {
            var found = graph.GetValueOrDefault(project);
            if (found is null || !found.SequenceEqual(allowed))
            {
                yield return $"{project} references [{string.Join(", ", found ?? ["no such project"])}]; the design says [{string.Join(", ", allowed)}]";
            }
        }
        foreach (var project in graph.Keys.Except(Design.Keys))
        {
            yield return $"{project} is a project that the design does not know";
        }
    }

    public static string Folder(string path) => Path.GetDirectoryName(path)!.Replace('\\', '/');
}
