using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>Gateway to dock: send this frame again at once; its header passed and its check did not (SPEC clause 8.18).</summary>
/// <param name="Frame">Frame number; one that the dock has not sent or has seen acked is ignored.</param>
/// <param name="Reason">What was wrong.</param>
public readonly record struct Nack(uint Frame, Reason Reason) : IMessage<Nack>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.Nack;

    /// <inheritdoc />
    public static Nack Read(ref PayloadReader reader) => new(reader.U32(), (Reason)reader.U16());

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U32(Frame);
        writer.U16((ushort)Reason);
    }
}

/// <summary>
/// Gateway to dock: send nothing numbered, and stop the retransmission timer, for so long (SPEC clause 8.19). Repeated every 5 s while it
/// lasts; 0 ms ends it.
/// </summary>
/// <param name="DurationMs">From receipt, 0 to <see cref="Limits.HoldMsMax"/>; a longer one is read as the limit.</param>
/// <param name="Reason">Why.</param>
public readonly record struct Hold(uint DurationMs, Reason Reason) : IMessage<Hold>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.Hold;

    /// <inheritdoc />
    public static Hold Read(ref PayloadReader reader) => new(Math.Min(reader.U32(), Limits.HoldMsMax), (Reason)reader.U16());

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U32(Math.Min(DurationMs, Limits.HoldMsMax));
        writer.U16((ushort)Reason);
    }
}

/// <summary>Both, on serial, every 10 s: still here (SPEC clause 8.5). Not numbered.</summary>
/// <param name="MonotonicNs">The sender's monotonic clock in ns.</param>
/// <param name="UtcNs">The sender's wall clock in ns since 1970-01-01 UTC; 0 = not known.</param>
/// <param name="NextFrame">Dock: the number its next new frame will have. Gateway: as in its last Ack.</param>
public readonly record struct Heartbeat(ulong MonotonicNs, ulong UtcNs, uint NextFrame) : IMessage<Heartbeat>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.Heartbeat;

    /// <inheritdoc />
    public static Heartbeat Read(ref PayloadReader reader) => new(reader.U64(), reader.U64(), reader.U32());

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U64(MonotonicNs);
        writer.U64(UtcNs);
        writer.U32(NextFrame);
    }
}

/// <summary>Gateway to dock, in answer to Hello: not now (SPEC clause 8.6). Session 0.</summary>
/// <param name="ConnectionId">The one of the Hello that is answered.</param>
/// <param name="WaitMs">Milliseconds until the next Hello.</param>
/// <param name="Reason">Why.</param>
public readonly record struct Busy(ulong ConnectionId, uint WaitMs, Reason Reason) : IMessage<Busy>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.Busy;

    /// <inheritdoc />
    public static Busy Read(ref PayloadReader reader) => new(reader.U64(), reader.U32(), (Reason)reader.U16());

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U64(ConnectionId);
        writer.U32(WaitMs);
        writer.U16((ushort)Reason);
    }
}

/// <summary>Both: this session is over because something is wrong (SPEC clause 8.7). What was acked stays acked.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Action">What the receiver does.</param>
/// <param name="Detail">With Wait the milliseconds; else the byte of the frame that is wrong, or all ones = none.</param>
public readonly record struct Abort(Reason Reason, ReasonAction Action, uint Detail) : IMessage<Abort>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.Abort;

    /// <inheritdoc />
    public static Abort Read(ref PayloadReader reader) => new((Reason)reader.U16(), (ReasonAction)reader.U8(), reader.U32());

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U16((ushort)Reason);
        writer.U8((byte)Action);
        writer.U32(Detail);
    }
}

/// <summary>Both: this session is over as planned (SPEC clause 8.8).</summary>
/// <param name="Reason">Why: 76 all is said, 75 or 82 the sender is being stopped.</param>
public readonly record struct Goodbye(Reason Reason) : IMessage<Goodbye>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.Goodbye;

    /// <inheritdoc />
    public static Goodbye Read(ref PayloadReader reader) => new((Reason)reader.U16());

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer) => writer.U16((ushort)Reason);
}

/// <summary>
/// Both, over MQTT, retained: birth when connected, last will when not (SPEC clause 4.5). A will whose id is not that of the birth before
/// it is ignored.
/// </summary>
/// <param name="IsOnline">Birth, or will.</param>
/// <param name="ConnectionId">Random for each connection; the same in Hello.</param>
/// <param name="UtcNs">When it was made, ns since 1970-01-01 UTC: of a will the time of connecting; 0 = not known.</param>
/// <param name="Name">Dock or gateway.</param>
public readonly record struct State(bool IsOnline, ulong ConnectionId, ulong UtcNs, string Name) : IMessage<State>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.State;

    /// <inheritdoc />
    public static State Read(ref PayloadReader reader)
    {
        var online = reader.U8();
        if (online > 1)
        {
            reader.Reject(Reason.ValueNotAllowed, 0);
        }

        return new(online == 1, reader.U64(), reader.U64(), reader.Text(TextKind.Name));
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U8(IsOnline ? (byte)1 : (byte)0);
        writer.U64(ConnectionId);
        writer.U64(UtcNs);
        writer.Text(Name, TextKind.Name);
    }
}
