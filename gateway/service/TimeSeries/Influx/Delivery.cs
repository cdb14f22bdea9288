using TaserTelemetry.Gateway.TimeSeries.Following;

namespace TaserTelemetry.Gateway.TimeSeries.Influx;

/// <summary>
/// Brings a batch of lines to a server: returns when every line is either accepted or kept in DATA/refused with the server's words,
/// and never before. Repeating is safe because a point's series and time are fixed: the same line again changes nothing.
/// </summary>
internal sealed class Delivery(
    ILineTarget target,
    RefusedLines refused,
    StoreState state,
    Waits waits,
    TimeProvider time,
    StoreTurns? turns = null
)
{
    private readonly record struct Piece(ReadOnlyMemory<byte> Body, int Lines);

    public async Task DeliverAsync(ReadOnlyMemory<byte> body, int lines, CancellationToken cancel)
    {
        var open = new Stack<Piece>();
        if (lines > 0)
        {
            open.Push(new Piece(body, lines));
        }
        while (open.TryPop(out var piece))
        {
            var answer = await UntilDecidedAsync(piece, cancel);
            if (answer.Verdict == WriteVerdict.Accepted)
            {
                state.Accepted(piece.Lines);
            }
            else if (piece.Lines == 1 || answer.Verdict == WriteVerdict.AllBeyondRetention)
            {
                await KeepAsideAsync(piece, answer.Words, cancel);
            }
            else
            {
                var (first, second) = Halve(piece);
                open.Push(second);
                open.Push(first);
            }
        }
    }

    /// <summary>Sends the same bytes until the server has decided about them.</summary>
    private async Task<WriteAnswer> UntilDecidedAsync(Piece piece, CancellationToken cancel)
    {
        for (var attempts = 1; ; attempts++)
        {
            var answer = await WriteAsync(piece, cancel);
            TimeSpan wait;
            switch (answer.Verdict)
            {
                case WriteVerdict.Busy:
                    state.Set(StorePhase.Waiting, answer.Words);
                    wait = waits.AfterBusy(answer.RetryAfter, attempts);
                    break;
                case WriteVerdict.Unknown:
                    state.Set(StorePhase.Waiting, answer.Words);
                    wait = waits.AfterFailure(attempts);
                    break;
                case WriteVerdict.ConfigurationFault:
                    state.Set(StorePhase.Stopped, answer.Words);
                    wait = waits.AfterFault();
                    break;
                default:
                    state.Set(StorePhase.Following, "");
                    return answer;
            }
            state.AttemptFailed();
            await Task.Delay(wait, time, cancel);
        }
    }

    /// <summary>One request, in its turn: a server on this machine works while we wait, and takes what a dock's ack needs.</summary>
    private async Task<WriteAnswer> WriteAsync(Piece piece, CancellationToken cancel)
    {
        if (turns is null)
        {
            return await target.WriteAsync(piece.Body, piece.Lines, cancel);
        }
        var turn = await turns.TakeAsync(cancel);
        try
        {
            return await target.WriteAsync(piece.Body, piece.Lines, cancel);
        }
        finally
        {
            await turns.RestAsync(turn, cancel);
        }
    }

    private async Task KeepAsideAsync(Piece piece, string words, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                if (refused.TryAdd(target.Name, words, piece.Body.Span))
                {
                    state.Refused(piece.Lines);
                    return;
                }
                state.Set(
                    StorePhase.Stopped,
                    $"{refused.FilePath} is full. Last words of the server: {words}. Mend the cause, or raise refusedMebibytesMax."
                );
            }
            catch (IOException noRoom)
            {
                state.Set(StorePhase.Waiting, $"{refused.FilePath} cannot be written: {noRoom.Message}");
            }
            await Task.Delay(waits.AfterFault(), time, cancel);
        }
    }

    private static (Piece First, Piece Second) Halve(Piece piece)
    {
        var half = piece.Lines / 2;
        var span = piece.Body.Span;
        var at = 0;
        for (var line = 0; line < half; line++)
        {
            at += span[at..].IndexOf((byte)'\n') + 1;
        }
        return (new Piece(piece.Body[..at], half), new Piece(piece.Body[at..], piece.Lines - half));
    }
}
