using System.Text.Json.Serialization;

namespace TaserTelemetry.Gateway.Demo;

/// <summary>One finding, as the expected-findings file and the reconciliation both name it.</summary>
internal sealed record FindingName(string Rule, string About);

/// <summary>What a demo came to, as one document.</summary>
internal sealed record DemoResult
{
    public string Schema { get; init; } = "taser-gateway-demo/1";

    public required string Data { get; init; }

    public required string Page { get; init; }

    public required int Devices { get; init; }

    public required int DocksOverMqtt { get; init; }

    public required int DocksOverSerial { get; init; }

    public required long RecordsWritten { get; init; }

    public required long RecordsLostInDevices { get; init; }

    public required long FramesReceived { get; init; }

    public required long FrameBytesReceived { get; init; }

    public required double DockingSeconds { get; init; }

    public required long RecordsDurable { get; init; }

    public required ulong LedgerRecords { get; init; }

    public required ulong AnchoredRecords { get; init; }

    public required string Origin { get; init; }

    public required long PointsInStore { get; init; }

    public required string Verified { get; init; }

    public required IReadOnlyList<FindingName> Findings { get; init; }

    public required IReadOnlyList<FindingName> Missing { get; init; }

    public required IReadOnlyList<FindingName> Unexpected { get; init; }

    public required string FindingsFolder { get; init; }

    /// <summary>Everything that reached a dock is durable, in the store, verified, and the findings are exactly the expected ones.</summary>
    public bool AsExpected =>
        RecordsDurable == RecordsWritten - RecordsLostInDevices
        && PointsInStore == RecordsDurable
        && Verified == "intact"
        && Missing.Count == 0
        && Unexpected.Count == 0;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DemoResult))]
internal sealed partial class DemoJson : JsonSerializerContext;
