using System.Text.Json;

namespace TaserTelemetry.Scoring.Findings;

/// <summary>One finding as result.json tells it.</summary>
internal sealed record Finding(
    string Rule,
    string Case,
    bool IsPrimary,
    string PrimaryRule,
    int Priority,
    string Wording,
    long FromMs,
    long ToMs
)
{
    public IReadOnlyList<string> Devices { get; init; } = [];

    public IReadOnlyList<string> Reports { get; init; } = [];

    public IReadOnlyList<string> Issues { get; init; } = [];

    public IReadOnlyList<string> Rows { get; init; } = [];

    public IReadOnlyList<(string Device, uint Epoch, ulong Sequence)> Records { get; init; } = [];
}

/// <summary>An activation as activations.csv lists it: what it was taken for, and the reports joined to it.</summary>
internal sealed record ListedActivation(string Device, uint Epoch, ulong Sequence, string Class, IReadOnlyList<string> Reports);

/// <summary>What became of a report.</summary>
internal sealed record ListedReport(string Id, string Outcome, string Reason);

/// <summary>The output of one reconciliation (schema taser-reconcile/1), as anyone may read it.</summary>
internal sealed record FindingsFile(
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<ListedActivation> Activations,
    IReadOnlyList<ListedReport> Reports
)
{
    public static FindingsFile Read(string folder)
    {
        using var stream = File.OpenRead(Path.Combine(folder, "result.json"));
        using var document = JsonDocument.Parse(stream);
        var findings = new List<Finding>();
        foreach (var item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var (id, primary) = (item.GetProperty("id").GetString()!, item.GetProperty("primary"));
            var rule = primary.GetProperty("rule").GetString()!;
            findings.Add(Read(primary, id, true, rule));
            findings.AddRange(item.GetProperty("consequences").EnumerateArray().Select(c => Read(c, id, false, rule)));
        }

        return new FindingsFile(
            findings,
            [.. Csv.Read(Path.Combine(folder, "activations.csv")).Select(Activation)],
            [
                .. document
                    .RootElement.GetProperty("reports")
                    .EnumerateArray()
                    .Select(r => new ListedReport(
                        r.GetProperty("reportId").GetString()!,
                        r.GetProperty("outcome").GetString()!,
                        r.GetProperty("reason").GetString()!
                    )),
            ]
        );
    }

    private static Finding Read(JsonElement e, string id, bool primary, string primaryRule)
    {
        var subjects = e.GetProperty("subjects");
        return new Finding(
            Told(e.GetProperty("rule").GetString()!),
            id,
            primary,
            primaryRule,
            e.GetProperty("priority").GetInt32(),
            e.GetProperty("wording").GetString()!,
            Time(e, "from"),
            Time(e, "to")
        )
        {
            Devices = Texts(subjects, "devices"),
            Reports = Texts(subjects, "reports"),
            Issues = Texts(subjects, "issues"),
            Rows = Texts(e, "rows"),
            Records =
            [
                .. e.GetProperty("facts")
                    .EnumerateArray()
                    .Select(f =>
                        (
                            f.GetProperty("device").GetString()! + (f.GetProperty("log").GetInt32() == 1 ? "" : "/pulse"),
                            f.GetProperty("epoch").GetUInt32(),
                            f.GetProperty("sequence").GetUInt64()
                        )
                    ),
            ],
        };
    }

    /// <summary>One record with two contents, or several: two rules for one cause, scored as one.</summary>
    private static string Told(string rule) => rule is "D08" or "D16" ? "D08/D16" : rule;

    private static ListedActivation Activation(IReadOnlyDictionary<string, string> row) =>
        new(
            row["Device"],
            uint.Parse(row["Epoch"].Split('-')[0], System.Globalization.CultureInfo.InvariantCulture),
            ulong.Parse(row["Sequence"], System.Globalization.CultureInfo.InvariantCulture),
            row["Class"],
            row["Reports"].Split("; ", StringSplitOptions.RemoveEmptyEntries)
        );

    private static long Time(JsonElement e, string name) =>
        e.TryGetProperty(name, out var time) ? time.GetDateTimeOffset().ToUnixTimeMilliseconds() : 0;

    private static string[] Texts(JsonElement e, string name) => [.. e.GetProperty(name).EnumerateArray().Select(v => v.GetString()!)];
}

/// <summary>RFC 4180, enough for what the auditor writes.</summary>
internal static class Csv
{
    public static IEnumerable<IReadOnlyDictionary<string, string>> Read(string path)
    {
        string[]? header = null;
        foreach (var cells in Rows(File.ReadAllText(path)))
        {
            if (header is null)
            {
                header = [.. cells];
                continue;
            }

            yield return header.Zip(cells).ToDictionary(p => p.First, p => p.Second);
        }
    }

    private static IEnumerable<List<string>> Rows(string text)
    {
        var (cells, cell, quoted) = (new List<string>(), new System.Text.StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted ? c != '"' : c is not ('"' or ',' or '\n' or '\r'))
            {
                cell.Append(c);
            }
            else if (c == '"')
            {
                var doubled = quoted && i + 1 < text.Length && text[i + 1] == '"';
                cell.Append(doubled ? "\"" : "");
                quoted = doubled || !quoted;
                i += doubled ? 1 : 0;
            }
            else if (c != '\r')
            {
                cells.Add(cell.ToString());
                cell.Clear();
                if (c == '\n')
                {
                    yield return cells;
                    cells = [];
                }
            }
        }
    }
}
