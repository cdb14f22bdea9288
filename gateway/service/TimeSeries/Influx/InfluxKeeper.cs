using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.TimeSeries.Counting;
using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.TimeSeries.Influx;

/// <summary>Keeps one InfluxDB server behind the journal.</summary>
internal sealed class InfluxKeeper : IStoreKeeper, IDisposable
{
    private readonly InfluxSettings _settings;
    private readonly TimeSeriesSources _sources;
    private readonly TimeSpan _settleEvery;
    private readonly ILogger _log;
    private readonly ILineTarget _target;
    private readonly RefusedLines _refused;
    private readonly Waits _waits;
    private readonly Cursor _cursor;

    public InfluxKeeper(InfluxSettings settings, TimeSeriesSources sources, StoreState state, TimeSpan settleEvery, ILogger log)
    {
        _settings = settings;
        _sources = sources;
        _settleEvery = settleEvery;
        _log = log;
        State = state;
        _target = InfluxTargets.Open(settings, sources.Time);
        _refused = new RefusedLines(sources.RefusedFolder, "influx", settings.RefusedMebibytesMax * 1_048_576L, sources.Time);
        _waits = new Waits(TimeSpan.FromSeconds(settings.WaitSecondsMax), settings.Url.Length);
        _cursor = new Cursor(sources.Disk, sources.CursorFolder, "influx", sources.Journal, $"{_target.Name} {settings.RetentionPolicy}");
    }

    public StoreState State { get; }

    public async Task FollowAsync(CancellationToken cancel)
    {
        await ProbeAsync(cancel);
        await PurgeAsync(cancel);
        await using var store = NewStore();
        using var reader = ReaderFrom(store.NextLeaf);
        await Following().FollowAsync(store, reader, cancel);
    }

    public async Task FillAsync(CancellationToken cancel)
    {
        await ProbeAsync(cancel);
        await PurgeAsync(cancel);
        await using var store = NewStore();
        using var reader = ReaderFrom(store.NextLeaf);
        await Following().TakeAsync(store, reader, store.NextLeaf, cancel);
        await store.DrainAsync(cancel);
    }

    public void Forget()
    {
        _cursor.Delete();
        _refused.Clear();
    }

    public async Task<CountReport> CountAsync(CancellationToken cancel)
    {
        var check = new CountCheck(_sources, State, new CountedInflux(_target));
        var report = await check.CountAsync(cancel);
        if (report.Different > 0)
        {
            var repair = new InfluxRepair(NewDelivery(), _settings);
            await check.ResendAsync(repair.SendAsync, cancel);
            await repair.FlushAsync(cancel);
        }
        return report;
    }

    public void Dispose()
    {
        (_target as IDisposable)?.Dispose();
        _refused.Dispose();
    }

    private Delivery NewDelivery() => new(_target, _refused, State, _waits, _sources.Time, _sources.Turns);

    private InfluxStore NewStore() => new(NewDelivery(), _cursor, State, _settings, _sources.Time);

    private Follower Following() => new(_sources.WaitBeyond, State, _settleEvery, _sources.Time, null);

    private SeriesReader ReaderFrom(ulong nextLeaf)
    {
        State.Reached(nextLeaf);
        State.Set(StorePhase.Following, "");
        return new SeriesReader(new EvidenceReader(_sources.OpenReader(nextLeaf)));
    }

    /// <summary>
    /// Deletes what a disposal left behind here, before anything is filled: what else lay in the same time comes back with the filling, which
    /// begins at the first record after a disposal. Where the server has no way to delete, the points stay and 'dispose list' says so.
    /// </summary>
    private async Task PurgeAsync(CancellationToken cancel)
    {
        var purges = new PointPurges(_sources.Data);
        var attempts = 0;
        foreach (var purge in purges.Pending())
        {
            while (true)
            {
                var (canDelete, fault) = await _target.DeleteAsync(purge.Device, purge.FromNs, purge.ToNs, cancel);
                if (!canDelete)
                {
                    return;
                }
                if (fault.Length == 0)
                {
                    break;
                }
                State.Set(StorePhase.Waiting, $"points of disposed records could not be deleted: {fault}");
                await Task.Delay(_waits.AfterFailure(++attempts), _sources.Time, cancel);
            }
        }
        if (purges.Pending().Count > 0)
        {
            // whatever became of the disposal itself: what else lay in those times has to be sent again
            _cursor.Delete();
        }
        purges.End();
    }

    /// <summary>Asks until the server can take points; what it cannot take for its retention is a warning and no reason to wait.</summary>
    private async Task ProbeAsync(CancellationToken cancel)
    {
        var oldest = OldestOfBacklog(_cursor.Read());
        for (var attempts = 1; ; attempts++)
        {
            var report = await _target.ProbeAsync(oldest, cancel);
            foreach (var line in report.Lines)
            {
                if (line.Finding is ProbeFinding.Good or ProbeFinding.NotAsked)
                {
                    _log.ProbeGood(_target.Name, line.Check, line.Words);
                }
                else
                {
                    _log.ProbeWarning(_target.Name, line.Check, line.Words);
                }
            }
            if (report.Worst < ProbeFinding.Fault)
            {
                return;
            }
            var fault = report.Worst == ProbeFinding.Fault;
            State.Set(fault ? StorePhase.Stopped : StorePhase.Waiting, report.ToString());
            await Task.Delay(fault ? _waits.AfterFault() : _waits.AfterFailure(attempts), _sources.Time, cancel);
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
