namespace TaserTelemetry.Gateway.Tests.Ingest;

/// <summary>The system's clock, pushed on.</summary>
internal sealed class PushedClock : TimeProvider
{
    private long aheadTicks;

    public void Push(TimeSpan by) => Interlocked.Add(ref aheadTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);

    private TimeSpan Ahead => TimeSpan.FromTicks(Interlocked.Read(ref aheadTicks));
}
