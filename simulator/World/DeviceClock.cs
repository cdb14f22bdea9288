namespace TaserTelemetry.Simulator.World;

/// <summary>
/// A device's own clock: it runs off by a constant rate from where it was last set. An X26 may drift 4 minutes a month (93 ppm) and
/// comes back at 2000-01-01 when it has been without a battery. All times are milliseconds since 1970.
/// </summary>
internal sealed class DeviceClock(long setAtUtcMs, long errorMs, double driftPpm)
{
    /// <summary>2000-01-01T00:00:00Z, where a clock starts again.</summary>
    public const long ResetMs = 946_684_800_000;

    private long _setAtUtcMs = setAtUtcMs;
    private long _errorMs = errorMs;

    public double DriftPpm { get; } = driftPpm;

    /// <summary>What the device's clock shows.</summary>
    public long At(long trueUtcMs) => trueUtcMs + ErrorMs(trueUtcMs);

    /// <summary>Device clock minus true time.</summary>
    public long ErrorMs(long trueUtcMs) =>
        _errorMs + (long)Math.Round((trueUtcMs - _setAtUtcMs) * DriftPpm / 1_000_000, MidpointRounding.ToEven);

    public void Set(long trueUtcMs, long errorMs)
    {
        _setAtUtcMs = trueUtcMs;
        _errorMs = errorMs;
    }

    public void Reset(long trueUtcMs) => Set(trueUtcMs, ResetMs - trueUtcMs);
}
