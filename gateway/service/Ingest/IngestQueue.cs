namespace TaserTelemetry.Gateway.Ingest;

/// <summary>
/// The only queue between doors and journal, bounded by bytes. Room is given back when what was taken is durable, not when it is
/// taken: so the bound covers everything received and not yet on the disk. Those who wait are served in the order they came, so a
/// screaming dock gets one turn like every other.
/// </summary>
internal sealed class IngestQueue(int bytesMax)
{
    private readonly object gate = new();
    private readonly Queue<Inbound> messages = new();
    private readonly LinkedList<Waiter> waiting = new();
    private long usedBytes;
    private bool closed;

    /// <summary>Bytes received and not yet durable, of all senders.</summary>
    public long UsedBytes => Interlocked.Read(ref usedBytes);

    public int BytesMax => bytesMax;

    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <summary>False when there is no room now, or the gateway stops: the caller keeps the message or drops its connection.</summary>
    public bool TryEnqueue(Inbound inbound)
    {
        lock (gate)
        {
            if (closed || waiting.Count > 0 || !Fits(inbound))
            {
                return false;
            }
            Add(inbound);
            return true;
        }
    }

    /// <summary>Waits for room. False when the gateway stops.</summary>
    public ValueTask<bool> EnqueueAsync(Inbound inbound, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (closed)
            {
                return ValueTask.FromResult(false);
            }
            if (waiting.Count == 0 && Fits(inbound))
            {
                Add(inbound);
                return ValueTask.FromResult(true);
            }
            var waiter = new Waiter(inbound);
            var node = waiting.AddLast(waiter);
            waiter.Registration = cancellation.UnsafeRegister(_ => Abandon(node), null);
            return new ValueTask<bool>(waiter.Done.Task);
        }
    }

    /// <summary>Blocks until something arrived, the wait is over or the queue is closed; takes at most the bytes given, at least one item.</summary>
    public void Take(List<Inbound> into, long takeBytesMax, TimeSpan wait)
    {
        lock (gate)
        {
            if (messages.Count == 0 && !closed)
            {
                Monitor.Wait(gate, wait);
            }
            var taken = 0L;
            while (messages.TryPeek(out var next) && (into.Count == 0 || taken + next.CostBytes <= takeBytesMax))
            {
                taken += next.CostBytes;
                into.Add(messages.Dequeue());
            }
        }
    }

    /// <summary>What is in the queue and of that kind, as it stands; all of it stays where it is.</summary>
    public List<Inbound> Pending(Func<Inbound, bool> wanted)
    {
        lock (gate)
        {
            return [.. messages.Where(wanted)];
        }
    }

    /// <summary>Gives the room of what is durable back.</summary>
    public void Release(long bytes)
    {
        lock (gate)
        {
            usedBytes -= bytes;
            while (waiting.First is { } first && Fits(first.Value.Inbound))
            {
                waiting.RemoveFirst();
                Add(first.Value.Inbound);
                first.Value.Registration.Unregister();
                first.Value.Done.TrySetResult(true);
            }
        }
    }

    /// <summary>Nothing more comes in; what is in can still be taken.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            foreach (var waiter in waiting)
            {
                waiter.Done.TrySetResult(false);
            }
            waiting.Clear();
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Wakes the ingest thread without an inbound: a request waits for it.</summary>
    public void Wake()
    {
        lock (gate)
        {
            Monitor.PulseAll(gate);
        }
    }

    // One message always fits an empty queue: a limit set below one message must not stop the gateway for ever.
    private bool Fits(Inbound inbound) => usedBytes == 0 || usedBytes + inbound.CostBytes <= bytesMax;

    private void Add(Inbound inbound)
    {
        usedBytes += inbound.CostBytes;
        messages.Enqueue(inbound);
        Monitor.Pulse(gate);
    }

    private void Abandon(LinkedListNode<Waiter> node)
    {
        lock (gate)
        {
            if (node.List is null)
            {
                return;
            }
            waiting.Remove(node);
        }
        node.Value.Done.TrySetResult(false);
    }

    private sealed class Waiter(Inbound inbound)
    {
        public Inbound Inbound { get; } = inbound;
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public CancellationTokenRegistration Registration { get; set; }
    }
}
