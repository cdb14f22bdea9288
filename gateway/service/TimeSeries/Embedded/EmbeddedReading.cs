using DuckDB.NET.Data;

namespace TaserTelemetry.Gateway.TimeSeries.Embedded;

/// <summary>
/// The way to the embedded store for readers inside the gateway. A store that turns out damaged is replaced under them: a reader
/// finds it closed for that while, and never half of one.
/// </summary>
internal sealed class EmbeddedReading : IDisposable
{
    /// <summary>Readers at once: each can use the store's memory limit, which they share.</summary>
    public const int ReadersMax = 4;

    private readonly ReaderWriterLockSlim _gate = new();
    private readonly SemaphoreSlim _readers = new(ReadersMax);
    private DuckStore? _store;

    /// <summary>Runs a query on a connection of its own. False when the store is not open now, or does not exist.</summary>
    public bool TryRead<T>(Func<DuckDBConnection, T> query, out T? answer)
    {
        answer = default;
        _readers.Wait();
        _gate.EnterReadLock();
        try
        {
            if (_store is null)
            {
                return false;
            }
            using var connection = _store.OpenReader();
            answer = query(connection);
            return true;
        }
        finally
        {
            _gate.ExitReadLock();
            _readers.Release();
        }
    }

    /// <summary>Waits for the readers to leave, closes the store they read, if any, and opens the next, if any.</summary>
    public void Replace(Func<DuckStore>? open)
    {
        _gate.EnterWriteLock();
        try
        {
            _store?.Dispose();
            _store = null;
            _store = open?.Invoke();
        }
        finally
        {
            _gate.ExitWriteLock();
        }
    }

    /// <summary>The store that is open now, for its one writer.</summary>
    public DuckStore? Store => _store;

    public void Dispose()
    {
        Replace(null);
        _gate.Dispose();
        _readers.Dispose();
    }
}
