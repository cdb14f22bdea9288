using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.TimeSeries.Following;

/// <summary>The journal cannot be read on: where, and what to do about it.</summary>
internal sealed class JournalUnreadableException : Exception
{
    public JournalUnreadableException(string message)
        : base(message) { }

    public JournalUnreadableException(string message, Exception cause)
        : base(message, cause) { }

    public JournalUnreadableException() { }

    public static JournalUnreadableException At(JournalProblem problem) =>
        new($"The journal is damaged: {problem}. Nothing behind it reaches this store. Run taser-audit verify on a copy of DATA.");
}

/// <summary>
/// Brings one store along behind the journal. It reads up to what is durable, lets the store settle, and sleeps until more is durable.
/// While little comes it settles at most every <paramref name="settleEvery"/>: each settling costs the disk a sync that the journal
/// would otherwise have.
/// </summary>
/// <param name="waitBeyond">Completes when leaves from the index on are durable, with the index after the last.</param>
/// <param name="state">Told how far it is.</param>
/// <param name="settleEvery">Shortest time from one settling to the next.</param>
/// <param name="time">The clock.</param>
/// <param name="turns">Who works when; null for a store that takes its turns itself.</param>
internal sealed class Follower(
    Func<ulong, CancellationToken, ValueTask<ulong>> waitBeyond,
    StoreState state,
    TimeSpan settleEvery,
    TimeProvider time,
    StoreTurns? turns
)
{
    /// <summary>Follows from where the store stands until cancelled.</summary>
    /// <exception cref="JournalUnreadableException">A record below the last commit cannot be read.</exception>
    public async Task FollowAsync(ISeriesStore store, SeriesReader reader, CancellationToken cancel)
    {
        var next = store.NextLeaf;
        while (true)
        {
            state.Durable(await waitBeyond(next, cancel));
            var began = time.GetTimestamp();
            next = await TakeAsync(store, reader, next, cancel);
            await store.FlushAsync(cancel);
            state.Reached(store.NextLeaf);
            var rest = settleEvery - time.GetElapsedTime(began);
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, time, cancel);
            }
        }
    }

    /// <summary>Gives the store everything up to the end of what is durable; returns the leaf index after it.</summary>
    public async Task<ulong> TakeAsync(ISeriesStore store, SeriesReader reader, ulong next, CancellationToken cancel)
    {
        var turn = await TurnAsync(cancel);
        try
        {
            ReadStatus status;
            while ((status = reader.Read()) == ReadStatus.Record)
            {
                cancel.ThrowIfCancellationRequested();
                var held = store.NextLeaf;
                next = await GiveAsync(store, reader, cancel);
                if (turn.IsOver(time))
                {
                    await store.FlushAsync(cancel);
                }
                if (store.NextLeaf > held)
                {
                    // What the store makes durable at once is a slice.
                    var slice = turn;
                    turn = default;
                    await RestAsync(slice, cancel);
                    turn = await TurnAsync(cancel);
                }
            }
            return status == ReadStatus.End ? next : throw JournalUnreadableException.At(reader.Problem!.Value);
        }
        finally
        {
            turn.Dispose();
        }
    }

    private ValueTask<StoreTurns.Turn> TurnAsync(CancellationToken cancel) => turns is null ? default : turns.TakeAsync(cancel);

    private ValueTask RestAsync(StoreTurns.Turn slice, CancellationToken cancel) =>
        turns is null ? default : turns.RestAsync(slice, cancel);

    private async ValueTask<ulong> GiveAsync(ISeriesStore store, SeriesReader reader, CancellationToken cancel)
    {
        if (reader.Fact is { } fact)
        {
            await store.AcceptAsync(fact, cancel);
        }
        if (reader.Source is { } source)
        {
            await store.AcceptAsync(source, reader.Events, cancel);
            state.SeriesSeen.Add(source, reader.Events.Span);
        }
        var next = reader.Index + 1;
        await store.ReachedAsync(next, cancel);
        state.Reached(store.NextLeaf);
        return next;
    }
}
