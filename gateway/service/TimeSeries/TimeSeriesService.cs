using DuckDB.NET.Data;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Gateway.TimeSeries.Embedded;
using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Gateway.TimeSeries.Influx;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>
/// Keeps the derived stores behind the journal, each at its own pace: one that is slow, away or damaged holds up neither ingest nor
/// the other. Whatever happens to a store, its follower opens it again and goes on from what the store itself says it holds.
/// </summary>
internal sealed class TimeSeriesService : IHostedService, IDisposable
{
    /// <summary>How often a store settles while little comes.</summary>
    private static readonly TimeSpan SettleEvery = TimeSpan.FromMilliseconds(500);

    private readonly TimeSeriesSettings _settings;
    private readonly TimeSeriesSources _sources;
    private readonly ILogger<TimeSeriesService> _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly List<StoreState> _states = [];

    public TimeSeriesService(TimeSeriesSettings settings, TimeSeriesSources sources, ILogger<TimeSeriesService> log)
    {
        _settings = settings;
        _sources = sources;
        _log = log;
        if (settings.DuckDb.Enabled)
        {
            DuckDb = NewState("DuckDB store");
        }
        if (settings.Influx.Url.Length > 0)
        {
            Influx = NewState($"InfluxDB {settings.Influx.Url}");
        }
    }

    /// <summary>For readers inside the gateway.</summary>
    public EmbeddedReading Embedded { get; } = new();

    /// <summary>How each store is doing, for health and metrics.</summary>
    public IReadOnlyList<StoreState> States => _states;

    /// <summary>State of the embedded store; null when it is switched off.</summary>
    public StoreState? DuckDb { get; }

    /// <summary>State of the InfluxDB writer; null when none is configured.</summary>
    public StoreState? Influx { get; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (DuckDb is { } duck)
        {
            // DuckDB works on the caller's thread: a thread of its own keeps it off those that answer docks.
            _running.Add(OnItsOwnThread(() => KeepAsync(duck, FollowDuckAsync)));
        }
        if (Influx is { } influx)
        {
            _running.Add(OnItsOwnThread(() => KeepAsync(influx, FollowInfluxAsync)));
        }
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        Embedded.Dispose();
        _stop.Dispose();
    }

    private StoreState NewState(string name)
    {
        var state = new StoreState(name);
        state.Changed += (phase, words) =>
        {
            if (phase == StorePhase.Following)
            {
                _log.StoreFollows(name);
            }
            else if (phase == StorePhase.Waiting)
            {
                _log.StoreWaits(name, words);
            }
            else
            {
                _log.StoreStopped(name, words);
            }
        };
        _states.Add(state);
        return state;
    }

    private static Task OnItsOwnThread(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    /// <summary>Follows until stopped; a failure of the store is a wait and another try, without end.</summary>
    private async Task KeepAsync(StoreState state, Func<StoreState, Task> follow)
    {
        var waits = new Waits(TimeSpan.FromSeconds(60), state.Name.Length);
        var attempts = 0;
        while (!_stop.IsCancellationRequested)
        {
            var reached = state.NextLeaf;
            try
            {
                await follow(state);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (JournalUnreadableException damaged)
            {
                state.Set(StorePhase.Stopped, damaged.Message);
            }
            catch (Exception failed)
                when (failed is DuckDBException or IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                state.Set(StorePhase.Waiting, failed.Message.ReplaceLineEndings(" "));
            }
            attempts = state.NextLeaf > reached ? 1 : attempts + 1;
            try
            {
                await Task.Delay(waits.AfterFailure(attempts), _sources.Time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task FollowDuckAsync(StoreState state)
    {
        Embedded.Replace(() => DuckStore.Open(_sources.DuckDbFile, _settings.DuckDb, _sources.Journal));
        try
        {
            var store = Embedded.Store!;
            if (store.RebuiltBecause.Length > 0)
            {
                _log.StoreRebuilt(state.Name, store.RebuiltBecause);
            }
            await FollowAsync(state, store);
        }
        finally
        {
            Embedded.Replace(null);
        }
    }

    private async Task FollowInfluxAsync(StoreState state)
    {
        var settings = _settings.Influx;
        var target = InfluxTargets.Open(settings, _sources.Time);
        using var close = target as IDisposable;
        using var refused = new RefusedLines(_sources.RefusedFolder, "influx", settings.RefusedMebibytesMax * 1_048_576L, _sources.Time);
        var waits = new Waits(TimeSpan.FromSeconds(settings.WaitSecondsMax), settings.Url.Length);
        var cursor = new Cursor(_sources.Disk, _sources.CursorFolder, "influx", _sources.Journal, target.Name + settings.RetentionPolicy);
        await ProbeAsync(state, target, waits, cursor.Read());
        var delivery = new Delivery(target, refused, state, waits, _sources.Time);
        await using var store = new InfluxStore(delivery, cursor, state, settings, _sources.Time);
        await FollowAsync(state, store);
    }

    private async Task FollowAsync(StoreState state, ISeriesStore store)
    {
        state.Reached(store.NextLeaf);
        state.Set(StorePhase.Following, "");
        using var reader = new SeriesReader(new EvidenceReader(_sources.OpenReader(store.NextLeaf)));
        var follower = new Follower(_sources.WaitBeyond, state, SettleEvery, _sources.Time);
        await follower.FollowAsync(store, reader, _stop.Token);
    }

    private async Task ProbeAsync(StoreState state, ILineTarget target, Waits waits, ulong nextLeaf)
    {
        var oldest = OldestOfBacklog(nextLeaf);
        for (var attempts = 1; ; attempts++)
        {
            var report = await target.ProbeAsync(oldest, _stop.Token);
            foreach (var line in report.Lines)
            {
                if (line.Finding is ProbeFinding.Good or ProbeFinding.NotAsked)
                {
                    _log.ProbeGood(target.Name, line.Check, line.Words);
                }
                else
                {
                    _log.ProbeWarning(target.Name, line.Check, line.Words);
                }
            }
            if (report.Worst < ProbeFinding.Fault)
            {
                return;
            }
            state.Set(report.Worst == ProbeFinding.Fault ? StorePhase.Stopped : StorePhase.Waiting, report.ToString());
            await Task.Delay(
                report.Worst == ProbeFinding.Fault ? waits.AfterFault() : waits.AfterFailure(attempts),
                _sources.Time,
                _stop.Token
            );
        }
    }

    /// <summary>The oldest point in the first part of what is still to be sent: enough to see a retention that is too short.</summary>
    private DateTimeOffset OldestOfBacklog(ulong nextLeaf)
    {
        const int RecordsMax = 10_000;
        var oldest = _sources.Time.GetUtcNow();
        using var reader = new SeriesReader(new EvidenceReader(_sources.OpenReader(nextLeaf)));
        for (var read = 0; read < RecordsMax && reader.Read() == ReadStatus.Record; read++)
        {
            foreach (ref readonly var happened in reader.Events.Span)
            {
                var at = DateTimeOffset.UnixEpoch.AddTicks(happened.PointTimeNs / 100);
                oldest = at < oldest ? at : oldest;
            }
        }
        return oldest;
    }
}
