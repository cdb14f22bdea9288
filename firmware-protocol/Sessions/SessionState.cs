namespace TaserTelemetry.FirmwareProtocol.Sessions;

/// <summary>How the machines write down their state, so that two states which can only behave alike are the same bytes.</summary>
internal static class SessionState
{
    // No timer of a docking session runs longer than a minute (clause 5); further back or ahead makes no difference.
    private const long FarMs = 120_000;

    /// <summary>A time as ms from now, so that the same state a minute later is the same.</summary>
    public static int FromNow(long atMs, long nowMs) =>
        atMs == long.MaxValue ? int.MaxValue
        : atMs == long.MinValue ? int.MinValue
        : (int)Math.Clamp(atMs - nowMs, -FarMs, FarMs);
}
