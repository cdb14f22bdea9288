using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>Gateway to dock: docking session, credit, limits and where to send (SPEC clause 8.4). The header already has the session.</summary>
/// <param name="ConnectionId">The one of the Hello that is answered; a dock ignores a Welcome with another.</param>
/// <param name="Session">Not 0; every later frame of both sides carries it.</param>
/// <param name="Credit">Frames and bytes that may be unacked (SPEC clause 10.2).</param>
/// <param name="PayloadBytesMax">The lower of both sides' limits.</param>
/// <param name="Version">The frame version spoken from here on.</param>
/// <param name="UtcNs">The gateway's clock, ns since 1970-01-01 UTC, for the dock's own clock only; 0 = not known.</param>
/// <param name="Gateway">The gateway's name.</param>
/// <param name="UpTopic">Topic for all that follows; empty on serial.</param>
public readonly record struct Welcome(
    ulong ConnectionId,
    uint Session,
    Credit Credit,
    ushort PayloadBytesMax,
    byte Version,
    ulong UtcNs,
    string Gateway,
    string UpTopic
) : IMessage<Welcome>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.Welcome;

    /// <inheritdoc />
    public static Welcome Read(ref PayloadReader reader)
    {
        var connectionId = reader.U64();
        var session = reader.U32();
        if (session == 0)
        {
            reader.Reject(Reason.ValueNotAllowed, 8);
        }

        var credit = Credit.Read(ref reader);
        var payloadBytesMax = reader.U16();
        if (payloadBytesMax < Limits.PayloadBytesFloor)
        {
            reader.Reject(Reason.ValueNotAllowed, 18);
        }

        return new(
            connectionId,
            session,
            credit,
            payloadBytesMax,
            reader.U8(),
            reader.U64(),
            reader.Text(TextKind.Name),
            reader.Text(TextKind.Topic)
        );
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U64(ConnectionId);
        writer.U32(Session);
        Credit.Write(ref writer);
        writer.U16(PayloadBytesMax);
        writer.U8(Version);
        writer.U64(UtcNs);
        writer.Text(Gateway, TextKind.Name);
        writer.Text(UpTopic, TextKind.Topic);
    }
}

/// <summary>
/// What a dock may have unacked at once (SPEC clause 10.2): absolute values, not increments, so that a lost ack loses nothing.
/// </summary>
/// <param name="Frames">Numbered frames; 0 = none for now, as a hold of 15 s.</param>
/// <param name="Bytes">Bytes of those frames, header to check; one frame is always allowed when <paramref name="Frames"/> is not 0.</param>
public readonly record struct Credit(ushort Frames, uint Bytes)
{
    internal static Credit Read(ref PayloadReader reader) => new(reader.U16(), reader.U32());

    internal void Write(ref PayloadWriter writer)
    {
        writer.U16(Frames);
        writer.U32(Bytes);
    }
}

/// <summary>Gateway to dock: sign Hello over these bytes (SPEC clause 8.3). Session and frame number are 0.</summary>
/// <param name="ConnectionId">The one of the Hello that is answered.</param>
/// <param name="Nonce">16 random bytes, used once.</param>
public readonly record struct Challenge(ulong ConnectionId, Nonce Nonce) : IMessage<Challenge>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.Challenge;

    /// <inheritdoc />
    public static Challenge Read(ref PayloadReader reader) => new(reader.U64(), Nonce.Read(ref reader));

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U64(ConnectionId);
        Nonce.Write(ref writer);
    }
}
