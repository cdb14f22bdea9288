using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Benchmarks.Ledger;

/// <summary>
/// Senders as the gateway's ingest has them: each puts its frame into the queue, and comes back with the next when it is acknowledged.
/// They live on one thread of their own, as frames from one socket do.
/// </summary>
internal sealed class SenderQueue : IDisposable
{
    private readonly JournalItem[] frames;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim waiting = new(0);
    private readonly SemaphoreSlim acknowledged = new(0);
    private readonly Thread senders;
    private List<int> queue = [];
    private List<int> acks = [];
    private volatile bool stopped;

    public SenderQueue(JournalItem[] frames)
    {
        this.frames = frames;
        acks.AddRange(Enumerable.Range(0, frames.Length));
        acknowledged.Release();
        senders = new Thread(Send) { IsBackground = true };
        senders.Start();
    }

    /// <summary>Takes all that wait; blocks until somebody does.</summary>
    public int Take(JournalItem[] group, out List<int> taken)
    {
        waiting.Wait();
        lock (gate)
            (taken, queue) = (queue, []);
        for (var i = 0; i < taken.Count; i++)
            group[i] = frames[taken[i]];
        return taken.Count;
    }

    public void Acknowledge(List<int> taken, int count)
    {
        bool first;
        lock (gate)
        {
            first = acks.Count == 0;
            acks.AddRange(taken.Take(count));
        }
        if (first)
            acknowledged.Release();
    }

    public void Stop()
    {
        stopped = true;
        acknowledged.Release();
        senders.Join();
    }

    public void Dispose()
    {
        waiting.Dispose();
        acknowledged.Dispose();
    }

    private void Send()
    {
        while (true)
        {
            acknowledged.Wait();
            if (stopped)
                return;
            lock (gate)
            {
                var first = queue.Count == 0;
                queue.AddRange(acks);
                acks = [];
                if (first)
                    waiting.Release();
            }
        }
    }
}
