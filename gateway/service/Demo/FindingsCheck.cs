using System.Text.Json;

namespace TaserTelemetry.Gateway.Demo;

/// <summary>
/// The findings of the reconciliation against the file that stands beside the scenario, written by hand from the audit rules. A finding
/// is named by its rule and by the report or the device it is about.
/// </summary>
internal sealed record FindingsCheck(
    IReadOnlyList<FindingName> Found,
    IReadOnlyList<FindingName> Missing,
    IReadOnlyList<FindingName> Unexpected
)
{
    public static FindingsCheck Of(string resultFile, string expectedFile)
    {
        using var result = JsonDocument.Parse(File.ReadAllBytes(resultFile));
        using var expected = JsonDocument.Parse(File.ReadAllBytes(expectedFile));
        var rules = expected
            .RootElement.GetProperty("rulesChecked")
            .EnumerateArray()
            .Select(r => r.GetString()!)
            .ToHashSet(StringComparer.Ordinal);
        var open = result
            .RootElement.GetProperty("cases")
            .EnumerateArray()
            .Select(c => c.GetProperty("primary"))
            .Where(f => rules.Contains(f.GetProperty("rule").GetString()!))
            .ToList();
        var found = open.ConvertAll(NameOf);
        var missing = new List<FindingName>();
        foreach (var wanted in expected.RootElement.GetProperty("findings").EnumerateArray())
        {
            var at = open.FindIndex(f => Answers(f, wanted));
            if (at >= 0)
            {
                open.RemoveAt(at);
            }
            else
            {
                var about = wanted.TryGetProperty("report", out var report) ? report : wanted.GetProperty("device");
                missing.Add(new FindingName(wanted.GetProperty("rule").GetString()!, about.GetString()!));
            }
        }
        return new FindingsCheck(found, missing, open.ConvertAll(NameOf));
    }

    private static bool Answers(JsonElement finding, JsonElement wanted) =>
        finding.GetProperty("rule").GetString() == wanted.GetProperty("rule").GetString()
        && (
            wanted.TryGetProperty("report", out var report)
                ? Subjects(finding, "reports").Contains(report.GetString()!)
                : Subjects(finding, "devices").Contains(wanted.GetProperty("device").GetString()!)
        );

    private static FindingName NameOf(JsonElement finding) =>
        new(
            finding.GetProperty("rule").GetString()!,
            Subjects(finding, "reports").Concat(Subjects(finding, "devices")).FirstOrDefault() ?? ""
        );

    private static IEnumerable<string> Subjects(JsonElement finding, string kind) =>
        finding.GetProperty("subjects").TryGetProperty(kind, out var names) ? names.EnumerateArray().Select(n => n.GetString()!) : [];
}
