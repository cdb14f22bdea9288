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
    private bool isOver;
    private readonly Channel<bool> due = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );

    /// <summary>PUBACKs owed, due or not.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return owed.Count;
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

    /// <summary>The PUBACK may leave as soon as those before it have. False when none leaves any more: it is nobody's then.</summary>
    public bool IsDue(Owed slot)
    {
        lock (gate)
        {
            if (isOver)
            {
                return false;
            }
            slot.Due = true;
            if (owed.Peek() != slot)
            {
                return true; // whoever is first wakes the writer
            }
        }
        due.Writer.TryWrite(true);
        return true;
    }

    /// <summary>None leaves any more. Answers those that were due and had not left; of the others <see cref="IsDue"/> says so when they would be.</summary>
    public IReadOnlyList<T> End()
    {
        lock (gate)
        {
            isOver = true;
            var left = owed.Where(slot => slot.Due).Select(slot => slot.Message).ToList();
            owed.Clear();
            return left;
        }
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
