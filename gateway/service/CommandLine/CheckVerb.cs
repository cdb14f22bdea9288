using System.CommandLine;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>taser-gateway check: would it start with these settings? Changes nothing. 0 yes, 1 no, 2 wrong settings, 6 it runs already.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        var options = new SettingsOptions();
        var command = new Command("check", "Says whether the gateway would start with these settings; changes nothing.");
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            if (options.Read(parsed) is not { } settings)
            {
                return Cli.Usage;
            }
            Console.Out.WriteLine(
                $"settings   sound: {settings.Docks.Count} docks, {settings.Devices.Count} devices, {settings.SerialPorts.Count} serial lines"
            );
            Console.Out.WriteLine(
                $"broker     {(settings.Mqtt.Broker.Length > 0 ? settings.Mqtt.Broker : $"embedded, on {settings.Mqtt.Listen}")}"
            );
            foreach (var port in settings.SerialPorts.Where(p => !File.Exists(p.Path)))
            {
                Console.Out.WriteLine($"serial     {port.Path} is not there now; the gateway would wait for it");
            }
            if (Directory.Exists(settings.Data) && DataLock.HolderOf(settings.Data) is { } holder)
            {
                Console.Out.WriteLine($"data       {settings.Data} is in use by process {holder}");
                return Cli.InUse;
            }
            var made = File.Exists(Path.Combine(settings.Data, "ledger", "ledger.vkey"));
            var folder = new KeyFolder(new RealDisk(), settings.Keys);
            var key = folder.Has("ledger") || folder.IsHandedOver("ledger");
            Console.Out.WriteLine(made ? $"data       {settings.Data} holds a ledger" : $"data       {settings.Data} would be made");
            if (made && !key)
            {
                Console.Error.WriteLine(
                    $"taser-gateway: {settings.Keys} holds no key for that ledger. Give its keys folder with --keys, or restore the key's backup."
                );
                return Cli.Fatal;
            }
            return Cli.Done;
        });
        return command;
    }
}
