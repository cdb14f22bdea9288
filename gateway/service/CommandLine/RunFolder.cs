using System.Security.Cryptography;
using System.Text.Json;
using TaserTelemetry.Evidence.Judgements;
using TaserTelemetry.Evidence.Leaves;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>The output folder of a run of taser-audit reconcile, as far as decisions and run leaves need it.</summary>
internal sealed class RunFolder : IDisposable
{
    private const int FileBytesMax = 1 << 30;
    private readonly JsonDocument run;
    private readonly JsonDocument result;

    private RunFolder(JsonDocument run, JsonDocument result) => (this.run, this.result) = (run, result);

    public JsonElement Run => run.RootElement;

    public JsonElement Result => result.RootElement;

    /// <summary>Null, and why, when the folder holds no whole run.</summary>
    public static RunFolder? Open(string folder, out string why)
    {
        why = "";
        JsonDocument? run = null;
        try
        {
            var path = Path.Combine(folder, "result.json");
            if (new FileInfo(path).Length > FileBytesMax)
            {
                why = $"{path} is larger than {FileBytesMax} bytes";
                return null;
            }
            run = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "run.json")));
            var bytes = File.ReadAllBytes(path);
            var said = run
                .RootElement.GetProperty("outputs")
                .EnumerateArray()
                .FirstOrDefault(o => o.GetProperty("file").GetString() == "result.json");
            if (
                said.ValueKind != JsonValueKind.Object
                || said.GetProperty("sha256").GetString() != Convert.ToHexStringLower(SHA256.HashData(bytes))
            )
            {
                why = $"{path} is not the file that run.json speaks of: it was changed, or is of another run";
                run.Dispose();
                return null;
            }
            return new RunFolder(run, JsonDocument.Parse(bytes));
        }
        catch (Exception bad)
            when (bad is IOException or JsonException or KeyNotFoundException or InvalidOperationException or UnauthorizedAccessException)
        {
            run?.Dispose();
            why = $"{folder} holds no run of taser-audit reconcile: {bad.Message.TrimEnd('.')}";
            return null;
        }
    }

    /// <summary>Every finding of the run.</summary>
    public IEnumerable<JsonElement> Findings() =>
        Result
            .GetProperty("cases")
            .EnumerateArray()
            .SelectMany(c => c.GetProperty("consequences").EnumerateArray().Prepend(c.GetProperty("primary")));

    /// <summary>What a finding rests on; a case's id ("C" and the finding's) means its primary. Null = the run has no such finding.</summary>
    public (string Id, Digest Facts)? Finding(string asked)
    {
        var id = asked.StartsWith('C') ? asked[1..] : asked;
        var found = Findings().FirstOrDefault(f => f.GetProperty("id").GetString() == id);
        return found.ValueKind == JsonValueKind.Object ? (id, FactsOf(found)) : null;
    }

    /// <summary>What a use rests on; null = the run has no such use.</summary>
    public (string Id, Digest Facts)? Use(string id)
    {
        var found = Result.GetProperty("uses").EnumerateArray().FirstOrDefault(u => u.GetProperty("useId").GetString() == id);
        return found.ValueKind != JsonValueKind.Object
            ? null
            : (
                id,
                DecisionSubjects.FactsOfUse(
                    Leaves(found.GetProperty("activations")),
                    found.GetProperty("reports").EnumerateArray().Select(r => r.GetString()!)
                )
            );
    }

    public static Digest FactsOf(JsonElement finding) =>
        DecisionSubjects.FactsOfFinding(
            finding.GetProperty("ruleVersion").GetInt32(),
            finding.GetProperty("wording").GetString()!,
            Leaves(finding.GetProperty("facts"))
        );

    public void Dispose()
    {
        run.Dispose();
        result.Dispose();
    }

    private static IEnumerable<(ulong, string)> Leaves(JsonElement facts) =>
        facts.EnumerateArray().Select(f => (f.GetProperty("leaf").GetUInt64(), f.GetProperty("leafHash").GetString()!));
}
