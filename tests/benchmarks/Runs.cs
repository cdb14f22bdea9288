using System.Diagnostics;
using System.Globalization;

namespace TaserTelemetry.Benchmarks;

/// <summary>Runs by turns, medians, and one line of outcome that can be pasted into a document.</summary>
internal static class Runs
{
    public const int Count = 5;

    /// <summary>Units per second of one run.</summary>
    public static async Task<double> RateAsync(long units, Func<Task> run)
    {
        var clock = Stopwatch.StartNew();
        await run();
        return units / clock.Elapsed.TotalSeconds;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    /// <summary>Prints each run's rate, the median and the figure to hold.</summary>
    public static double Tell(string what, string unit, IReadOnlyList<double> rates, string figure = "")
    {
        var all = string.Join(" ", rates.Select(rate => rate.ToString("N0", CultureInfo.InvariantCulture)));
        var median = Median(rates);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: median {median:N0} {unit} (runs {all}){(figure.Length > 0 ? "; to hold: " + figure : "")}"
            )
        );
        return median;
    }
}
