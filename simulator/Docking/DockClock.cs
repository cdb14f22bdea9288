using TaserTelemetry.FirmwareProtocol.Sessions;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>The clocks of a simulated dock: the machine's own.</summary>
internal static class DockClock
{
    public static SessionTime Of(TimeProvider time) =>
        new(
            (ulong)(time.GetTimestamp() * (1_000_000_000.0 / time.TimestampFrequency)),
            (ulong)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100
        );
}
