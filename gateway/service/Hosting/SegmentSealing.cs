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
            Then(() => Follow(snapshot, onIngestThread, CancellationToken.None));
        }
    }

    /// <summary>At the start: what of the open segment lies below the snapshot, and every index that is missing.</summary>
    public void CatchUp(Func<Action<GroupBuilder>, Task> onIngestThread, CancellationToken stop) =>
        Then(() =>
        {
            foreach (var portion in journal.Older())
            {
                stop.ThrowIfCancellationRequested();
                _ = onIngestThread(_ => journal.Remember(portion));
            }
            Follow(null, onIngestThread, stop);
        });

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

    private void Then(Action work)
    {
        lock (turn)
        {
            running = Task.Run(() => Guarded(work));
        }
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
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
