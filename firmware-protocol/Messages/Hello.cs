using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>How a dock talks (SPEC clause 8.2).</summary>
public enum Transport : byte
{
    /// <summary>Not stated.</summary>
    None = 0,

    /// <summary>A serial line.</summary>
    Serial = 1,

    /// <summary>MQTT.</summary>
    Mqtt = 2,

    /// <summary>A file: captures made by a dock itself.</summary>
    File = 3,
}

/// <summary>What a dock says of its own wall clock (SPEC clause 12.1).</summary>
public enum ClockState : byte
{
    /// <summary>Not stated.</summary>
    NotStated = 0,

    /// <summary>Never set since it last lost power.</summary>
    NotSet = 1,

    /// <summary>Set, and free-running since.</summary>
    FreeRunning = 2,

    /// <summary>Disciplined, by NTP or by Welcome, within the last hour.</summary>
    Disciplined = 3,
}

/// <summary>How something is signed (SPEC clause 13.2). Signing and verifying are handed in.</summary>
public enum SignatureAlgorithm : byte
{
    /// <summary>Not signed.</summary>
    None = 0,

    /// <summary>Ed25519 over the bytes themselves; 64 bytes.</summary>
    Ed25519 = 1,

    /// <summary>ECDSA on P-256 with SHA-256; r then s, big-endian, 32 bytes each.</summary>
    EcdsaP256 = 2,
}

/// <summary>Dock to gateway: who I am and what I can do (SPEC clause 8.2). Session and frame number are 0.</summary>
/// <param name="VersionMin">Lowest frame version spoken, at least 1.</param>
/// <param name="VersionMax">Highest frame version spoken.</param>
/// <param name="PayloadBytesMax">Largest payload the dock takes, at least <see cref="Limits.PayloadBytesFloor"/>.</param>
/// <param name="Transport">How it talks.</param>
/// <param name="ClockState">What it says of its wall clock.</param>
/// <param name="ConnectionId">Random for each connection and not 0; the same in birth and last will (SPEC clause 4.5).</param>
/// <param name="BootId">Random for each start of the dock; the monotonic clock counts from it.</param>
/// <param name="MonotonicNs">The dock's monotonic clock in ns.</param>
/// <param name="UtcNs">The dock's wall clock in ns since 1970-01-01 UTC; 0 = not known.</param>
/// <param name="Force">Force, as in the topic.</param>
/// <param name="Armoury">Armoury, as in the topic.</param>
/// <param name="Dock">Dock name: topic level, certificate CN, user name and client id.</param>
/// <param name="Model">Dock model; empty = not stated.</param>
/// <param name="Firmware">Dock firmware; empty = not stated.</param>
/// <param name="Nonce">The 16 bytes of the Challenge this Hello answers; zeros = none.</param>
/// <param name="Signature">Absent, or over the bytes of SPEC clause 13.3.</param>
public readonly record struct Hello(
    byte VersionMin,
    byte VersionMax,
    ushort PayloadBytesMax,
    Transport Transport,
    ClockState ClockState,
    ulong ConnectionId,
    ulong BootId,
    ulong MonotonicNs,
    ulong UtcNs,
    string Force,
    string Armoury,
    string Dock,
    string Model,
    string Firmware,
    Nonce Nonce,
    Signature Signature
) : IMessage<Hello>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.Hello;

    /// <inheritdoc />
    public static Hello Read(ref PayloadReader reader)
    {
        var (versionMin, versionMax) = (reader.U8(), reader.U8());
        if (versionMin == 0 || versionMin > versionMax)
        {
            reader.Reject(Reason.ValueNotAllowed, 0);
        }

        var payloadBytesMax = reader.U16();
        if (payloadBytesMax < Limits.PayloadBytesFloor)
        {
            reader.Reject(Reason.ValueNotAllowed, 2);
        }

        var (transport, clockState) = ((Transport)reader.U8(), (ClockState)reader.U8());
        var connectionId = reader.U64();
        if (connectionId == 0)
        {
            reader.Reject(Reason.ValueNotAllowed, 6);
        }

        return new(
            versionMin,
            versionMax,
            payloadBytesMax,
            transport,
            clockState,
            connectionId,
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.Text(TextKind.Name),
            reader.Text(TextKind.Name),
            reader.Text(TextKind.Name),
            reader.Text(TextKind.Label),
            reader.Text(TextKind.Label),
            Nonce.Read(ref reader),
            Signature.Read(ref reader)
        );
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        WriteUnsigned(ref writer);
        Signature.Write(ref writer);
    }

    /// <summary>The bytes that a signature covers (SPEC clause 13.3): the label, then the payload up to the signature.</summary>
    public byte[] BytesToSign()
    {
        Span<byte> buffer = stackalloc byte[Limits.SerialPayloadBytesMax];
        var writer = new PayloadWriter(buffer);
        writer.Bytes(SigningLabel.Hello);
        WriteUnsigned(ref writer);
        return buffer[..writer.Position].ToArray();
    }

    private void WriteUnsigned(ref PayloadWriter writer)
    {
        writer.U8(VersionMin);
        writer.U8(VersionMax);
        writer.U16(PayloadBytesMax);
        writer.U8((byte)Transport);
        writer.U8((byte)ClockState);
        writer.U64(ConnectionId);
        writer.U64(BootId);
        writer.U64(MonotonicNs);
        writer.U64(UtcNs);
        writer.Text(Force, TextKind.Name);
        writer.Text(Armoury, TextKind.Name);
        writer.Text(Dock, TextKind.Name);
        writer.Text(Model, TextKind.Label);
        writer.Text(Firmware, TextKind.Label);
        Nonce.Write(ref writer);
    }
}
