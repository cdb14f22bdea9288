using System.Globalization;
using System.Text.Json;
using TaserTelemetry.Benchmarks.Ingest;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Benchmarks.Load;

/// <summary>
/// Whether the load generator is the bottleneck: what it makes against a sink that keeps nothing, beside what a real gateway takes from
/// the same generator to the durable ack. Sink and generator share one process and one machine, so the ceiling is a lower bound.
/// </summary>
internal static class LoadCeiling
{
    private const int Docks = 50;
    private const double TimesTheGateway = 3;

    public static async Task RunAsync()
    {
        using var ground = new Ground();
        foreach (var batch in new[] { 1, 200 })
        {
            List<double> ceiling = [],
                gateway = [],
                memory = [];
            for (var round = 0; round < Interleaved.Rounds; round++)
            {
                var (sink, mebibytes) = await LoadAsync("--ceiling", batch, Interleaved.Length.TotalSeconds);
                ceiling.Add(sink);
                memory.Add(mebibytes);
                await using var service = await WatchedGateway.StartAsync(ground, Docks, "", duckDb: false);
                // compiled code is not there at the first message
                await LoadAsync(service.Mqtt, batch, 2);
                var (taken, held) = await LoadAsync(service.Mqtt, batch, Interleaved.Length.TotalSeconds);
                gateway.Add(taken);
                memory.Add(held);
                await service.StopAndCountAsync();
            }

            var made = Runs.Tell($"load, {batch} records a message: generator against a sink that keeps nothing", "messages/s", ceiling);
            var took = Runs.Tell($"load, {batch} records a message: gateway, to the durable ack", "messages/s", gateway);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  ratio {made / took:N1}; to hold: {TimesTheGateway:N0} ({(made / took >= TimesTheGateway ? "held" : "MISSED")}); "
                        + $"generator's memory at most {memory.Max():N0} MiB"
                )
            );
        }
    }

    private static async Task<(double MessagesPerSecond, double MebibytesMax)> LoadAsync(string aim, int batch, double seconds)
    {
        string[] where = aim == "--ceiling" ? [aim] : ["--mqtt", aim];
        string[] how =
        [
            "--docks",
            $"{Docks}",
            "--batch",
            $"{batch}",
            "--duration",
            seconds.ToString(CultureInfo.InvariantCulture),
            "--json",
        ];
        await using var load = RealProcess.StartOurs("taser-sim", null, ["load", .. where, .. how]);
        await load.WaitForExitAsync(TimeSpan.FromMinutes(2));
        if (load.Output.Length == 0)
        {
            throw new InvalidOperationException($"the load ended without a figure: {load.Errors}");
        }

        using var figures = JsonDocument.Parse(load.Output);
        var root = figures.RootElement;
        return (root.GetProperty("messagesPerSecond").GetDouble(), root.GetProperty("workingSetMebibytesMax").GetDouble());
    }
}
