namespace TaserTelemetry.Gateway.Ingest;

/// <summary>
/// How many messages of one dock are taken in a second: a second's worth at once, and as many a second after that. What is above is told why
/// (RateExceeded), so that one dock cannot keep the thread that judges from the others.
/// </summary>
internal sealed class RateGate
{
    private readonly Lock gate = new();
    private double left;
    private long at;
    private bool began;

    /// <summary>Counts a message; false when the dock has sent more than it may.</summary>
    public bool Take(TimeProvider clock, int perSecond)
    {
        lock (gate)
        {
            var now = clock.GetTimestamp();
            left = began ? Math.Min(perSecond, left + (clock.GetElapsedTime(at, now).TotalSeconds * perSecond)) : perSecond;
            (at, began) = (now, true);
            if (left < 1)
            {
                return false;
            }
            left -= 1;
            return true;
        }
    }
}
