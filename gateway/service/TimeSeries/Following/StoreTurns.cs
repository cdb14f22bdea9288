using System.Threading.Channels;

namespace TaserTelemetry.Gateway.TimeSeries.Following;

/// <summary>
/// While docks are being answered the stores that catch up work one at a time, a slice each, and behind each slice nobody works for
/// twenty-nine times as long: what they take of the cores and of the disk's queue, an ack waits behind. So an ack meets a store at work
/// one time in thirty. While no dock waits they work at once, and without a rest. A store that holds its turn for long (a server that hangs)
/// is passed by, so that nothing stands still because of another.
/// </summary>
internal sealed class StoreTurns
{
    /// <summary>A store that can settle at any time does so after this long in its turn, so that its syncs stay small.</summary>
    public static readonly TimeSpan SliceMost = TimeSpan.FromMilliseconds(20);

    /// <summary>Rest behind a slice, in lengths of the slice.</summary>
    public const int RestSlices = 29;

    /// <summary>Longest rest behind one slice.</summary>
    public static readonly TimeSpan RestMax = TimeSpan.FromSeconds(5);

    /// <summary>After so long of a rest it is asked again whether docks are still answered.</summary>
    public static readonly TimeSpan RestStep = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest wait for another store's slice and the rest behind it.</summary>
    public static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(6);

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

    /// <summary>Ends a slice: rests, no longer than docks are answered, and gives the turn back behind the rest.</summary>
    public async ValueTask RestAsync(Turn turn, CancellationToken cancel)
    {
        using (turn)
        {
            if (turn.Began is not { } began)
            {
                return;
            }
            var rested = _time.GetTimestamp();
            var rest = RestSlices * _time.GetElapsedTime(began);
            rest = rest < RestMax ? rest : RestMax;
            while (rest - _time.GetElapsedTime(rested) is { Ticks: > 0 } left && _docksAreAnswered())
            {
                await Task.Delay(left < RestStep ? left : RestStep, _time, cancel);
            }
        }
    }

    /// <summary>One slice of work. The default one holds nobody up.</summary>
    public readonly struct Turn(ChannelWriter<bool>? free, long began) : IDisposable
    {
        /// <summary>When it was taken; null when nobody was held up.</summary>
        public long? Began => free is null ? null : began;

        /// <summary>Whether a store that can settle now should.</summary>
        public bool IsOver(TimeProvider time) => Began is { } since && time.GetElapsedTime(since) >= SliceMost;

        public void Dispose() => free?.TryWrite(true);
    }
}
