namespace TaserTelemetry.Gateway.TimeSeries.Influx;

/// <summary>
/// How long to wait before the next attempt: full jitter over a doubling span, so that gateways which lost the same server do not
/// all come back in the same instant. There is no last attempt.
/// </summary>
internal sealed class Waits(TimeSpan longest, int seed)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);

    /// <summary>After so many failed attempts, 1 and up.</summary>
    public TimeSpan AfterFailure(int attempts) => Jitter(First * Math.Pow(2, Math.Min(attempts - 1, 30)));

    /// <summary>What the server asked for, cut to the longest wait, and a little more so that not everybody returns together.</summary>
    public TimeSpan AfterBusy(TimeSpan? asked, int attempts) =>
        asked is not { } wait || wait <= TimeSpan.Zero ? AfterFailure(attempts)
        : wait >= longest ? longest
        : wait + Jitter(First);

    /// <summary>Between two looks at a fault that only a person can mend.</summary>
    public TimeSpan AfterFault() => (longest / 2) + Jitter(longest / 2);

    private TimeSpan Jitter(TimeSpan span)
    {
        lock (_gate)
        {
            return (span < longest ? span : longest) * _random.NextDouble();
        }
    }
}
