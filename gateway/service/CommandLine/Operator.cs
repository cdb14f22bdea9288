using System.CommandLine;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.Records;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>Carries an operator's request to DATA: through the running gateway when there is one, else by taking the lock.</summary>
internal static class Operator
{
    public static Option<string?> ByOption() =>
        new("--by") { Description = "Who asks; kept in DATA/records, the ledger holds a random id." };

    /// <summary>A verb that asks DATA for one thing: with --by, the settings options, and its own arguments.</summary>
    public static Command Verb(Command command, string verb, Func<ParseResult, Dictionary<string, string>> arguments)
    {
        var by = ByOption();
        var options = new SettingsOptions();
        command.Options.Add(by);
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
                options.Read(parsed) is { } settings
                    ? await AskAsync(settings, new ControlMessage(verb, parsed.GetValue(by) ?? "", arguments(parsed)), cancellation)
                    : Cli.Usage
        );
        return command;
    }

    public static async Task<int> AskAsync(GatewaySettings settings, ControlMessage message, CancellationToken cancellation)
    {
        return Tell(await CarryAsync(settings, message, cancellation));
    }

    /// <summary>Says what came of it, and answers the exit code.</summary>
    public static int Tell(ControlAnswer answer)
    {
        foreach (var line in answer.Lines)
        {
            (answer.Done ? Console.Out : Console.Error).WriteLine(line);
        }
        return answer.Done ? Cli.Done : Cli.Fatal;
    }

    /// <summary>The answer, without showing it.</summary>
    public static async Task<ControlAnswer> CarryAsync(GatewaySettings settings, ControlMessage message, CancellationToken cancellation)
    {
        var clock = TimeProvider.System;
        OpenJournal journal;
        try
        {
            journal = OpenJournal.Open(settings);
        }
        catch (DataInUseException inUse)
        {
            return await ControlSocket.AskAsync(settings.Data, message, inUse, cancellation);
        }
        using (journal)
        {
            journal.AppendStart(settings, UnixTime.NowNs(clock));
            journal.RememberOlder();
            var account = OsAccount.Own();
            var actor = ControlSocket.ActorOf(settings.Data, message.By, account, message.Verb, clock);
            var request = new ControlRequest(message.Verb, actor, message.Arguments);
            var reader = ControlSocket.ReaderOf(message, account);
            if (request.Verb == ControlActions.Backup)
            {
                var copied = Backup.RunStopped(journal, request, reader, clock);
                journal.AppendStop(clock);
                return copied;
            }
            var answer = StoreActions.Knows(request.Verb)
                ? await StoreActions.RunStoppedAsync(journal, settings, request, reader, clock, cancellation)
                : await ControlDesk.AnswerAsync(journal, settings.Data, request, reader, step => CommitAsync(journal, step), clock);
            journal.Commit();
            journal.AppendStop(clock);
            return answer;
        }
    }

    private static Task CommitAsync(OpenJournal journal, Action step)
    {
        step();
        journal.Commit();
        journal.Known.GroupIsDurable();
        return Task.CompletedTask;
    }
}
