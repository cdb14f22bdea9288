using System.CommandLine;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>Carries an operator's request to DATA: through the running gateway when there is one, else by taking the lock.</summary>
internal static class Operator
{
    public static Option<string?> ByOption() =>
        new("--by") { Description = "Who asks; kept in DATA/records, the ledger holds a random id." };

    public static async Task<int> AskAsync(GatewaySettings settings, ControlMessage message, CancellationToken cancellation)
    {
        var answer = await CarryAsync(settings, message, cancellation);
        foreach (var line in answer.Lines)
        {
            await (answer.Done ? Console.Out : Console.Error).WriteLineAsync(line);
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
            var request = new ControlRequest(message.Verb, ControlSocket.ActorOf(settings.Data, message.By), message.Arguments);
            var reader = ControlSocket.ReaderOf(message);
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
