using System.Diagnostics;
using System.Globalization;

namespace TaserTelemetry.Benchmarks;

/// <summary>Ours and a baseline in turn, so that a noisy machine is noisy to both; medians and their ratio.</summary>
internal static class Interleaved
{
    /// <summary>Runs of each; <c>TASER_ROUNDS</c> sets another number.</summary>
    public static int Rounds =>
        int.TryParse(Environment.GetEnvironmentVariable("TASER_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds)
            ? rounds
            : 5;

    /// <summary>Shortest length of one run; <c>TASER_RUN_SECONDS</c> sets another.</summary>
    public static TimeSpan Length =>
        TimeSpan.FromSeconds(
            int.TryParse(
                Environment.GetEnvironmentVariable("TASER_RUN_SECONDS"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var seconds
            )
                ? seconds
                : 5
        );

    /// <summary>Compares two rates and prints one line.</summary>
    /// <param name="what">Name of the figure.</param>
    /// <param name="unit">What is counted, per second.</param>
    /// <param name="target">Smallest ratio to hold, ours over the baseline.</param>
    /// <param name="ours">Runs once, gives the rate.</param>
    /// <param name="baseline">Likewise.</param>
    public static void Compare(string what, string unit, double target, Func<double> ours, Func<double> baseline)
    {
        var (mine, theirs) = (new List<double>(), new List<double>());
        var (myShare, theirShare) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            mine.Add(Measured(ours, myShare));
            theirs.Add(Measured(baseline, theirShare));
        }
        var (a, b) = (Median(mine), Median(theirs));
        var verdict = a / b >= target ? "held" : "MISSED";
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: ours {a:N1} {unit}/s, baseline {b:N1} {unit}/s, ratio {a / b:P1} (target {target:P0}: {verdict}; ours {mine.Min():N1} to {mine.Max():N1}; "
                    + $"processor share ours {Median(myShare):P0}, baseline {Median(theirShare):P0} of one core: on a busy machine neither gets what it asks for)"
            )
        );
    }

    private static double Measured(Func<double> run, List<double> shares)
    {
        var clock = Stopwatch.StartNew();
        var before = Environment.CpuUsage.TotalTime;
        var rate = run();
        shares.Add((Environment.CpuUsage.TotalTime - before) / clock.Elapsed);
        return rate;
    }

    /// <summary>Repeats work of a known amount for at least the length of a run; gives the amount per second.</summary>
    public static double Rate(Func<double> work)
    {
        var clock = Stopwatch.StartNew();
        var done = 0.0;
        do
        {
            done += work();
        } while (clock.Elapsed < Length);
        return done / clock.Elapsed.TotalSeconds;
    }

    public static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
