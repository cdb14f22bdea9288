namespace TaserTelemetry.FirmwareProtocol.Sessions;

/// <summary>One side's clocks at one moment. They are handed to the session machines, which read none themselves.</summary>
/// <param name="MonotonicNs">Monotonic clock in ns since the boot that the side's boot id names; never goes back.</param>
/// <param name="UtcNs">Wall clock in ns since 1970-01-01 UTC; 0 = not known.</param>
public readonly record struct SessionTime(ulong MonotonicNs, ulong UtcNs)
{
    private const ulong NsPerMs = 1_000_000;

    /// <summary>The monotonic clock in whole ms: what timers count in.</summary>
    public long Ms => (long)(MonotonicNs / NsPerMs);
}
