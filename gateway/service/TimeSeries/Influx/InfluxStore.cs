using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Gateway.TimeSeries.LineProtocol;

namespace TaserTelemetry.Gateway.TimeSeries.Influx;

/// <summary>
/// An InfluxDB server as a store: collects the lines of whole journal records into batches, keeps a few requests in flight, and lets
/// the cursor pass a batch only when it and all before it are accepted or kept aside. Holds at most one batch more than it has in
/// flight; when all are under way, the follower waits, and the journal waits for nobody.
/// </summary>
internal sealed class InfluxStore : ISeriesStore
{
    /// <summary>Shortest time between two writes of the cursor: a cursor that lags costs repeats, each of its writes costs two syncs.</summary>
    private static readonly TimeSpan CursorEvery = TimeSpan.FromSeconds(1);

    private readonly Delivery _delivery;
    private readonly Cursor _cursor;
    private readonly TimeProvider _time;
    private readonly StoreState _state;
    private readonly EventLines _lines = new();
    private readonly Queue<Task> _underWay = new();
    private readonly Stack<LineBatch> _spare = new();
    private readonly int _requestsInFlight;
    private readonly CancellationTokenSource _stop = new();
    private LineBatch _filling;
    private long _cursorWritten;
    private ulong _nextLeaf;
    private ulong _sent;

    public InfluxStore(Delivery delivery, Cursor cursor, StoreState state, InfluxSettings settings, TimeProvider time)
    {
        _state = state;
        _delivery = delivery;
        _cursor = cursor;
        _time = time;
        _requestsInFlight = settings.RequestsInFlight;
        for (var i = 0; i <= settings.RequestsInFlight; i++)
        {
            _spare.Push(new LineBatch(settings.BatchLinesMax, settings.BatchBytesMax));
        }
        _filling = _spare.Pop();
        _nextLeaf = cursor.Read();
        _sent = _nextLeaf;
        _filling.NextLeaf = _nextLeaf;
        _cursorWritten = time.GetTimestamp();
    }

    public ulong NextLeaf => Volatile.Read(ref _nextLeaf);

    public async ValueTask AcceptAsync(SeriesSource source, ReadOnlyMemory<SeriesEvent> events, CancellationToken cancel)
    {
        _lines.Begin(source);
        if (!_filling.HasRoomFor(events.Length, _lines.LineBytesMost))
        {
            await SendAsync(cancel);
        }
        foreach (ref readonly var happened in events.Span)
        {
            _filling.Added(_lines.Write(_filling.Room(), happened));
        }
    }

    public async ValueTask AcceptAsync(SeriesFact fact, CancellationToken cancel)
    {
        if (!_filling.HasRoomFor(1, EventLines.LineBytesMax))
        {
            await SendAsync(cancel);
        }
        _filling.Added(FactLines.Write(_filling.Room(), fact));
    }

    public ValueTask ReachedAsync(ulong nextLeaf, CancellationToken cancel)
    {
        _filling.NextLeaf = nextLeaf;
        return ValueTask.CompletedTask;
    }

    public async ValueTask FlushAsync(CancellationToken cancel) => await SendAsync(cancel);

    /// <summary>Waits until everything that was given is accepted or kept aside, and the cursor says so.</summary>
    public async Task DrainAsync(CancellationToken cancel)
    {
        await SendAsync(cancel);
        while (_underWay.TryDequeue(out var oldest))
        {
            await oldest.WaitAsync(cancel);
        }
        _cursor.Write(NextLeaf);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var open in _underWay)
        {
            // A failure has been told already, through the state and to whoever waited for it.
            await ((Task)open).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _cursor.Write(NextLeaf);
        _stop.Dispose();
    }

    private async Task SendAsync(CancellationToken cancel)
    {
        if (_filling.Lines == 0 && _filling.NextLeaf <= _sent)
        {
            return;
        }
        while (_underWay.TryPeek(out var oldest) && (_underWay.Count >= _requestsInFlight || oldest.IsCompleted))
        {
            await oldest.WaitAsync(cancel);
            _ = _underWay.Dequeue();
        }
        var batch = _filling;
        _sent = batch.NextLeaf;
        var before = _underWay.Count > 0 ? _underWay.Last() : Task.CompletedTask;
        _underWay.Enqueue(
            Task.Factory.StartNew(
                    () => DeliverAsync(batch, before),
                    CancellationToken.None,
                    TaskCreationOptions.DenyChildAttach,
                    TaskScheduler.Current // where the follower works: compressing is part of catching up
                )
                .Unwrap()
        );
        lock (_spare)
        {
            _filling = _spare.Pop();
        }
        _filling.Clear();
        _filling.NextLeaf = batch.NextLeaf;
    }

    private async Task DeliverAsync(LineBatch batch, Task before)
    {
        await _delivery.DeliverAsync(batch.Bytes, batch.Lines, _stop.Token);
        var reached = batch.NextLeaf;
        lock (_spare)
        {
            _spare.Push(batch);
        }
        // Accepted out of order is accepted; the position moves in order.
        await before;
        Volatile.Write(ref _nextLeaf, reached);
        _state.Reached(reached);
        if (_time.GetElapsedTime(_cursorWritten) >= CursorEvery)
        {
            _cursor.Write(reached);
            _cursorWritten = _time.GetTimestamp();
        }
    }
}
