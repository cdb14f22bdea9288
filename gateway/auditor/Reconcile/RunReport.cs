using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TaserTelemetry.Evidence.Reconciling;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Auditor.Reconcile;

/// <summary>One input file of a run.</summary>
internal sealed record InputLine(string File, string ReadAs, string Sha256, int Rows, int Understood, int Rejected);

/// <summary>What a run was and what it rests on: run.json. No wall-clock time stands in it, so that the same run gives the same bytes.</summary>
internal sealed record RunReport
{
    public const string SchemaName = "taser-audit/run/1";

    public string Schema { get; init; } = SchemaName;

    public required string Tool { get; init; }

    public required string Verb { get; init; }

    public required string AsOf { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public required string RuleSet { get; init; }

    public required string RuleSetSha256 { get; init; }

    public required string Profile { get; init; }

    public required IReadOnlyList<LedgerLine> Ledgers { get; init; }

    public required IntakeCounts Intake { get; init; }

    public required IReadOnlyList<InputLine> Inputs { get; init; }

    public required IReadOnlyList<string> InputsNotUsed { get; init; }

    public required int Activations { get; init; }

    public required int ActivationsUnaccounted { get; init; }

    public required int Reports { get; init; }

    public required int ReportsNotBorneOut { get; init; }

    public required int Cases { get; init; }

    public required int Findings { get; init; }

    public required IReadOnlyList<string> RulesNotTestable { get; init; }

    public required IReadOnlyList<OutputFile> Outputs { get; init; }

    public static RunReport Of(
        string verb,
        ReconcileRequest request,
        LedgersRead ledgers,
        InputFiles inputs,
        ReconciliationResult result,
        IReadOnlyList<OutputFile> outputs
    ) =>
        new()
        {
            Tool = $"taser-audit {ToolVersion}",
            Verb = verb,
            AsOf = TimeInterval.Text(result.AsOfNs),
            From = TimeInterval.Text(result.FromNs),
            To = TimeInterval.Text(result.ToNs),
            RuleSet = result.RuleSet,
            RuleSetSha256 = result.RuleSetSha256,
            Profile = request.Reports.Count == 0 ? "none" : request.Profile.Name,
            Ledgers = ledgers.Lines,
            Intake = ledgers.Counts,
            Inputs =
            [
                .. inputs.Answers.Select(a => new InputLine(a.File, a.Profile, a.Sha256, a.RowsRead, a.RowsUnderstood, a.Rejects.Count)),
            ],
            InputsNotUsed = inputs.NotUsed,
            Activations = result.Account.Activations,
            ActivationsUnaccounted = result.Account.ActivationsUnaccounted,
            Reports = result.Account.Reports,
            ReportsNotBorneOut = result.Account.ReportsNotBorneOut,
            Cases = result.Cases.Count,
            Findings = result.Findings.Count,
            RulesNotTestable = [.. result.NotTestable.Select(n => n.RuleId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Outputs = outputs,
        };

    public static string ToolVersion { get; } =
        typeof(RunReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}

[JsonSerializable(typeof(RunReport))]
internal sealed partial class RunJson : JsonSerializerContext
{
    public static RunJson Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                WriteIndented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
