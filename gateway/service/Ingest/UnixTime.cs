using TaserTelemetry.FirmwareProtocol.Sessions;

namespace TaserTelemetry.Gateway.Ingest;

/// <summary>Times of the journal: unsigned nanoseconds since 1970 in UTC, from the clock that was handed in.</summary>
internal static class UnixTime
{
    public const ulong NsPerSecond = 1_000_000_000;

    public static ulong NowNs(TimeProvider clock) => ToNs(clock.GetUtcNow());

    public static ulong ToNs(DateTimeOffset time) => (ulong)(time - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>Both clocks at once, for the session machines.</summary>
    public static SessionTime Now(TimeProvider clock) => new((ulong)clock.GetElapsedTime(0).Ticks * 100, NowNs(clock));

    public static DateTimeOffset FromNs(ulong ns) => DateTimeOffset.UnixEpoch.AddTicks((long)(ns / 100));
}
