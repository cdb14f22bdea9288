using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;

namespace TaserTelemetry.Gateway.Control;

/// <summary>
/// An operator's request from beginning to end, the same whether the gateway runs or not. What touches files and DATA/records happens here; only
/// what appends runs as a step on the thread that writes, and is durable when the step is over.
/// </summary>
internal static class ControlDesk
{
    /// <summary>Answers a request; <paramref name="reader"/> is the asker's name for the access log.</summary>
    public static async Task<ControlAnswer> AnswerAsync(
        OpenJournal journal,
        string data,
        ControlRequest request,
        string reader,
        Func<Action, Task> step,
        TimeProvider clock
    )
    {
        switch (request.Verb)
        {
            case ImportLogAction.Verb:
                return await ImportLogAction.RunAsync(journal, data, request, step, clock);
            case Decisions.Verb:
                return await Decisions.RunAsync(journal, data, request, step, clock);
            case RunTraces.Verb:
                return await RunTraces.RunAsync(journal, data, request, step, clock);
            default:
                break;
        }
        if (ControlActions.Read(journal, request, reader, UnixTime.NowNs(clock)) is { } read)
        {
            return read;
        }
        ControlAnswer? answer = null;
        await step(() => answer = ControlActions.Run(journal, request, UnixTime.NowNs(clock)));
        return answer!;
    }
}
