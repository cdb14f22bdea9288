using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Embedded;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Benchmarks.TimeSeries;

/// <summary>A rebuild of the embedded store from a journal of ten million events, at its default limits.</summary>
internal static class EmbeddedFilling
{
    private const int Events = 10_000_000;

    public static async Task RunAsync()
    {
        using var ground = new Ground();
        using var journal = new JournalOfEvents(ground.At("data"), Events);
        var settings = new DuckDbSettings();
        var rates = new List<double>();
        for (var run = 0; run < Runs.Count; run++)
        {
            using var embedded = new EmbeddedReading();
            var keeper = new EmbeddedKeeper(
                settings,
                journal.Sources,
                embedded,
                new StoreState("DuckDB store"),
                TimeSpan.Zero,
                NullLogger.Instance
            );
            keeper.Forget();
            rates.Add(await Runs.RateAsync(Events, () => keeper.FillAsync(default)));
        }
        var median = Runs.Tell($"DuckDB at {settings.MemoryMebibytes} MiB, from the journal", "events/s", rates, "300,000");
        using var process = Process.GetCurrentProcess();
        var file = new FileInfo(journal.Sources.DuckDbFile).Length;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  rebuild of {Events:N0} events {Events / median:0.0} s (to hold: 60); file {file / 1e6:N0} MB; resident {process.WorkingSet64 / 1e6:N0} MB, peak {process.PeakWorkingSet64 / 1e6:N0} MB"
            )
        );
    }
}
