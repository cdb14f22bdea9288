namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>
/// What follows the journal: the embedded store and the InfluxDB writer. Journal records come in index order, each once between two
/// starts; a store says how far it holds them for good, and after a restart it is given everything from there again.
/// </summary>
internal interface ISeriesStore : IAsyncDisposable
{
    /// <summary>Leaf index that follows the last journal record the store holds for good.</summary>
    ulong NextLeaf { get; }

    /// <summary>Takes the events that one journal record brought. The memory may be reused when it returns.</summary>
    ValueTask AcceptAsync(SeriesSource source, ReadOnlyMemory<SeriesEvent> events, CancellationToken cancel);

    /// <summary>Takes a fact that one journal record states.</summary>
    ValueTask AcceptAsync(SeriesFact fact, CancellationToken cancel);

    /// <summary>All journal records below this leaf index have been given whole.</summary>
    ValueTask ReachedAsync(ulong nextLeaf, CancellationToken cancel);

    /// <summary>Nothing more is durable yet: let nothing linger.</summary>
    ValueTask FlushAsync(CancellationToken cancel);
}
