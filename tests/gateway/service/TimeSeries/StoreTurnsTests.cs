using Microsoft.Extensions.Time.Testing;
using TaserTelemetry.Gateway.TimeSeries.Following;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>Catching up leaves room for the thread that a dock's ack waits for.</summary>
public sealed class StoreTurnsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task While_docks_are_answered_one_store_works_at_a_time_and_they_alternate()
    {
        var turns = new StoreTurns(() => true, _time);
        var first = await turns.TakeAsync(default);
        var second = turns.TakeAsync(default).AsTask();
        Assert.False(second.IsCompleted);

        first.Dispose();
        var again = turns.TakeAsync(default).AsTask();

        var turn = await second;
        Assert.False(again.IsCompleted);
        turn.Dispose();
        (await again).Dispose();
    }

    [Fact]
    public async Task While_no_dock_waits_the_stores_work_at_once()
    {
        var turns = new StoreTurns(() => false, _time);

        using var first = await turns.TakeAsync(default);
        using var second = await turns.TakeAsync(default);
    }

    [Fact]
    public async Task A_store_that_holds_its_turn_for_long_is_passed_by_and_gives_back_no_more_than_it_took()
    {
        var turns = new StoreTurns(() => true, _time);
        var hanging = await turns.TakeAsync(default);
        var other = turns.TakeAsync(default).AsTask();

        _time.Advance(StoreTurns.PatienceMax - TimeSpan.FromMilliseconds(1));
        Assert.False(other.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await other).Dispose();

        Assert.False(turns.TakeAsync(default).AsTask().IsCompleted);
        hanging.Dispose();
    }

    [Theory]
    [InlineData(20, 580)]
    [InlineData(172, 4_988)]
    [InlineData(173, 5_000)]
    public async Task Behind_a_slice_nobody_works_for_twenty_nine_times_as_long_but_never_longer_than_five_seconds(int workedMs, int restMs)
    {
        var turns = new StoreTurns(() => true, _time);
        var turn = await turns.TakeAsync(default);
        _time.Advance(TimeSpan.FromMilliseconds(workedMs));

        var resting = turns.RestAsync(turn, default).AsTask();
        var other = turns.TakeAsync(default).AsTask();

        _time.Advance(TimeSpan.FromMilliseconds(restMs - 1));
        Assert.False(resting.IsCompleted);
        Assert.False(other.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await resting;
        (await other).Dispose();
    }

    [Fact]
    public async Task A_rest_ends_soon_after_the_last_dock_was_answered()
    {
        var answered = true;
        var turns = new StoreTurns(() => answered, _time);
        var turn = await turns.TakeAsync(default);
        _time.Advance(TimeSpan.FromSeconds(1));
        var resting = turns.RestAsync(turn, default).AsTask();

        answered = false;
        _time.Advance(StoreTurns.RestStep);

        await resting;
    }

    [Fact]
    public async Task A_slice_is_over_after_its_time_only_while_docks_are_answered()
    {
        var turns = new StoreTurns(() => true, _time);
        using var turn = await turns.TakeAsync(default);
        using var unhurried = await new StoreTurns(() => false, _time).TakeAsync(default);

        _time.Advance(StoreTurns.SliceMost - TimeSpan.FromTicks(1));
        Assert.False(turn.IsOver(_time));
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.True(turn.IsOver(_time));
        Assert.False(unhurried.IsOver(_time));
    }

    [Fact]
    public async Task A_stop_during_the_rest_gives_the_turn_back()
    {
        var turns = new StoreTurns(() => true, _time);
        using var stop = new CancellationTokenSource();
        var turn = await turns.TakeAsync(default);
        _time.Advance(StoreTurns.SliceMost);
        var resting = turns.RestAsync(turn, stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resting);
        (await turns.TakeAsync(default)).Dispose();
    }

    [Fact]
    public async Task A_store_does_not_rest_while_no_dock_waits()
    {
        var turns = new StoreTurns(() => false, _time);
        await turns.RestAsync(await turns.TakeAsync(default), default);
    }

    [Fact]
    public async Task A_stop_ends_the_waiting()
    {
        var turns = new StoreTurns(() => true, _time);
        using var held = await turns.TakeAsync(default);
        using var stop = new CancellationTokenSource();
        var waiting = turns.TakeAsync(stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
