using CsCheck;
using TaserTelemetry.Tests;

namespace TaserTelemetry.FirmwareProtocol.Tests.Link;

/// <summary>
/// Cases drawn by CsCheck's generators from <see cref="Campaign.Seed"/> and their position alone, so that what failed once, on whatever
/// machine, fails again: <c>TASER_SEED=S TASER_CASE=N</c> plays case N of seed S by itself.
/// </summary>
internal static class Cases
{
    /// <summary>Tries as many cases; in the campaign of that name as many again until its time is over. Answers how many.</summary>
    public static long Each<T>(Gen<T> cases, int count, string campaign, Action<T> holds)
    {
        if (long.TryParse(Environment.GetEnvironmentVariable("TASER_CASE"), out var one))
        {
            Try(cases, one, holds);
            return 1;
        }

        var began = TimeProvider.System.GetTimestamp();
        var tried = 0L;
        do
        {
            for (var round = 0; round < count; round++)
            {
                Try(cases, tried++, holds);
            }
        } while (Campaign.Is(campaign) && TimeProvider.System.GetElapsedTime(began) < Campaign.Length);
        return tried;
    }

    private static void Try<T>(Gen<T> cases, long number, Action<T> holds)
    {
        var drawn = cases.Generate(new PCG((uint)number, Campaign.Seed), null, out _);
        try
        {
            holds(drawn);
        }
        catch (Exception broken)
        {
            throw new InvalidOperationException($"TASER_SEED={Campaign.Seed} TASER_CASE={number}: {broken.Message} {drawn}", broken);
        }
    }
}
