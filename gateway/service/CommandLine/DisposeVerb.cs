using System.CommandLine;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.Records;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>
/// taser-gateway dispose request|confirm|list|run: raw bytes go by policy, when two people agree, 30 days after that is witnessed. 0 done,
/// 1 refused, 2 usage, 6 in use ('run' wants the gateway stopped).
/// </summary>
internal static class DisposeVerb
{
    public static Command Create() =>
        new("dispose", "Disposes of raw bytes under the retention policy.") { Request(), Confirm(), List(), Run() };

    private static Command Request()
    {
        var of = new Option<string>("--class") { Description = "routine, activation or quarantine.", Required = true };
        return Operator.Verb(
            new Command("request", "Asks for the disposal of what the policy no longer keeps.") { of },
            ControlActions.RequestDisposal,
            parsed => new() { ["class"] = parsed.GetRequiredValue(of) }
        );
    }

    private static Command Confirm()
    {
        var number = new Argument<string>("NUMBER") { Description = "Number of the request." };
        return Operator.Verb(
            new Command("confirm", "Agrees to a request; somebody else than who asked.") { number },
            ControlActions.ConfirmDisposal,
            parsed => new() { ["number"] = parsed.GetRequiredValue(number) }
        );
    }

    private static Command List() =>
        Operator.Verb(
            new Command("list", "Lists requests, disposals, and copies outside the gateway's reach."),
            ControlActions.ListDisposals,
            _ => []
        );

    private static Command Run()
    {
        var by = Operator.ByOption();
        var options = new SettingsOptions();
        var command = new Command("run", "Zeroes what is due; the gateway must be stopped.") { by };
        options.AddTo(command);
        command.SetAction(parsed => options.Read(parsed) is { } settings ? Run(settings, parsed.GetValue(by) ?? "") : Cli.Usage);
        return command;
    }

    private static int Run(GatewaySettings settings, string by)
    {
        var clock = TimeProvider.System;
        using var journal = OpenJournal.Open(settings);
        journal.AppendStart(settings, UnixTime.NowNs(clock));
        var outcome = DisposalRun.Run(journal, ControlSocket.ActorOf(settings.Data, by, OsAccount.Own(), "dispose-run", clock), clock);
        journal.AppendStop(clock);
        foreach (var line in outcome.Lines)
        {
            (outcome.Done ? Console.Out : Console.Error).WriteLine(line);
        }
        return outcome.Done ? Cli.Done : Cli.Fatal;
    }
}
