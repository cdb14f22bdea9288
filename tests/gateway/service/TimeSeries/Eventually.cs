using Microsoft.Extensions.Time.Testing;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>Waits, with a deadline, for work that runs on real sockets and real processes.</summary>
internal static class Eventually
{
    /// <summary>Returns once the condition holds; fails after a minute.</summary>
    public static Task TrueAsync(Func<bool> condition, string what = "the condition of the test") =>
        Ground.UntilAsync(() => Task.FromResult(condition()), what);

    /// <summary>Moves a fake clock on, step by step, until the condition holds.</summary>
    public static async Task AdvanceUntilAsync(this FakeTimeProvider time, Func<bool> condition, TimeSpan step)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var pulse = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            await pulse.WaitForNextTickAsync(deadline.Token);
            time.Advance(step);
        }
    }
}
