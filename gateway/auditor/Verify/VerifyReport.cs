using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TaserTelemetry.Evidence.Verification;

namespace TaserTelemetry.Auditor.Verify;

/// <summary>One thing wrong, as JSON gives it.</summary>
internal sealed record ProblemLine(string Log, string Area, string File, long? Offset, ulong? Index, string What, bool Unanchored);

/// <summary>A checkpoint, as JSON gives it.</summary>
internal sealed record CheckpointLine(ulong Size, string Root, string? Source);

/// <summary>The answer of verify as one document; members are only ever added, and the schema's number then stays.</summary>
internal sealed record VerifyReport
{
    public const string SchemaName = "taser-audit/verify/1";

    public string Schema { get; init; } = SchemaName;

    public required string Data { get; init; }

    /// <summary>"intact" or "changed-or-damaged".</summary>
    public required string Outcome { get; init; }

    /// <summary>Of "self", "remembered", "witnessed"; empty when not intact.</summary>
    public required IReadOnlyList<string> Established { get; init; }

    public required string Statement { get; init; }

    public required bool Live { get; init; }

    public required string? Origin { get; init; }

    /// <summary>"policy" or "log": who vouches for the key.</summary>
    public required string KeyFrom { get; init; }

    public required ulong Records { get; init; }

    public required ulong Unanchored { get; init; }

    public required CheckpointLine? Newest { get; init; }

    public required int Checkpoints { get; init; }

    public required IReadOnlyList<CheckpointLine> Remembered { get; init; }

    public required ulong WitnessedSize { get; init; }

    public required IReadOnlyList<string> WitnessedBy { get; init; }

    public required ulong DisposedRecords { get; init; }

    public required bool AccessLogChecked { get; init; }

    public required IReadOnlyList<ProblemLine> Problems { get; init; }

    public required long ProblemsOmitted { get; init; }

    /// <summary>Derived files that are damaged and can be rebuilt; they change neither outcome nor exit code.</summary>
    public required IReadOnlyList<ProblemLine> DamagedDerived { get; init; }

    public required string? UnfinishedGroup { get; init; }

    public required int ExitCode { get; init; }

    public static IReadOnlyList<string> Names(Established established) =>
        [
            .. new[]
            {
                Evidence.Verification.Established.Self,
                Evidence.Verification.Established.Remembered,
                Evidence.Verification.Established.Witnessed,
            }
                .Where(e => established.HasFlag(e))
                .Select(e => e.ToString().ToLowerInvariant()),
        ];
}

[JsonSerializable(typeof(VerifyReport))]
internal sealed partial class VerifyJson : JsonSerializerContext
{
    /// <summary>Plus signs of base64 stay as they are: people paste roots.</summary>
    public static VerifyJson Readable { get; } =
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
