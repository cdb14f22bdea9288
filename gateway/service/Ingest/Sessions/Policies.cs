using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Configuration;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>The numbers that decisions depend on stand in the ledger, so that decisions can be replayed.</summary>
internal static class Policies
{
    /// <summary>The policy that the settings ask for, when it is not the one in force; else null.</summary>
    public static IngestPolicy? Wanted(GatewaySettings settings, IngestPolicy inForce, ulong nowNs)
    {
        var limits = settings.Limits;
        var wanted = new IngestPolicy(
            nowNs,
            default,
            inForce.Number + 1,
            (ulong)limits.QuarantineBytesPerSender,
            (uint)limits.QuarantineItemsPerSender,
            (ulong)limits.QuarantineBytesUnenrolled,
            (uint)limits.QuarantineItemsUnenrolled,
            (ulong)limits.QuarantineBytesTotal,
            (ushort)limits.GapFinalAfterDays,
            limits.UnsignedDocks,
            UnknownDevices: true
        );
        return inForce == wanted with { AtNs = inForce.AtNs, By = inForce.By, Number = inForce.Number } ? null : wanted;
    }
}
