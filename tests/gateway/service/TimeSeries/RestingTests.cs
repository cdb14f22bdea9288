using Microsoft.Extensions.Time.Testing;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Gateway.TimeSeries.Influx;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>Where stores take their turns: a follower settles when its slice is over, a request to a server is a slice.</summary>
public sealed class RestingTests : IDisposable
{
    private readonly Ground _ground = new();
    private readonly WatchedClock _time = new();

    public void Dispose() => _ground.Dispose();

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 0)]
    public async Task A_store_that_catches_up_settles_after_each_slice_while_docks_are_answered(bool answered, int settled)
    {
        using var journal = new TestJournal(_ground.At("data"));
        for (var batch = 0; batch < 3; batch++)
        {
            journal.Append("A", 10);
        }
        var store = new StoreOfASlice(_time);
        // no dock is answered while it would rest, so that the clock need not be driven
        var turns = new StoreTurns(() => answered && !store.HasJustSettled(), _time);
        var follower = new Follower(journal.Sources(_time).WaitBeyond, new StoreState("test"), TimeSpan.Zero, _time, turns);
        using var reader = new SeriesReader(EvidenceReader.Open(journal.Data));

        await follower.TakeAsync(store, reader, 0, default);

        Assert.Equal(settled, store.Settled);
    }

    [Fact]
    public async Task Behind_a_request_to_a_server_nobody_works_for_as_long_as_behind_any_slice()
    {
        await using var server = await ScriptedServer.StartAsync(_ =>
        {
            _time.Advance(StoreTurns.SliceMost);
            return new Said(204);
        });
        var turns = new StoreTurns(() => true, _time);
        var settings = new InfluxSettings
        {
            Url = server.Url,
            Database = "x",
            AnswerWithinSeconds = 600,
        };
        using var target = new InfluxV1(settings, _time);
        using var refused = new RefusedLines(_ground.Folder, "influx", 1_048_576, _time);
        var delivery = new Delivery(target, refused, new StoreState("influx"), new Waits(TimeSpan.FromSeconds(60), 1), _time, turns);

        var delivering = delivery.DeliverAsync(Sample.Body(1), 1, default);
        await _time.RestBegan.WaitAsync(TimeSpan.FromMinutes(1));
        var other = turns.TakeAsync(default).AsTask();

        _time.Advance((StoreTurns.RestSlices * StoreTurns.SliceMost) - TimeSpan.FromMilliseconds(1));
        Assert.False(other.IsCompleted);
        Assert.False(delivering.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await delivering;
        (await other).Dispose();
    }

    /// <summary>Tells when somebody begins to rest.</summary>
    private sealed class WatchedClock : FakeTimeProvider
    {
        private readonly TaskCompletionSource _restBegan = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task RestBegan => _restBegan.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == StoreTurns.RestStep)
            {
                _restBegan.TrySetResult();
            }
            return timer;
        }
    }

    /// <summary>Takes exactly one slice for each record, which no real store does on demand.</summary>
    private sealed class StoreOfASlice(FakeTimeProvider time) : ISeriesStore
    {
        private ulong _given;
        private bool _hasJustSettled;

        public ulong NextLeaf { get; private set; }

        public int Settled { get; private set; }

        public bool HasJustSettled()
        {
            var just = _hasJustSettled;
            _hasJustSettled = false;
            return just;
        }

        public ValueTask AcceptAsync(SeriesSource source, ReadOnlyMemory<SeriesEvent> events, CancellationToken cancel)
        {
            time.Advance(StoreTurns.SliceMost);
            return ValueTask.CompletedTask;
        }

        public ValueTask AcceptAsync(SeriesFact fact, CancellationToken cancel) => ValueTask.CompletedTask;

        public ValueTask ReachedAsync(ulong nextLeaf, CancellationToken cancel)
        {
            _given = nextLeaf;
            return ValueTask.CompletedTask;
        }

        public ValueTask FlushAsync(CancellationToken cancel)
        {
            (NextLeaf, Settled, _hasJustSettled) = (_given, Settled + 1, true);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
