namespace TaserTelemetry.Gateway.TimeSeries.Following;

/// <summary>A keeper at work, and the wish that it begin anew: that wish ends the following, which must be over before a store can forget.</summary>
internal sealed class KeptStore(IStoreKeeper keeper) : IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _following;
    private TaskCompletionSource? _wish;

    public IStoreKeeper Keeper => keeper;

    /// <summary>Follows until cancelled, or returns when it is to begin anew.</summary>
    public async Task FollowAsync(CancellationToken stop)
    {
        using var following = CancellationTokenSource.CreateLinkedTokenSource(stop);
        lock (_gate)
        {
            if (_wish is { } wish)
            {
                keeper.Forget();
                keeper.State.Reached(0);
                _wish = null;
                wish.SetResult();
            }
            _following = following;
        }
        try
        {
            await keeper.FollowAsync(following.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            keeper.State.Set(StorePhase.Starting, "It is filled anew from the journal.");
        }
        finally
        {
            lock (_gate)
            {
                _following = null;
            }
        }
    }

    /// <summary>Has the store filled anew from the first record; completes when it has forgotten what it held.</summary>
    public Task BeginAnewAsync()
    {
        lock (_gate)
        {
            _wish ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _following?.Cancel();
            return _wish.Task;
        }
    }

    public void Dispose() => (keeper as IDisposable)?.Dispose();
}
