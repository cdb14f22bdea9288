using System.CommandLine;
using System.Text.Json;
using TaserTelemetry.Gateway.Demo;
using TaserTelemetry.Gateway.Hosting;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>taser-gateway demo: the main job once, with simulated docks. 0 as expected, 1 not, 2 wrong usage.</summary>
internal static class DemoVerb
{
    public static Command Create()
    {
        var data = new Option<string?>("--data")
        {
            Description = "Folder for the demo: empty, or an earlier demo (default: a new temporary one).",
        };
        var exit = new Option<bool>("--exit") { Description = "End after the summary; else the page stays up until interrupted." };
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output and nothing else." };
        var command = new Command("demo", "Shows the main job with simulated docks: upload, journal, store, audit.") { data, exit, json };
        command.SetAction(
            (parsed, cancellation) => RunAsync(parsed.GetValue(data), parsed.GetValue(exit), parsed.GetValue(json), cancellation)
        );
        return command;
    }

    private static async Task<int> RunAsync(string? data, bool exit, bool json, CancellationToken cancellation)
    {
        DemoFolder folder;
        try
        {
            folder = DemoFolder.Prepare(data);
        }
        catch (StartRefusedException refused)
        {
            await Console.Error.WriteLineAsync($"taser-gateway: {refused.Message}");
            return Cli.Usage;
        }
        var demo = new DemoRun(folder, words => Console.Error.WriteLine(words));
        try
        {
            var result = await demo.RunAsync(TimeProvider.System, cancellation);
            Console.Out.WriteLine(json ? JsonSerializer.Serialize(result, DemoJson.Default.DemoResult) : DemoSummary.Write(result));
            if (!exit)
            {
                await Console.Error.WriteLineAsync($"The gateway stays up at {result.Page} until you press Ctrl+C.");
                await demo.Gateway!.WaitForShutdownAsync(cancellation);
            }
            return result.AsExpected ? Cli.Done : Cli.Fatal;
        }
        finally
        {
            if (demo.Gateway is { } gateway)
            {
                await gateway.StopAsync(CancellationToken.None);
                await gateway.DisposeAsync();
            }
        }
    }
}
