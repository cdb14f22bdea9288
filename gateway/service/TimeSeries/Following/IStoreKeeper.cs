using TaserTelemetry.Gateway.TimeSeries.Counting;

namespace TaserTelemetry.Gateway.TimeSeries.Following;

/// <summary>Opens a store, keeps it behind the journal, counts it and makes good what it lacks. One for each kind of store.</summary>
internal interface IStoreKeeper
{
    StoreState State { get; }

    /// <summary>Opens the store and follows the journal until cancelled.</summary>
    Task FollowAsync(CancellationToken cancel);

    /// <summary>Opens the store, brings it to the end of what is durable now, and closes it.</summary>
    Task FillAsync(CancellationToken cancel);

    /// <summary>Forgets what the store holds, so that the next opening fills it from the first record. It must not be open.</summary>
    void Forget();

    /// <summary>Counts the store against the journal while it follows, and repairs what differs.</summary>
    Task<CountReport> CountAsync(CancellationToken cancel);
}
