using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest;

/// <summary>What came in.</summary>
internal enum InboundKind
{
    /// <summary>A message on a hello topic, or any frame of a serial line: whole frames.</summary>
    Frames,

    /// <summary>Birth or Last Will of a dock.</summary>
    State,

    /// <summary>The link is gone; nothing follows.</summary>
    LinkClosed,
}

/// <summary>
/// What came through a door, as it came. Immutable; the bytes belong to it alone. A door hands it to the queue and forgets
/// it; <see cref="Durable"/>, if set, runs once everything in it is durable (a PUBACK to an external broker follows fsync, wire 0).
/// </summary>
internal sealed record Inbound(DockLink Link, InboundKind Kind, ReadOnlyMemory<byte> Untrusted, ulong ReceivedNs)
{
    /// <summary>Cost in the queue beside the payload: the objects that carry it.</summary>
    public const int OverheadBytes = 256;

    /// <summary>The message had its RETAIN flag set: on hello and up it is quarantined (wire 18).</summary>
    public bool Retained { get; init; }

    /// <summary>A serial frame with a good header and a bad CRC arrives marked; a retransmission may still mend it (wire 21).</summary>
    public bool Damaged { get; init; }

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

    /// <summary>True when the door itself proved the dock's name: client certificate, or a port bound in the configuration.</summary>
    public bool Proven { get; init; }

    /// <summary>The docking session on this link; touched by the ingest thread alone.</summary>
    public Sessions.DockingSession? Session { get; set; }

    /// <summary>The challenge given on this link and not yet answered; none = none given.</summary>
    public Nonce Challenge { get; set; }

    /// <summary>The dock uploads with QoS 0: what it sent was not kept, and it is told so at the next turn.</summary>
    public bool QosZeroSeen { get; set; }

    /// <summary>Sends whole frames; false when they could not even be queued.</summary>
    public abstract bool Send(ReadOnlyMemory<byte> frames);

    /// <summary>Ends the link after a violation.</summary>
    public abstract void Close(string why);
}
