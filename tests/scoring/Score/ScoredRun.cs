using System.Text.Json.Nodes;
using TaserTelemetry.Scoring.Expectations;
using TaserTelemetry.Scoring.Findings;
using TaserTelemetry.Scoring.Truth;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Scoring.Score;

/// <summary>One scenario and seed, played and ingested by the real programs; reconciled and scored as often as asked.</summary>
internal sealed class ScoredRun : IDisposable
{
    /// <summary>The moment that every run answers for: a fixed one, so that the same seed gives the same bytes.</summary>
    public const string AsOf = "2026-06-01T00:00:00Z";

    private readonly string _folder;
    private TrueWorld? _world;

    private ScoredRun(string folder) => _folder = folder;

    private TrueWorld World => _world ??= TruthFile.Read(Path.Combine(_folder, "truth.json"));

    public static async Task<ScoredRun> PlayAsync(string scenario, ulong seed)
    {
        var run = new ScoredRun(Directory.CreateTempSubdirectory("taser-scoring-").FullName);
        // the gateway makes its keys, so that simulated docks can hold receipts of it
        await run.Run(
            "taser-gateway",
            ["enrol", "dock", "spare", "--force", "county", "--armoury", "spares", "--data", "data", "--keys", "keys"]
        );
        await run.Run(
            "taser-sim",
            "run",
            "--scenario",
            scenario,
            "--seed",
            seed.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "--end",
            AsOf,
            "--truth",
            "truth.json",
            "--documents",
            "documents",
            "--capture",
            "force.cap",
            "--enrolment",
            "gateway.json",
            "--receipt-key",
            Path.Combine("keys", "receipt.key")
        );
        await File.WriteAllTextAsync(run.At("justified.json"), JustifiedProfile);
        await run.Run("taser-gateway", "ingest", "force.cap", "--data", "data", "--keys", "keys", "--config", "gateway.json");
        File.Delete(run.At("force.cap"));
        return run;
    }

    /// <summary>Reconciles with a rule set (null = standard) and scores what comes out.</summary>
    /// <param name="without">A register that is left out, as it would be by a force that does not keep it.</param>
    public async Task<Tally> ScoreAsync(string profile, JsonObject? rules = null, string? without = null)
    {
        if (without is not null)
        {
            File.Move(Document(without), At(without));
        }

        var folder = await ReconcileAsync(profile, "out", rules);
        if (without is not null)
        {
            File.Move(At(without), Document(without));
        }

        return Scorer.Score(Expected.Derive(World, profile), FindingsFile.Read(folder));
    }

    public async Task<string> ReconcileAsync(string profile, string into, JsonObject? rules = null)
    {
        string[] given = [];
        if (rules is not null)
        {
            await File.WriteAllTextAsync(At("rules.json"), rules.ToJsonString());
            given = ["--rules", "rules.json"];
        }

        await Run(
            "taser-audit",
            [
                "reconcile",
                "data",
                "--reports",
                Path.Combine("documents", $"reports-{profile}.csv"),
                "--profile",
                profile == Expected.Justified ? "justified.json" : profile,
                "--inputs",
                "documents",
                "--as-of",
                AsOf,
                "--out",
                into,
                .. given,
            ]
        );
        return At(into);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Document(string name) => At(Path.Combine("documents", name));

    private string At(string name) => Path.Combine(_folder, name);

    private async Task Run(string program, params string[] arguments)
    {
        await using var process = RealProcess.StartOurs(program, _folder, arguments);
        var code = await process.WaitForExitAsync(TimeSpan.FromMinutes(10));
        if (code != 0)
        {
            throw new InvalidOperationException($"{program} {arguments[0]} ended with {code}:\n{process.Output}{process.Errors}");
        }
    }

    /// <summary>A profile of a force's own: the layout without ticks, and whether a justification is there.</summary>
    private const string JustifiedProfile = """
        {
          "name": "justified",
          "about": "The plain layout, and whether a justification is there.",
          "timeZone": "UTC",
          "fields": {
            "ReportId": { "columns": ["ReportId"], "required": true },
            "Version": { "columns": ["Version"] },
            "SubmittedAt": { "columns": ["SubmittedAt"], "layouts": ["rfc3339"] },
            "OfficerRef": { "columns": ["OfficerRef"] },
            "IncidentRef": { "columns": ["IncidentRef"] },
            "UsedAt": { "columns": ["UsedAt"], "layouts": ["rfc3339"], "required": true },
            "DeviceSerial": { "columns": ["DeviceSerial"] },
            "Cycles": { "columns": ["Cycles"] },
            "Justification": { "columns": ["Justification"] }
          },
          "levels": {
            "columns": ["Level"],
            "words": {
              "drawn": "Drawn",
              "aimed": "Aimed",
              "arced": "Arced",
              "red-dot": "RedDot",
              "drive stun": "DriveStun",
              "angled drive stun": "AngledDriveStun",
              "fired": "Fired"
            }
          }
        }
        """;
}
