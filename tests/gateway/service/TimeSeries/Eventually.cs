using Microsoft.Extensions.Time.Testing;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>Waits, with a deadline, for work that runs on real sockets and real processes.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Returns once the condition holds; fails after a minute.</summary>
    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()), () => { });

    /// <summary>Returns once the condition holds; fails after a minute.</summary>
    public static Task TrueAsync(Func<Task<bool>> condition) => TrueAsync(condition, () => { });

    /// <summary>Moves a fake clock on, step by step, until the condition holds.</summary>
    public static Task AdvanceUntilAsync(this FakeTimeProvider time, Func<bool> condition, TimeSpan step) =>
        TrueAsync(() => Task.FromResult(condition()), () => time.Advance(step));

    private static async Task TrueAsync(Func<Task<bool>> condition, Action between)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, "what the test waits for did not come true within a minute");
            await Task.Delay(Look);
            between();
        }
    }
}
