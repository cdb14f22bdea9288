using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest;

/// <summary>What came in.</summary>
internal enum InboundKind
{
    /// <summary>A message on a hello topic, or any frame of a serial line: whole frames.</summary>
    Frames,

    /// <summary>Birth or Last Will of a dock.</summary>
    State,

    /// <summary>Bytes of a serial line that are no frame: answered where no docking session is open, and kept nowhere (SPEC clause 2.8).</summary>
    Noise,

    /// <summary>The link is gone; nothing follows.</summary>
    LinkClosed,

    /// <summary>The door refused something of this link, which is to be told why.</summary>
    NotTaken,
}

/// <summary>
/// What came through a door, as it came. Immutable; the bytes belong to it alone. A door hands it to the queue and forgets
/// it; <see cref="Durable"/>, if set, runs once everything in it is durable (a PUBACK to an external broker follows fsync, wire 0).
/// </summary>
internal sealed record Inbound(DockLink Link, InboundKind Kind, ReadOnlyMemory<byte> Untrusted, ulong ReceivedNs)
{
    /// <summary>
    /// Cost beside the payload: the objects that carry it, the library's packet among them (half a million messages of 120 bytes, held by the way of a
    /// PUBACK, took 570 MB).
    /// </summary>
    public const int OverheadBytes = 1_024;

    /// <summary>The message had its RETAIN flag set: on hello and up it is quarantined (wire 18).</summary>
    public bool Retained { get; init; }

    /// <summary>It came on a hello topic, where nothing but Hello may come (SPEC clause 4.3).</summary>
    public bool OnHelloTopic { get; init; }

    /// <summary>A serial frame with a good header and a bad CRC arrives marked; a retransmission may still mend it (wire 21).</summary>
    public bool Damaged { get; init; }

    /// <summary>Bytes counted against the dock's share, to be given back; 0 = none.</summary>
    public int ShareBytes { get; init; }

    /// <summary>Of noise, why it is none of our frames; its bytes are the header it seems to begin with, else none.</summary>
    public Reason NoiseReason { get; init; }

    /// <summary>Runs on the commit thread after the fsync; must not block.</summary>
    public Action? Durable { get; init; }

    public int CostBytes => Untrusted.Length + OverheadBytes;
}

/// <summary>
/// The way back to one dock. Broker, embedded broker, serial line and capture each stand behind one. Sending never blocks and never
/// throws: a dock that cannot be reached repeats itself.
/// </summary>
internal abstract class DockLink(Transport transport, DockAddress claimed)
{
    public Transport Transport { get; } = transport;

    /// <summary>What topic or port binding say about the sender.</summary>
    public DockAddress Claimed { get; } = claimed;

    /// <summary>The docking session on this link; touched by the ingest thread alone.</summary>
    public Sessions.DockingSession? Session { get; set; }

    /// <summary>The challenge given on this link and not yet answered; none = none given.</summary>
    public Nonce Challenge { get; set; }

    /// <summary>Messages taken in a second.</summary>
    public RateGate Rate { get; } = new();

    private long queuedBytes;
    private int refusal;

    /// <summary>Counts a message of this dock on its way to the disk; false when the dock has as much on its way as one dock may.</summary>
    public bool TakeShare(long bytes, long bytesMax)
    {
        if (Interlocked.Add(ref queuedBytes, bytes) <= bytesMax || Interlocked.Read(ref queuedBytes) == bytes)
        {
            return true;
        }
        Interlocked.Add(ref queuedBytes, -bytes);
        return false;
    }

    /// <summary>The message is durable, or will not be taken after all.</summary>
    public void GiveShare(long bytes) => Interlocked.Add(ref queuedBytes, -bytes);

    /// <summary>Notes that something was not taken; true for the first since the last answer, which then has to be queued.</summary>
    public bool NoteRefusal(Reason reason) => Interlocked.CompareExchange(ref refusal, (int)reason, 0) == 0;

    /// <summary>The reason noted, for the answer; none = answered already.</summary>
    public Reason TakeRefusal() => (Reason)Interlocked.Exchange(ref refusal, 0);

    /// <summary>Sends whole frames; false when they could not even be queued.</summary>
    public abstract bool Send(ReadOnlyMemory<byte> frames);
}
