using System.CommandLine;
using System.Text.Json;
using TaserTelemetry.Gateway.Control;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>taser-gateway append-run: the trace of a run made offline, and what vanished since the last one. 0 done, 1 refused, 2 usage, 6 in use and silent.</summary>
internal static class AppendRunVerb
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "Output folder of a run of taser-audit reconcile." };
        var by = new Option<string>("--by")
        {
            Description = "Who made the run; kept in DATA/records, the ledger holds a random id.",
            Required = true,
        };
        var options = new SettingsOptions();
        var command = new Command("append-run", "Leaves the trace of a run made offline, and lists what vanished since the last one.")
        {
            run,
            by,
        };
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                if (options.Read(parsed) is not { } settings)
                {
                    return Cli.Usage;
                }
                using var folder = RunFolder.Open(parsed.GetRequiredValue(run), out var why);
                if (folder is null)
                {
                    await Console.Error.WriteLineAsync($"taser-gateway: {why}.");
                    return Cli.Usage;
                }
                var arguments = new Dictionary<string, string>
                {
                    ["run"] = JsonSerializer.Serialize(Summary(folder), RunSummaryJson.Default.RunSummary),
                };
                return await Operator.AskAsync(
                    settings,
                    new ControlMessage(RunTraces.Verb, parsed.GetRequiredValue(by), arguments),
                    cancellation
                );
            }
        );
        return command;
    }

    internal static RunSummary Summary(RunFolder folder)
    {
        var said = folder.Run.Deserialize(RunSummaryParts.Default.SaidRun)!;
        return new RunSummary(
            said.Tool,
            said.Verb,
            said.AsOf,
            said.From,
            said.To,
            said.Profile,
            said.RuleSet,
            said.RuleSetSha256,
            said.Outputs.First(o => o.File == "result.json").Sha256,
            said.Cases,
            said.Ledgers,
            said.Inputs,
            [
                .. folder
                    .Result.GetProperty("notTestable")
                    .EnumerateArray()
                    .Select(n => new RunSilence(n.GetProperty("rule").GetString()!, n.GetProperty("reason").GetString()!)),
            ],
            [.. folder.Findings().Select(FindingOf)]
        );
    }

    private static RunFinding FindingOf(JsonElement finding) =>
        new(
            finding.GetProperty("id").GetString()!,
            finding.GetProperty("rule").GetString()!,
            finding.GetProperty("ruleVersion").GetInt32(),
            finding.TryGetProperty("from", out var from) ? from.GetString() : null,
            finding.TryGetProperty("to", out var to) ? to.GetString() : null
        )
        {
            Devices = [.. finding.GetProperty("subjects").GetProperty("devices").EnumerateArray().Select(d => d.GetString()!)],
            Facts =
            [
                .. finding
                    .GetProperty("facts")
                    .EnumerateArray()
                    .Select(f => new RunFact(f.GetProperty("leaf").GetUInt64(), f.GetProperty("leafHash").GetString()!)),
            ],
            FactsSha256 = RunFolder.FactsOf(finding).ToString(),
        };
}

internal sealed record SaidOutput(string File, string Sha256);

internal sealed record SaidRun(
    string Tool,
    string Verb,
    string AsOf,
    string From,
    string To,
    string Profile,
    string RuleSet,
    string RuleSetSha256,
    int Cases,
    IReadOnlyList<RunLedger> Ledgers,
    IReadOnlyList<RunInput> Inputs,
    IReadOnlyList<SaidOutput> Outputs
);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(
    PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase
)]
[System.Text.Json.Serialization.JsonSerializable(typeof(SaidRun))]
internal sealed partial class RunSummaryParts : System.Text.Json.Serialization.JsonSerializerContext;
