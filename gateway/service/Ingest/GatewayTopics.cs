namespace TaserTelemetry.Gateway.Ingest;

/// <summary>The gateway's probe topic, beside its retained state of SPEC clause 4.2.</summary>
internal static class GatewayTopics
{
    /// <summary>The full-size probe that the gateway sends itself through the broker before it is ready (wire 2).</summary>
    public static string Probe(string gateway) => $"taser/1/gateways/{gateway}/probe";
}
