using System.Collections.Concurrent;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Gateway.Observability;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Ingest;

/// <summary>
/// The one thread that judges and writes: takes what arrived, judges it into a commit group, one append and fsync, and only then acks,
/// PUBACKs and gives room back. While an fsync runs the next group gathers in the queue: the slower the disk, the larger the group.
/// </summary>
internal sealed class IngestLoop(
    OpenJournal journal,
    SegmentSealing sealing,
    Conversations conversations,
    IngestQueue queue,
    DurableMark durable,
    TimeProvider clock,
    IngestMeters meters,
    ILogger<IngestLoop> log
) : IDisposable
{
    private const long TakeBytesMax = 4 * 1_048_576;
    private const long GroupBytesMax = 4 * 1_048_576;
    private const int RequestsPerTurn = 64;
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FullRetryEvery = TimeSpan.FromSeconds(1);
    private readonly TamperEvidentLog ledger = journal.Ledger;
    private readonly GroupBuilder group = journal.Group;
    private readonly ConcurrentQueue<Request> requests = new();
    private readonly ManualResetEventSlim stopping = new();
    private readonly TaskCompletionSource<Exception?> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Request> served = [];
    private long ticked;
    private Thread? thread;

    /// <summary>Completes when the thread has ended: null after a stop, else what was fatal.</summary>
    public Task<Exception?> Ended => ended.Task;

    /// <summary>Nothing can be made durable now: the disk is full.</summary>
    public bool DiskIsFull { get; private set; }

    public void Start()
    {
        thread = new Thread(Run) { IsBackground = true, Name = "ingest" };
        thread.Start();
    }

    /// <summary>Takes what is in the queue, writes it, says goodbye to the docks and ends.</summary>
    public void Stop()
    {
        stopping.Set();
        queue.Close();
        thread?.Join();
    }

    public void Dispose() => stopping.Dispose();

    /// <summary>Runs on the ingest thread and completes when what it added is durable, with the index after it.</summary>
    public Task<ulong> AppendAsync(Action<GroupBuilder> add)
    {
        var request = new Request(add, new TaskCompletionSource<ulong>(TaskCreationOptions.RunContinuationsAsynchronously));
        requests.Enqueue(request);
        queue.Wake();
        return request.Done.Task;
    }

    private void Run()
    {
        ThreadStanding.GoesFirst();
        try
        {
            var taken = new List<Inbound>();
            while (!stopping.IsSet)
            {
                Turn(taken, TickEvery);
            }
            Turn(taken, TimeSpan.Zero);
            while (taken.Count > 0)
            {
                Turn(taken, TimeSpan.Zero);
            }
            conversations.StopAll();
            Commit(taken);
            ended.SetResult(null);
        }
        catch (Exception fatal) when (fatal is IOException or LogStoppedException or JournalFailedException)
        {
            log.IngestFatal(fatal.Message);
            Fail(fatal);
        }
    }

    private void Turn(List<Inbound> taken, TimeSpan wait)
    {
        taken.Clear();
        queue.Take(taken, TakeBytesMax, wait);
        while (served.Count < RequestsPerTurn && requests.TryDequeue(out var request))
        {
            request.Add(group);
            served.Add(request);
        }
        var done = 0;
        for (var i = 0; i < taken.Count; i++)
        {
            TakeOne(taken[i]);
            if (group.Bytes > GroupBytesMax)
            {
                Commit(taken.GetRange(done, i + 1 - done));
                done = i + 1;
            }
        }
        if (clock.GetElapsedTime(ticked) >= TickEvery)
        {
            ticked = clock.GetTimestamp();
            conversations.Tick();
            foreach (var drift in journal.Drifts.TakeNew())
            {
                log.ClockDrifts(drift.Words);
            }
            foreach (var words in conversations.FullQuarantines.TakeNew())
            {
                log.QuarantineFull(words);
            }
        }
        Commit(done == 0 ? taken : taken.GetRange(done, taken.Count - done));
    }

    /// <summary>
    /// A message that this program stumbles over is a fault of the program, and must not stop all docks each time its sender repeats it: it is
    /// kept aside whole, and told loudly.
    /// </summary>
    private void TakeOne(Inbound inbound)
    {
        try
        {
            conversations.Take(inbound);
        }
        catch (Exception stumbled)
            when (stumbled is ArithmeticException or ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            log.Stumbled(stumbled, inbound.Link.Claimed.ToString());
            conversations.KeepWhole(inbound);
        }
    }

    private void Commit(List<Inbound> carried)
    {
        if (group.Count > 0)
        {
            Append();
        }
        foreach (var inbound in carried)
        {
            inbound.Durable?.Invoke(); // before any dock is answered: a door has the PUBACK first
        }
        conversations.Flush();
        var room = 0L;
        foreach (var inbound in carried)
        {
            inbound.Link.GiveShare(inbound.ShareBytes);
            room += inbound.CostBytes;
            meters.Durable(clock, inbound.ReceivedNs);
        }
        foreach (var request in served)
        {
            request.Done.SetResult(durable.NextIndex);
        }
        served.Clear();
        queue.Release(room);
    }

    private void Append()
    {
        var began = clock.GetTimestamp();
        var outcome = ledger.Append(group.Items);
        if (outcome.Status == AppendStatus.DiskFull)
        {
            outcome = WaitForRoom();
        }
        if (outcome.Status != AppendStatus.Durable)
        {
            throw new LogStoppedException($"A commit group of {group.Bytes} bytes was not taken: {outcome.Status}.");
        }
        meters.Committed(group.Count, group.Bytes, clock.GetElapsedTime(began));
        group.Clear();
        journal.Known.GroupIsDurable();
        durable.Advance(outcome.NextIndex);
        if (outcome.Sealed)
        {
            ledger.RequestCheckpoint();
            sealing.SegmentSealed(AppendAsync);
        }
    }

    /// <summary>
    /// The group waits as it is: nothing of it has been said to anybody. Docks are held; the queue's bound holds everybody else. It goes
    /// on by itself when there is room, and the ledger says from when to when.
    /// </summary>
    private AppendOutcome WaitForRoom()
    {
        DiskIsFull = true;
        var sinceNs = UnixTime.NowNs(clock);
        log.DiskFull();
        var held = clock.GetTimestamp();
        conversations.HoldAll(Reason.DiskFull);
        var hellos = new HeldHellos(queue, Reason.DiskFull);
        while (!stopping.Wait(FullRetryEvery))
        {
            var outcome = ledger.Append(group.Items);
            if (outcome.Status != AppendStatus.DiskFull)
            {
                DiskIsFull = false;
                log.DiskHasRoom();
                conversations.ReleaseAll(Reason.DiskFull);
                requests.Enqueue(
                    new Request(
                        next =>
                        {
                            next.AddOwn(new DiskFull(sinceNs, 0, false));
                            next.AddOwn(new DiskFull(UnixTime.NowNs(clock), 0, true));
                        },
                        new TaskCompletionSource<ulong>()
                    )
                );
                return outcome;
            }
            hellos.Answer();
            if (clock.GetElapsedTime(held) >= TimeSpan.FromMilliseconds(Limits.HoldRepeatMs))
            {
                held = clock.GetTimestamp();
                conversations.HoldAll(Reason.DiskFull);
            }
        }
        throw new LogStoppedException("The disk is full and the gateway was told to stop. Nothing that was not written has been acked.");
    }

    private void Fail(Exception fatal)
    {
        queue.Close();
        foreach (var request in served.Concat(requests))
        {
            request.Done.TrySetException(fatal);
        }
        ended.SetResult(fatal);
    }

    private sealed record Request(Action<GroupBuilder> Add, TaskCompletionSource<ulong> Done);
}

/// <summary>The ingest thread cannot go on; nothing more is acked.</summary>
internal sealed class LogStoppedException : Exception
{
    public LogStoppedException(string message)
        : base(message) { }

    public LogStoppedException(string message, Exception cause)
        : base(message, cause) { }

    public LogStoppedException() { }
}
