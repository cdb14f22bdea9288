using System.Threading.Channels;

namespace TaserTelemetry.Gateway.TimeSeries.Following;

/// <summary>
/// While docks are being answered the stores that catch up work one at a time, a slice each: on two cores one of them stays free for
/// the thread that an ack waits for, and one that writes to the journal's disk also rests. While no dock waits they work at once, and
/// without a rest. A store that holds its turn for long (a server that hangs)
/// is passed by, so that nothing stands still because of another.
/// </summary>
internal sealed class StoreTurns
{
    /// <summary>Longest wait for another store's slice.</summary>
    public static readonly TimeSpan PatienceMax = TimeSpan.FromMilliseconds(500);

    private readonly Func<bool> _docksAreAnswered;
    private readonly TimeProvider _time;
    private readonly Channel<bool> _free = Channel.CreateBounded<bool>(1);

    /// <param name="docksAreAnswered">Whether docks are being answered now.</param>
    /// <param name="time">The clock of the patience.</param>
    public StoreTurns(Func<bool> docksAreAnswered, TimeProvider time)
    {
        (_docksAreAnswered, _time) = (docksAreAnswered, time);
        _free.Writer.TryWrite(true);
    }

    /// <summary>Completes when the caller may work on one slice; it gives the turn back by disposing of it.</summary>
    public async ValueTask<Turn> TakeAsync(CancellationToken cancel)
    {
        if (!_docksAreAnswered())
        {
            return default;
        }
        using var patience = new CancellationTokenSource(PatienceMax, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            await _free.Reader.ReadAsync(either.Token);
            return new Turn(_free.Writer, _time.GetTimestamp());
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return default;
        }
    }

    /// <summary>
    /// Gives a turn back and rests for twice as long as it took, at most <see cref="PatienceMax"/>: for a store on the journal's own
    /// disk, whose syncs an ack must wait behind.
    /// </summary>
    public async ValueTask RestAsync(Turn turn, CancellationToken cancel)
    {
        turn.Dispose();
        if (turn.Began is { } began)
        {
            var rest = 2 * _time.GetElapsedTime(began);
            await Task.Delay(rest < PatienceMax ? rest : PatienceMax, _time, cancel);
        }
    }

    /// <summary>One slice of work. The default one holds nobody up.</summary>
    public readonly struct Turn(ChannelWriter<bool>? free, long began) : IDisposable
    {
        /// <summary>When it was taken; null when nobody was held up.</summary>
        public long? Began => free is null ? null : began;

        public void Dispose() => free?.TryWrite(true);
    }
}
