using System.CommandLine;
using TaserTelemetry.Gateway.Control;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>taser-gateway stores count|begin-anew|export: the derived stores. 0 done, 1 refused, 2 usage, 6 in use and silent.</summary>
internal static class StoresVerb
{
    public static Command Create() => new("stores", "The derived stores: count, begin anew, export.") { Count(), BeginAnew(), Export() };

    private static Command Count() =>
        Asking(
            new Command("count", "Counts every store against the journal, per device and day, and sends again what is missing."),
            StoreActions.Count,
            _ => []
        );

    private static Command BeginAnew() =>
        Asking(
            new Command("begin-anew", "Has a running gateway fill its stores anew from the first record."),
            StoreActions.BeginAnew,
            _ => []
        );

    private static Command Export()
    {
        var folder = new Option<string>("--out")
        {
            Description = "Folder for the Parquet files; the gateway writes them.",
            Required = true,
        };
        return Asking(
            new Command("export", "Writes the embedded store as Parquet files for other tools; the access log says so.") { folder },
            StoreActions.Export,
            parsed => new() { ["out"] = Path.GetFullPath(parsed.GetRequiredValue(folder)) }
        );
    }

    private static Command Asking(Command command, string verb, Func<ParseResult, Dictionary<string, string>> arguments)
    {
        var by = Operator.ByOption();
        var options = new SettingsOptions();
        command.Options.Add(by);
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
                options.Read(parsed) is { } settings
                    ? await Operator.AskAsync(
                        settings,
                        new ControlMessage(verb, parsed.GetValue(by) ?? "", arguments(parsed)),
                        cancellation
                    )
                    : Cli.Usage
        );
        return command;
    }
}
