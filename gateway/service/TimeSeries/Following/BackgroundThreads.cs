using System.Collections.Concurrent;

namespace TaserTelemetry.Gateway.TimeSeries.Following;

/// <summary>
/// A few threads of their own for work that can wait: filling stores. What is started here and does not configure its awaits away
/// comes back here, so that a store which catches up, and computes for as long as that takes, never keeps a thread of the pool that
/// answers docks. They have no nice value: a thread of the pool that one of them happens to start would inherit it and keep it.
/// </summary>
internal sealed class BackgroundThreads : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Task> _due = [];
    private readonly Thread[] _threads;

    /// <param name="threads">How many work side by side.</param>
    public BackgroundThreads(int threads)
    {
        _threads = [.. Enumerable.Range(1, threads).Select(number => new Thread(Work) { IsBackground = true, Name = $"stores {number}" })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    public override int MaximumConcurrencyLevel => _threads.Length;

    /// <summary>Starts work here; completes with it.</summary>
    public Task RunAsync(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Call it when everything started here has ended.</summary>
    public void Dispose()
    {
        _due.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }
        _due.Dispose();
    }

    protected override void QueueTask(Task task) => _due.Add(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _due;

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && _threads.Contains(Thread.CurrentThread) && TryExecuteTask(task);

    private void Work()
    {
        foreach (var task in _due.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
