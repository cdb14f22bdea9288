namespace TaserTelemetry.Gateway.Hosting;

/// <summary>Something derived that follows the journal and can lag: a store, a server. Health shows it; ingest never waits for it.</summary>
internal interface IFollower
{
    /// <summary>Its name on health and page.</summary>
    string Name { get; }

    /// <summary>Index after the last record it has taken in for good.</summary>
    ulong NextIndex { get; }

    /// <summary>What keeps it from going on; empty = nothing.</summary>
    string Problem { get; }
}
