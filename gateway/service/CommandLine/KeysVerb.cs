using System.CommandLine;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>taser-gateway keys: the public halves of this gateway's keys, for policies, docks and auditors. 0 done, 1 none there, 2 usage.</summary>
internal static class KeysVerb
{
    private static readonly string[] Names = ["ledger", "receipt", "access"];

    public static Command Create()
    {
        var options = new SettingsOptions();
        var command = new Command("keys", "Prints the public keys of this gateway.");
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            if (options.Read(parsed) is not { } settings)
            {
                return Cli.Usage;
            }
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
        });
        return command;
    }
}
