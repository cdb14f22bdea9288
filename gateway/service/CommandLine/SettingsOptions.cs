using System.CommandLine;
using TaserTelemetry.Gateway.Configuration;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>The options by which every verb that opens DATA finds its settings: --config, --data, --keys and --set.</summary>
internal sealed class SettingsOptions
{
    public Option<string?> Config { get; } =
        new("--config") { Description = "Configuration file (default /etc/taser-gateway/gateway.json if there)." };

    public Option<string?> Data { get; } = new("--data") { Description = "The DATA folder." };

    public Option<string?> Keys { get; } = new("--keys") { Description = "The folder of the private keys, outside DATA." };

    public Option<string[]> Set { get; } =
        new("--set") { Description = "One setting, as NAME:NAME=VALUE; may be given again.", AllowMultipleArgumentsPerToken = false };

    public void AddTo(Command command)
    {
        command.Options.Add(Config);
        command.Options.Add(Data);
        command.Options.Add(Keys);
        command.Options.Add(Set);
    }

    /// <summary>The settings, or null after every fault has been written to standard error.</summary>
    public GatewaySettings? Read(ParseResult parsed)
    {
        var options = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var faults = new List<string>();
        foreach (var text in parsed.GetValue(Set) ?? [])
        {
            var equals = text.IndexOf('=');
            if (equals <= 0)
            {
                faults.Add($"--set wants NAME:NAME=VALUE, not '{text}'.");
            }
            else
            {
                options[text[..equals]] = text[(equals + 1)..];
            }
        }
        Override(options, "data", parsed.GetValue(Data));
        Override(options, "keys", parsed.GetValue(Keys));
        var result = SettingsReader.Read(parsed.GetValue(Config), options);
        faults.AddRange(result.Faults);
        if (faults.Count == 0)
        {
            return result.Settings;
        }
        Console.Error.WriteLine(faults.Count == 1 ? "One setting is wrong:" : $"{faults.Count} settings are wrong:");
        foreach (var fault in faults)
        {
            Console.Error.WriteLine("  " + fault);
        }
        return null;
    }

    private static void Override(Dictionary<string, string?> options, string key, string? value)
    {
        if (value is not null)
        {
            options[key] = value;
        }
    }
}
