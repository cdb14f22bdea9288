using TaserTelemetry.Gateway.TimeSeries.LineProtocol;

namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>How a store is doing.</summary>
internal enum StorePhase
{
    /// <summary>Not yet spoken to.</summary>
    Starting,

    /// <summary>Following the journal.</summary>
    Following,

    /// <summary>The store does not answer or asks to wait: the same bytes are tried again until it does.</summary>
    Waiting,

    /// <summary>Nothing can be stored until a person changes something. Nothing is lost: the journal keeps it.</summary>
    Stopped,
}

/// <summary>What health, metrics and the page say about one store. Written by its follower, read by anyone.</summary>
internal sealed class StoreState(string name, string kind = "duckdb")
{
    private readonly Lock _gate = new();
    private StorePhase _phase = StorePhase.Starting;
    private string _words = "";
    private long _lines;
    private long _refused;
    private long _attempts;
    private long _nextLeaf;
    private long _durableLeaf;

    public string Name { get; } = name;

    /// <summary>duckdb or influxdb.</summary>
    public string Kind { get; } = kind;

    /// <summary>What this store has been given, by series.</summary>
    public SeriesEstimate SeriesSeen { get; } = new();

    /// <summary>Estimate of the series written since the start.</summary>
    public long Series => SeriesSeen.Value;

    /// <summary>Raised when the phase changes, never for a repeat of the same one.</summary>
    public event Action<StorePhase, string>? Changed;

    public StorePhase Phase
    {
        get
        {
            lock (_gate)
            {
                return _phase;
            }
        }
    }

    /// <summary>The store's last words about why it waits or stopped; empty while it follows.</summary>
    public string Words
    {
        get
        {
            lock (_gate)
            {
                return _words;
            }
        }
    }

    /// <summary>Points the store has accepted since the start.</summary>
    public long PointsAccepted => Interlocked.Read(ref _lines);

    /// <summary>Points the store will never take, since the start.</summary>
    public long PointsRefused => Interlocked.Read(ref _refused);

    /// <summary>Attempts that ended without a decision, since the start.</summary>
    public long AttemptsFailed => Interlocked.Read(ref _attempts);

    /// <summary>Leaf index up to which the store is filled.</summary>
    public ulong NextLeaf => (ulong)Interlocked.Read(ref _nextLeaf);

    /// <summary>Journal records that are durable and not yet in the store.</summary>
    public long LagLeaves => Math.Max(0, Interlocked.Read(ref _durableLeaf) - Interlocked.Read(ref _nextLeaf));

    public void Set(StorePhase phase, string words)
    {
        lock (_gate)
        {
            _words = phase == StorePhase.Following ? "" : words;
            if (_phase == phase)
            {
                return;
            }
            _phase = phase;
        }
        Changed?.Invoke(phase, words);
    }

    public void Accepted(int lines) => Interlocked.Add(ref _lines, lines);

    public void Refused(int lines) => Interlocked.Add(ref _refused, lines);

    public void AttemptFailed() => Interlocked.Increment(ref _attempts);

    public void Reached(ulong nextLeaf) => Interlocked.Exchange(ref _nextLeaf, (long)nextLeaf);

    public void Durable(ulong nextLeaf) => Interlocked.Exchange(ref _durableLeaf, (long)nextLeaf);
}
