using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Gateway.TimeSeries.Counting;
using TaserTelemetry.Gateway.TimeSeries.Following;

namespace TaserTelemetry.Gateway.TimeSeries.Embedded;

/// <summary>Keeps DATA/store.duckdb behind the journal.</summary>
internal sealed class EmbeddedKeeper(
    DuckDbSettings settings,
    TimeSeriesSources sources,
    EmbeddedReading embedded,
    StoreState state,
    TimeSpan settleEvery,
    ILogger log
) : IStoreKeeper
{
    public StoreState State => state;

    public async Task FollowAsync(CancellationToken cancel)
    {
        var store = Open();
        try
        {
            using var reader = ReaderFrom(store);
            await Following().FollowAsync(store, reader, cancel);
        }
        finally
        {
            embedded.Replace(null);
        }
    }

    public async Task FillAsync(CancellationToken cancel)
    {
        var store = Open();
        try
        {
            using var reader = ReaderFrom(store);
            await Following().TakeAsync(store, reader, store.NextLeaf, cancel);
            await store.FlushAsync(cancel);
            state.Reached(store.NextLeaf);
        }
        finally
        {
            embedded.Replace(null);
        }
    }

    public void Forget() => DuckStore.Delete(sources.DuckDbFile);

    /// <summary>Its rows and its position are one transaction, so a difference means that the file is not sound: the caller begins it anew.</summary>
    public Task<CountReport> CountAsync(CancellationToken cancel) =>
        new CountCheck(sources, state, new CountedDuckDb(embedded)).CountAsync(cancel);

    private Follower Following() => new(sources.WaitBeyond, state, settleEvery, sources.Time, sources.Turns);

    private SeriesReader ReaderFrom(DuckStore store)
    {
        state.Reached(store.NextLeaf);
        state.Set(StorePhase.Following, "");
        return new SeriesReader(new EvidenceReader(sources.OpenReader(store.NextLeaf)));
    }

    private DuckStore Open()
    {
        embedded.Replace(() => DuckStore.Open(sources.DuckDbFile, settings, sources.Journal));
        var store = embedded.Store!;
        if (store.RebuiltBecause == DuckStore.NoFile)
        {
            log.StoreBegun(state.Name);
        }
        else if (store.RebuiltBecause.Length > 0)
        {
            log.StoreRebuilt(state.Name, store.RebuiltBecause);
        }
        return store;
    }
}
