namespace TaserTelemetry.Simulator.Docking;

/// <summary>The dock's clocks at one moment.</summary>
internal readonly record struct DockClock(long Ms, ulong MonotonicNs, ulong UtcNs)
{
    public static DockClock Of(TimeProvider time)
    {
        var monotonicNs = (ulong)(time.GetTimestamp() * (1_000_000_000.0 / time.TimestampFrequency));
        return new DockClock(
            (long)(monotonicNs / 1_000_000),
            monotonicNs,
            (ulong)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100
        );
    }
}
