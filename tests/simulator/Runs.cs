using System.Security.Cryptography;
using System.Text.Json;
using TaserTelemetry.Simulator.Documents;
using TaserTelemetry.Simulator.Scenarios;
using TaserTelemetry.Simulator.Truth;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>Histories as tests need them; the end time is fixed so that nothing depends on today.</summary>
internal static class Runs
{
    public static readonly long EndUtcMs = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static Scenario Ready(string name)
    {
        var errors = new List<ScenarioError>();
        var scenario = ScenarioFile.Read(name, errors);
        Xunit.Assert.Empty(errors);
        return scenario!;
    }

    public static History Play(string name, ulong seed = 1) => ForceHistory.Make(Ready(name), seed, EndUtcMs);

    public static byte[] Truth(History history)
    {
        using var memory = new MemoryStream();
        TruthFile.Write(memory, history);
        return memory.ToArray();
    }

    public static JsonElement TruthJson(string name, ulong seed = 1) => JsonDocument.Parse(Truth(Play(name, seed))).RootElement;

    public static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
