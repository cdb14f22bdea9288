using System.Threading.Channels;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// PUBACKs leave in the order in which the messages came, on the connection they came on (MQTT 5, 4.6.0-2), in whatever order they become due:
/// what is refused at once waits for what came before it and is not durable yet.
/// </summary>
internal sealed class PubackOrder<T>
{
    private readonly Lock gate = new();
    private readonly Queue<Owed> owed = new();
    private readonly Channel<bool> due = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );

    /// <summary>No PUBACK is owed.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return owed.Count == 0;
            }
        }
    }

    /// <summary>A message came; its PUBACK is owed from now on.</summary>
    public Owed Came(T message)
    {
        var slot = new Owed(message);
        lock (gate)
        {
            owed.Enqueue(slot);
        }
        return slot;
    }

    /// <summary>The PUBACK may leave as soon as those before it have.</summary>
    public void IsDue(Owed slot)
    {
        lock (gate)
        {
            slot.Due = true;
            if (owed.Peek() != slot)
            {
                return; // whoever is first wakes the writer
            }
        }
        due.Writer.TryWrite(true);
    }

    /// <summary>Waits until there may be one to send.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation) => await due.Reader.ReadAsync(cancellation);

    /// <summary>The next PUBACK to send; false when the first one owed is not due.</summary>
    public bool TryNext(out T message)
    {
        lock (gate)
        {
            if (owed.TryPeek(out var first) && first.Due)
            {
                message = owed.Dequeue().Message;
                return true;
            }
        }
        message = default!;
        return false;
    }

    /// <summary>One PUBACK that is owed.</summary>
    internal sealed class Owed(T message)
    {
        public T Message { get; } = message;

        public bool Due { get; set; }
    }
}
