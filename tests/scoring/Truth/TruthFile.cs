using System.Text.Json;

namespace TaserTelemetry.Scoring.Truth;

/// <summary>Reads the truth file (simulator/TRUTH.md, schema taser-sim-truth/1) and nothing else.</summary>
internal static class TruthFile
{
    public static TrueWorld Read(string path)
    {
        using var stream = File.OpenRead(path);
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        if (root.GetProperty("schema").GetString() != "taser-sim-truth/1")
        {
            throw new InvalidDataException($"{path} is no truth file of schema taser-sim-truth/1.");
        }

        return new TrueWorld
        {
            Scenario = root.GetProperty("scenario").GetString()!,
            StartMs = root.GetProperty("startUtcMs").GetInt64(),
            EndMs = root.GetProperty("endUtcMs").GetInt64(),
            Devices = List(root, "devices", ReadDevice).ToDictionary(d => d.Serial),
            Activations = List(root, "activations", ReadActivation),
            Uses = List(root, "uses", ReadUse),
            Issues = List(root, "issues", ReadIssue),
            Training = List(
                root,
                "training",
                e => new TrainingDay(Text(e, "id"), Number(e, "fromUtcMs"), Number(e, "toUtcMs"), Texts(e, "devices"))
            ),
            Mishaps = List(root, "unintentional", e => new Mishap(Text(e, "id"), (int)Number(e, "activation"), Text(e, "where"))),
            Checks = List(root, "checks", e => new Check(Text(e, "device"), Number(e, "fromUtcMs"), Number(e, "toUtcMs"))),
            Changes = List(root, "changes", e => new Change(Text(e, "id"), Text(e, "device"), Text(e, "what"), Number(e, "utcMs"))),
            Notes = List(root, "notes", e => new Note(Text(e, "device"), Text(e, "kind"), Number(e, "fromUtcMs"))),
            Docks = List(root, "docks", e => (Text(e, "name"), Text(e, "clock"))),
            Faults = List(root, "faults", e => new Fault(Text(e, "device"), Text(e, "what"), Number(e, "utcMs"))),
            Visits = List(
                root,
                "visits",
                e => new Visit((int)Number(e, "id"), Text(e, "device"), Text(e, "carrier"), Number(e, "utcMs"), Number(e, "clockErrorMs"))
            ),
            Heads = ListAny(root, "heads", ReadHead),
            Receipts = ListAny(root, "receipts", ReadReceipt),
            Translations = ListAny(root, "translations", ReadTranslation),
            Logs = List(root, "logs", ReadLog),
            Papers = Papers(root).ToDictionary(p => p.Name),
            LogAlterations = List(root, "corruptions", e => (Document: Text(e, "document"), Row: Text(e, "row"), Cause: Text(e, "cause")))
                .Where(c => c.Document == "log")
                .Select(c =>
                    (c.Row, int.Parse(c.Cause[(c.Cause.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture))
                )
                .ToList(),
        }.Index();
    }

    private static Issue ReadIssue(JsonElement e) =>
        new(Text(e, "id"), Text(e, "device"), Text(e, "officer"), Text(e, "purpose"), Number(e, "issuedUtcMs"), Number(e, "returnedUtcMs"));

    private static Head ReadHead(JsonElement e) =>
        new((int)Number(e, "visit"), Text(e, "device"), Text(e, "log"), e.GetProperty("epoch").GetUInt32(), ReadRange(e), Text(e, "made"));

    private static ShownReceipt ReadReceipt(JsonElement e) =>
        new((int)Number(e, "visit"), Text(e, "device"), e.GetProperty("forgotten").GetBoolean());

    private static Translation ReadTranslation(JsonElement e) =>
        new((int)Number(e, "visit"), Text(e, "device"), e.GetProperty("differing").GetArrayLength());

    private static Device ReadDevice(JsonElement e) =>
        new(
            Text(e, "serial"),
            Text(e, "model"),
            Text(e, "armoury"),
            Number(e, "durationUnitMs"),
            e.GetProperty("clockDriftPpm").GetDouble(),
            e.GetProperty("logTravelsInPack").GetBoolean()
        );

    private static Activation ReadActivation(JsonElement e) =>
        new(
            (int)Number(e, "id"),
            Text(e, "device"),
            Number(e, "startUtcMs"),
            Number(e, "durationMs"),
            Text(e, "purpose"),
            e.GetProperty("deployed").GetBoolean(),
            Text(e, "officer"),
            e.TryGetProperty("use", out var use) ? use.GetInt32() : 0,
            e.GetProperty("epoch").GetUInt32(),
            [.. e.GetProperty("sequences").EnumerateArray().Select(s => s.GetUInt64())]
        )
        {
            Logged = Text(e, "logged"),
        };

    private static Use ReadUse(JsonElement e) =>
        new(
            (int)Number(e, "id"),
            Text(e, "incident"),
            Text(e, "issue"),
            Text(e, "officer"),
            Text(e, "device"),
            Text(e, "level"),
            Number(e, "startUtcMs"),
            Number(e, "endUtcMs"),
            [.. e.GetProperty("activations").EnumerateArray().Select(a => a.GetInt32())],
            Texts(e, "cartridgesFired")
        )
        {
            Believed = Text(e, "deviceBelieved"),
        };

    private static DeviceLog ReadLog(JsonElement e) =>
        new(
            Text(e, "device"),
            Text(e, "log"),
            e.GetProperty("epoch").GetUInt32(),
            e.GetProperty("first").GetUInt64(),
            [.. e.GetProperty("utcMs").EnumerateArray().Select(v => v.GetInt64())],
            [.. e.GetProperty("code").EnumerateArray().Select(v => v.GetInt32())],
            [.. e.GetProperty("delivered").EnumerateArray().Select(ReadRange)],
            [.. e.GetProperty("lost").EnumerateArray().Select(r => (ReadRange(r), Text(r, "why")))]
        );

    private static SequenceRun ReadRange(JsonElement e) => new(e.GetProperty("first").GetUInt64(), e.GetProperty("count").GetUInt64());

    /// <summary>Documents with their slips put in: what was written is what should have read, altered as the corruptions say.</summary>
    private static IEnumerable<Paper> Papers(JsonElement root)
    {
        var slips = root.GetProperty("corruptions")
            .EnumerateArray()
            .ToLookup(e => (Text(e, "document"), e.GetProperty("index").GetInt32()), e => (Text(e, "field"), After(e)));
        foreach (var document in root.GetProperty("documents").EnumerateArray())
        {
            var name = Text(document, "name");
            string[] columns = [.. document.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!)];
            var rows = new List<PaperRow>();
            var line = 1;
            foreach (var cells in document.GetProperty("rows").EnumerateArray())
            {
                string[] truth = [.. cells.EnumerateArray().Select(c => c.GetString()!)];
                var written = Written(truth, columns, slips[(name, rows.Count)]);
                rows.Add(new PaperRow(rows.Count, truth, written) { Line = written is null ? 0 : ++line });
            }

            yield return new Paper(name, columns, [.. rows]);
        }
    }

    private static string[]? Written(string[] truth, string[] columns, IEnumerable<(string Field, string? After)> slips)
    {
        var written = truth;
        foreach (var (field, after) in slips)
        {
            if (field == "*" && after is null)
            {
                return null;
            }

            if (ReferenceEquals(written, truth))
            {
                written = [.. truth];
            }

            written[Array.IndexOf(columns, field)] = after ?? "";
        }

        return written;
    }

    private static string? After(JsonElement e) =>
        e.TryGetProperty("after", out var after) && after.ValueKind == JsonValueKind.String ? after.GetString() : null;

    private static List<T> List<T>(JsonElement root, string name, Func<JsonElement, T> read) =>
        [.. root.GetProperty(name).EnumerateArray().Select(read)];

    /// <summary>A list that stands only where there is one.</summary>
    private static List<T> ListAny<T>(JsonElement root, string name, Func<JsonElement, T> read) =>
        root.TryGetProperty(name, out _) ? List(root, name, read) : [];

    private static string Text(JsonElement e, string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string[] Texts(JsonElement e, string name) => [.. e.GetProperty(name).EnumerateArray().Select(v => v.GetString()!)];

    private static long Number(JsonElement e, string name) => e.GetProperty(name).GetInt64();
}
