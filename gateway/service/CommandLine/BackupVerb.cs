using System.CommandLine;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Keeping;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>taser-gateway backup and restore. 0 done, 1 refused or not whole, 2 usage, 6 in use.</summary>
internal static class BackupVerb
{
    public static Command CreateBackup()
    {
        var to = new Option<string>("--to") { Description = "A new or empty folder.", Required = true };
        var recipient = new Option<string?>("--for") { Description = "Who gets the copy, when it is for somebody else; none = a backup." };
        return Operator.Verb(
            new Command("backup", "Copies DATA, running or stopped, and verifies the copy. No private key goes with it.") { to, recipient },
            ControlActions.Backup,
            parsed => new() { ["to"] = Path.GetFullPath(parsed.GetRequiredValue(to)), ["for"] = parsed.GetValue(recipient) ?? "" }
        );
    }

    public static Command CreateRestore()
    {
        var from = new Option<string>("--from") { Description = "The backup.", Required = true };
        var remembered = new Option<string[]>("--checkpoint") { Description = "A checkpoint kept outside, as signed; may be given again." };
        var by = Operator.ByOption();
        var options = new SettingsOptions();
        var command = new Command("restore", "Makes DATA from a backup; whether the old ledger goes on is asked of its witnesses.")
        {
            from,
            remembered,
            by,
        };
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancel) =>
            {
                if (options.Read(parsed) is not { } settings)
                {
                    return Cli.Usage;
                }
                var files = parsed.GetValue(remembered) ?? [];
                if (Array.Find(files, file => !File.Exists(file)) is { } missing)
                {
                    await Console.Error.WriteLineAsync($"taser-gateway: there is no file {missing}.");
                    return Cli.Usage;
                }
                return Operator.Tell(
                    await Restore.RunAsync(
                        settings,
                        parsed.GetRequiredValue(from),
                        parsed.GetValue(by) ?? "",
                        files,
                        TimeProvider.System,
                        cancel
                    )
                );
            }
        );
        return command;
    }
}
