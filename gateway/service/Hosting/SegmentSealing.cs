using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Judging;
using TaserTelemetry.Gateway.Observability;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Hosting;

/// <summary>
/// What follows the seal of a segment, behind the ingest thread: a snapshot, so that the next start is short even after a kill, and the
/// segment's index, whereupon memory lets go of what stands in it. One at a time; of several seals in the meantime the last one does for all.
/// </summary>
internal sealed class SegmentSealing(OpenJournal journal, FatalEnd fatal, IHostApplicationLifetime lifetime, ILogger log)
{
    private readonly Lock turn = new();
    private Task running = Task.CompletedTask;

    /// <summary>Completes when nothing is being written.</summary>
    public Task Running
    {
        get
        {
            lock (turn)
            {
                return running;
            }
        }
    }

    /// <summary>Called on the ingest thread, between two groups.</summary>
    /// <param name="onIngestThread">Has something done there.</param>
    public void SegmentSealed(Func<Action<GroupBuilder>, Task> onIngestThread)
    {
        if (Running.IsCompleted)
        {
            var snapshot = journal.TakeSnapshot();
            Then(() =>
            {
                Follow(snapshot, onIngestThread, CancellationToken.None);
                return Task.CompletedTask;
            });
        }
    }

    /// <summary>
    /// At the start: what of the open segment lies below the snapshot, and every index that is missing. Looking for these reads every index file
    /// there is, so it begins when everything else has started: a start must not grow with the journal (design section 9), and until
    /// then an index is checked when it is first asked.
    /// </summary>
    public void CatchUp(Func<Action<GroupBuilder>, Task> onIngestThread, CancellationToken stop) =>
        Then(async () =>
        {
            foreach (var portion in journal.Older())
            {
                stop.ThrowIfCancellationRequested();
                _ = onIngestThread(_ => journal.Remember(portion));
            }
            await StartedAsync(stop);
            Follow(null, onIngestThread, stop);
        });

    private async Task StartedAsync(CancellationToken stop)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registered = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stop);
    }

    private void Follow(OpenJournal.Snapshot? snapshot, Func<Action<GroupBuilder>, Task> onIngestThread, CancellationToken stop)
    {
        if (snapshot is not null)
        {
            journal.Write(snapshot);
        }
        var indexed = SegmentIndexing.MakeMissing(journal.Ledger, stop);
        _ = onIngestThread(_ =>
        {
            journal.Known.SealedBelow(indexed);
            journal.Known.Complete = true;
        });
    }

    private void Then(Func<Task> work)
    {
        lock (turn)
        {
            running = Task.Run(() => GuardedAsync(work));
        }
    }

    private async Task GuardedAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException)
        {
            // The gateway stops: the next start makes what is missing.
        }
        catch (DiskException failed)
        {
            log.NotIndexed(failed.Message); // derived: the next seal or start tries again
        }
        catch (JournalDamagedException damaged)
        {
            fatal.Report(damaged.Message);
            lifetime.StopApplication();
        }
    }
}
