using System.CommandLine;
using System.Globalization;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>
/// taser-gateway keys: the public halves, and the life of the two log keys: rotate with an overlap, end it, lost, compromised. They are made
/// at the first start. 0 done, 1 refused, 2 usage, 6 in use (all but the list want the gateway stopped).
/// </summary>
internal static class KeysVerb
{
    private static readonly string[] Names = ["ledger", "receipt", "access"];

    public static Command Create()
    {
        var options = new SettingsOptions();
        var command = new Command("keys", "Prints the public keys of this gateway.")
        {
            OfLog("rotate", "A new key signs beside the old one from now on.", KeyLife.Rotate),
            OfLog("end-overlap", "The old key is destroyed, the new one signs alone.", KeyLife.EndOverlap),
            Lost(),
            Compromised(),
        };
        options.AddTo(command);
        command.SetAction(parsed => options.Read(parsed) is { } settings ? List(settings) : Cli.Usage);
        return command;
    }

    private static int List(GatewaySettings settings)
    {
        var folder = new KeyFolder(new RealDisk(), settings.Keys);
        var found = 0;
        foreach (var name in Names)
        {
            using var key = folder.Load(name);
            if (key is not null)
            {
                found++;
                Console.Out.WriteLine($"{name, -8} {key.Verifier}");
            }
        }
        if (found == 0)
        {
            Console.Error.WriteLine($"taser-gateway: {settings.Keys} holds no key. They are made at the first start.");
        }
        return found == 0 ? Cli.Fatal : Cli.Done;
    }

    private static Command OfLog(string name, string says, Func<GatewaySettings, KeyUse, string, TimeProvider, ControlAnswer> act)
    {
        var log = new Argument<string>("LOG") { Description = "ledger or access." };
        log.AcceptOnlyFromAmong("ledger", "access");
        var by = Operator.ByOption();
        var options = new SettingsOptions();
        var command = new Command(name, says) { log, by };
        options.AddTo(command);
        command.SetAction(parsed =>
            options.Read(parsed) is { } settings
                ? Operator.Tell(
                    act(
                        settings,
                        parsed.GetRequiredValue(log) == "ledger" ? KeyUse.Ledger : KeyUse.Access,
                        parsed.GetValue(by) ?? "",
                        TimeProvider.System
                    )
                )
                : Cli.Usage
        );
        return command;
    }

    private static Command Lost()
    {
        var by = Operator.ByOption();
        var options = new SettingsOptions();
        var command = new Command("lost", "The ledger's key is gone: freezes this ledger and begins the next, which cites it.") { by };
        options.AddTo(command);
        command.SetAction(parsed =>
            options.Read(parsed) is { } settings
                ? Operator.Tell(KeyLife.Lost(settings, parsed.GetValue(by) ?? "", TimeProvider.System))
                : Cli.Usage
        );
        return command;
    }

    private static Command Compromised()
    {
        var since = new Option<string>("--since")
        {
            Description = "From when on somebody else may have signed (RFC 3339).",
            Required = true,
        };
        var by = Operator.ByOption();
        var options = new SettingsOptions();
        var command = new Command(
            "compromised",
            "Somebody else may hold the ledger's key: freezes this ledger and begins the next, which cites it."
        )
        {
            since,
            by,
        };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            if (options.Read(parsed) is not { } settings)
            {
                return Cli.Usage;
            }
            if (
                !DateTimeOffset.TryParse(
                    parsed.GetRequiredValue(since),
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var time
                )
                || time < DateTimeOffset.UnixEpoch
            )
            {
                Console.Error.WriteLine("taser-gateway: --since must be a time such as 2026-11-22T08:00:00Z.");
                return Cli.Usage;
            }
            return Operator.Tell(KeyLife.Compromised(settings, time, parsed.GetValue(by) ?? "", TimeProvider.System));
        });
        return command;
    }
}
