using System.Threading.Channels;
using DuckDB.NET.Data;
using TaserTelemetry.Gateway.TimeSeries.Counting;
using TaserTelemetry.Gateway.TimeSeries.Embedded;
using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Gateway.TimeSeries.Influx;

namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>
/// Keeps the derived stores behind the journal, each at its own pace: one that is slow, away or damaged holds up neither ingest nor
/// the other. Whatever happens to a store, it is opened again and goes on from what it holds itself. Starts after the journal is open
/// and stops before it closes.
/// </summary>
internal sealed class TimeSeriesService : IHostedService, IDisposable
{
    /// <summary>How often a store settles while little comes.</summary>
    private static readonly TimeSpan SettleEvery = TimeSpan.FromMilliseconds(500);

    private readonly TimeSeriesSettings _settings;
    private readonly TimeSeriesSources _sources;
    private readonly ILogger<TimeSeriesService> _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<KeptStore> _kept = [];
    private readonly List<Task> _running = [];

    /// <summary>One for each store, which holds it while it catches up, and one for what they compress and send.</summary>
    private readonly BackgroundThreads _threads = new(3);

    /// <summary>One wish is as good as many.</summary>
    private readonly Channel<bool> _countWished = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private ITimer? _countTimer;

    public TimeSeriesService(TimeSeriesSettings settings, TimeSeriesSources sources, ILogger<TimeSeriesService> log)
    {
        _settings = settings;
        _sources = sources;
        _log = log;
        DuckDb = settings.DuckDb.Enabled ? NewState("DuckDB store", "duckdb") : null;
        Influx = settings.Influx.Url.Length > 0 ? NewState($"InfluxDB {settings.Influx.Url}", "influxdb") : null;
        States = [.. new[] { DuckDb, Influx }.OfType<StoreState>()];
    }

    /// <summary>For readers inside the gateway.</summary>
    public EmbeddedReading Embedded { get; } = new();

    /// <summary>How each store is doing, for health and metrics.</summary>
    public IReadOnlyList<StoreState> States { get; }

    /// <summary>State of the embedded store; null when it is switched off.</summary>
    public StoreState? DuckDb { get; }

    /// <summary>State of the InfluxDB writer; null when none is configured.</summary>
    public StoreState? Influx { get; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (DuckDb is { } duck)
        {
            _kept.Add(new KeptStore(new EmbeddedKeeper(_settings.DuckDb, _sources, Embedded, duck, SettleEvery, _log)));
        }
        if (Influx is { } influx)
        {
            _kept.Add(new KeptStore(new InfluxKeeper(_settings.Influx, _sources, influx, SettleEvery, _log)));
        }
        foreach (var kept in _kept)
        {
            _running.Add(_threads.RunAsync(() => KeepAsync(kept)));
        }
        if (_settings.CountEveryHours > 0)
        {
            var every = TimeSpan.FromHours(_settings.CountEveryHours);
            _countTimer = _sources.Time.CreateTimer(_ => WishCount(), null, every, every);
            _running.Add(CountWhenWishedAsync());
        }
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).WaitAsync(cancellationToken);
    }

    /// <summary>Counts every store against the journal, now, and repairs what differs; the reports say what was found before.</summary>
    public async Task<IReadOnlyList<CountReport>> CountAsync(CancellationToken cancel)
    {
        var reports = new List<CountReport>();
        foreach (var kept in _kept)
        {
            var report = await kept.Keeper.CountAsync(cancel);
            reports.Add(report);
            Tell(report);
            if (report.Different > 0 && kept.Keeper is EmbeddedKeeper)
            {
                await kept.BeginAnewAsync();
            }
        }
        return reports;
    }

    /// <summary>Has every store filled anew from the first record. Completes when they have begun; the states show how far they are.</summary>
    public Task BeginAnewAsync() => Task.WhenAll(_kept.Select(kept => kept.BeginAnewAsync()));

    public void Dispose()
    {
        _countTimer?.Dispose();
        foreach (var kept in _kept)
        {
            kept.Dispose();
        }
        Embedded.Dispose();
        _threads.Dispose();
        _stop.Dispose();
    }

    private StoreState NewState(string name, string kind)
    {
        var state = new StoreState(name, kind);
        var wasStopped = false;
        state.Changed += (phase, words) =>
        {
            switch (phase)
            {
                case StorePhase.Following:
                    _log.StoreFollows(name);
                    if (wasStopped)
                    {
                        // Whoever mended a missing database made it anew: what went there before is missing too.
                        WishCount();
                    }
                    break;
                case StorePhase.Waiting:
                    _log.StoreWaits(name, words);
                    break;
                default:
                    _log.StoreStopped(name, words);
                    break;
            }
            wasStopped = phase == StorePhase.Stopped;
        };
        return state;
    }

    /// <summary>Follows until stopped; a failure of the store is a wait and another try, without end.</summary>
    private async Task KeepAsync(KeptStore kept)
    {
        var state = kept.Keeper.State;
        var waits = new Waits(TimeSpan.FromSeconds(60), state.Name.Length);
        for (var attempts = 1; !_stop.IsCancellationRequested; attempts++)
        {
            var reached = state.NextLeaf;
            try
            {
                await kept.FollowAsync(_stop.Token);
                attempts = 0;
                continue;
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
            attempts = state.NextLeaf > reached ? 1 : attempts;
            await Task.Delay(waits.AfterFailure(attempts), _sources.Time, _stop.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void WishCount() => _countWished.Writer.TryWrite(true);

    private async Task CountWhenWishedAsync()
    {
        try
        {
            await foreach (var _ in _countWished.Reader.ReadAllAsync(_stop.Token))
            {
                await CountAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _log.CountingEnded();
        }
    }

    private void Tell(CountReport report)
    {
        foreach (var one in report.First.Take(20))
        {
            _log.CountDiffers(report.Store, one.Device, one.Day, one.InStore, one.InJournal);
        }
        if (report.Answered)
        {
            _log.Counted(report.Store, report.DeviceDays, report.Points, report.Different);
        }
        else
        {
            _log.NotCounted(report.Store);
        }
    }
}
