using System.Globalization;
using TaserTelemetry.Evidence.Leaves;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>How fast a device's clock was seen to run away between two docking sessions.</summary>
/// <param name="Device">Device serial.</param>
/// <param name="SecondsPerDay">Seconds a day that it loses (above 0) or gains, as measured.</param>
/// <param name="ErrorSecondsPerDay">By how much that may be wrong, from the bounds of both comparisons.</param>
internal sealed record ClockDrift(string Device, double SecondsPerDay, double ErrorSecondsPerDay)
{
    public string Words =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"The clock of {Device} runs {Math.Abs(SecondsPerDay):0.0} s a day {(SecondsPerDay > 0 ? "slow" : "fast")} (known to {ErrorSecondsPerDay:0.0} s)."
        );
}

/// <summary>
/// Drift over docking sessions: each two-sided comparison of a device's clock with UTC against the one before it. A clock that was set in between
/// begins anew. One comparison is kept of each device; the journal has them all. Written by the ingest thread, read by any.
/// </summary>
internal sealed class DriftBook(int driftSecondsPerDayMax)
{
    /// <summary>Devices whose last comparison is kept; of more, none is measured.</summary>
    public const int DevicesMax = 20_000;

    /// <summary>Devices named as beyond the limit; of more, only the number is said.</summary>
    public const int NamedMax = 20;

    private const double DayNs = 86_400.0 * UnixTime.NsPerSecond;

    // Between comparisons that lie closer, their own bounds say more than the clock.
    private const ulong ApartNsMin = 3_600 * UnixTime.NsPerSecond;
    private readonly Dictionary<string, ClockReading> last = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClockDrift> beyond = new(StringComparer.Ordinal);
    private readonly Queue<ClockDrift> news = new();
    private volatile IReadOnlyList<ClockDrift> named = [];
    private int measured;

    /// <summary>Drifts measured since the start.</summary>
    public int Measured => Volatile.Read(ref measured);

    /// <summary>Those certainly beyond the limit as last measured, at most <see cref="NamedMax"/>.</summary>
    public IReadOnlyList<ClockDrift> Beyond => named;

    /// <summary>The last comparison of each device, for the next start.</summary>
    public IEnumerable<ClockReading> Last => last.Values;

    /// <summary>A comparison was stored, or read back at start.</summary>
    public void Heard(ClockReading reading)
    {
        var device = reading.Device;
        if (reading.Order == ClockOrder.AfterSync)
        {
            last.Remove(device);
            return;
        }
        if (reading.Clock.Quality != ClockQuality.TwoSided)
        {
            return;
        }
        if (!last.TryGetValue(device, out var before))
        {
            if (last.Count < DevicesMax)
            {
                last[device] = reading;
            }
            return;
        }
        if (reading.TimeNs < before.TimeNs + ApartNsMin)
        {
            return;
        }
        last[device] = reading;
        Measure(
            new ClockDrift(
                device,
                PerDay((double)reading.Clock.OffsetNs - before.Clock.OffsetNs),
                PerDay((double)before.Clock.BoundNs + reading.Clock.BoundNs)
            )
        );

        double PerDay(double ns) => ns / (reading.TimeNs - before.TimeNs) * (DayNs / UnixTime.NsPerSecond);
    }

    /// <summary>Those found beyond the limit since the last call, each once.</summary>
    public IEnumerable<ClockDrift> TakeNew()
    {
        while (news.TryDequeue(out var drift))
        {
            yield return drift;
        }
    }

    private void Measure(ClockDrift drift)
    {
        Interlocked.Increment(ref measured);
        if (Math.Abs(drift.SecondsPerDay) - drift.ErrorSecondsPerDay <= driftSecondsPerDayMax)
        {
            beyond.Remove(drift.Device);
        }
        else
        {
            if (!beyond.ContainsKey(drift.Device) && news.Count < NamedMax)
            {
                news.Enqueue(drift);
            }
            beyond[drift.Device] = drift;
        }
        named = [.. beyond.Values.Take(NamedMax)];
    }
}
