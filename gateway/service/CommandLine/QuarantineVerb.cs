using System.CommandLine;
using System.Globalization;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>taser-gateway quarantine list|show|retry: what was kept aside, its bytes, and a second judgement. 0 done, 1 refused, 2 usage, 6 in use and silent.</summary>
internal static class QuarantineVerb
{
    private const int LineBytes = 32;

    public static Command Create() => new("quarantine", "What was kept aside: list, show, judge again.") { List(), Show(), Retry() };

    private static Command List()
    {
        var options = new SettingsOptions();
        var command = new Command("list", "Lists every item that was kept aside.");
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            if (options.Read(parsed) is not { } settings)
            {
                return Cli.Usage;
            }
            var count = 0;
            foreach (var (index, item, _) in Items(settings.Data, 0))
            {
                count++;
                Console.Out.WriteLine(
                    $"{index, 10}  {UnixTime.FromNs(item.Arrival.ReceivedNs):yyyy-MM-dd'T'HH:mm:sszzz}  {(Reason)item.Reason, -20}  {item.Kind, -11}  {item.ReceivedBytes, 6} B  {item.Arrival.Place.Force}/{item.Arrival.Place.Armoury}/{item.Arrival.Place.Dock}"
                );
            }
            Console.Error.WriteLine(
                count == 0 ? "Nothing is kept aside." : $"{count} items. Reading them is not logged yet: there is no access log here."
            );
            return Cli.Done;
        });
        return command;
    }

    private static Command Show()
    {
        var index = new Argument<ulong>("INDEX") { Description = "Leaf index, as list shows it." };
        var options = new SettingsOptions();
        var command = new Command("show", "Shows one item with its bytes in hex.") { index };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            if (options.Read(parsed) is not { } settings)
            {
                return Cli.Usage;
            }
            var wanted = parsed.GetRequiredValue(index);
            foreach (var (at, item, received) in Items(settings.Data, wanted).Where(i => i.Index == wanted).Take(1))
            {
                Console.Out.WriteLine($"{at}: {item}");
                for (var offset = 0; offset < received.Length; offset += LineBytes)
                {
                    Console.Out.WriteLine(
                        $"{offset:x6}  {Convert.ToHexStringLower(received.AsSpan(offset, Math.Min(LineBytes, received.Length - offset)))}"
                    );
                }
                return Cli.Done;
            }
            Console.Error.WriteLine($"taser-gateway: leaf {wanted} is no quarantined item. 'quarantine list' shows those there are.");
            return Cli.Fatal;
        });
        return command;
    }

    private static Command Retry()
    {
        var index = new Argument<ulong?>("INDEX") { Description = "Leaf index; none = all.", Arity = ArgumentArity.ZeroOrOne };
        var by = Operator.ByOption();
        var options = new SettingsOptions();
        var command = new Command("retry", "Judges items again with what is known now.") { index, by };
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                if (options.Read(parsed) is not { } settings)
                {
                    return Cli.Usage;
                }
                var arguments = new Dictionary<string, string>
                {
                    ["index"] = parsed.GetValue(index)?.ToString(CultureInfo.InvariantCulture) ?? "",
                };
                return await Operator.AskAsync(
                    settings,
                    new ControlMessage(ControlActions.RetryQuarantine, parsed.GetValue(by) ?? "", arguments),
                    cancellation
                );
            }
        );
        return command;
    }

    private static IEnumerable<(ulong Index, Quarantined Item, byte[] Received)> Items(string data, ulong from)
    {
        using var reader = JournalReader.Open(new RealDisk(), LogPlace.Ledger(data).Journal, from);
        while (reader.Read() == Ledger.Journals.ReadStatus.Record)
        {
            if (reader.Kind == RecordKind.Quarantined && Leaf.Decode(reader.Leaf).Leaf is Quarantined item)
            {
                yield return (reader.Index, item, reader.State == ReceivedState.Present ? reader.Received.ToArray() : []);
            }
        }
    }
}
