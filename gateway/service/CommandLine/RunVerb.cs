using System.CommandLine;
using TaserTelemetry.Gateway.Hosting;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>taser-gateway run: the service itself. 0 stopped, 1 fatal, 2 wrong settings.</summary>
internal static class RunVerb
{
    public static Command Create()
    {
        var options = new SettingsOptions();
        var command = new Command("run", "Runs the gateway until it is told to stop.");
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var settings = options.Read(parsed);
                return settings is null ? Cli.Usage : await GatewayHost.RunAsync(settings, cancellation);
            }
        );
        return command;
    }
}
