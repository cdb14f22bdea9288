namespace TaserTelemetry.Gateway.Ingest;

/// <summary>
/// How far the journal is durable. Everything derived (time series, embedded store, checkpoints, page) follows it: a follower reads
/// up to <see cref="NextIndex"/> and then waits for more. Ingest never waits for a follower.
/// </summary>
internal sealed class DurableMark(TimeProvider clock)
{
    private readonly Lock gate = new();
    private TaskCompletionSource moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong nextIndex;
    private long movedTimestamp;

    /// <summary>Index after the last durable record: all below are fsynced. 0 = nothing is durable yet.</summary>
    public ulong NextIndex => Volatile.Read(ref nextIndex);

    /// <summary>Whether something became durable in the last so long: docks are being answered.</summary>
    public bool MovedWithin(TimeSpan span) => clock.GetElapsedTime(Volatile.Read(ref movedTimestamp)) < span;

    /// <summary>Called by the commit thread after the fsync has returned, and once at start with what recovery found.</summary>
    public void Advance(ulong next)
    {
        TaskCompletionSource woken;
        lock (gate)
        {
            Volatile.Write(ref nextIndex, next);
            Volatile.Write(ref movedTimestamp, clock.GetTimestamp());
            woken = moved;
            moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        woken.SetResult();
    }

    /// <summary>Completes when records from <paramref name="index"/> on are durable, with the new <see cref="NextIndex"/>.</summary>
    public async ValueTask<ulong> WaitBeyondAsync(ulong index, CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            lock (gate)
            {
                if (nextIndex > index)
                {
                    return nextIndex;
                }
                wait = moved.Task;
            }
            await wait.WaitAsync(cancellation);
        }
    }
}
