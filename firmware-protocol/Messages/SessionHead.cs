using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>How far a head can be trusted (SPEC clause 13.1). D and E have no head.</summary>
public enum HeadGrade : byte
{
    /// <summary>Not stated.</summary>
    None = 0,

    /// <summary>Signed by the device over a gateway's nonce.</summary>
    A = 1,

    /// <summary>Signed by the device over a rising counter.</summary>
    B = 2,

    /// <summary>Signed by the dock: which bytes were read, when and by whom, and no more.</summary>
    C = 3,
}

/// <summary>
/// Dock to gateway: what a signature says about a run of records (SPEC clauses 8.20 and 13). Numbered and durable; verified behind the
/// journal, never before an ack.
/// </summary>
/// <param name="Grade">Who signed over what.</param>
/// <param name="Log">Device, log kind and epoch.</param>
/// <param name="FirstSequence">First record covered.</param>
/// <param name="ChainAtFirst">Chain value before that record (SPEC clause 13.4).</param>
/// <param name="NextSequence">The sequence after the last record covered; not below the first.</param>
/// <param name="ChainAtNext">Chain value behind that record.</param>
/// <param name="Counter">Grade B: the device's head counter, rising; else 0.</param>
/// <param name="Nonce">Grade A: the nonce the gateway granted; else zeros.</param>
/// <param name="ReadUtcNs">Grade C: when the dock read it, ns since 1970-01-01 UTC; else, or not known, 0.</param>
/// <param name="Signer">Serial of the device (A, B) or name of the dock (C) whose key signed.</param>
/// <param name="Signature">Over the bytes of SPEC clause 13.3.</param>
public readonly record struct SessionHead(
    HeadGrade Grade,
    LogKey Log,
    ulong FirstSequence,
    Hash32 ChainAtFirst,
    ulong NextSequence,
    Hash32 ChainAtNext,
    ulong Counter,
    Nonce Nonce,
    ulong ReadUtcNs,
    string Signer,
    Signature Signature
) : IMessage<SessionHead>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.SessionHead;

    /// <inheritdoc />
    public static SessionHead Read(ref PayloadReader reader)
    {
        var kind = (LogKind)reader.U8();
        var grade = (HeadGrade)reader.U8();
        var epoch = reader.Epoch();
        var first = reader.U64();
        var chainAtFirst = Hash32.Read(ref reader);
        var next = reader.U64();
        if (next < first)
        {
            reader.Reject(Reason.ValueNotAllowed, 54);
        }

        var chainAtNext = Hash32.Read(ref reader);
        var (counter, nonce, readUtc) = (reader.U64(), Nonce.Read(ref reader), reader.U64());
        var device = reader.Text(TextKind.Serial);
        var signer = reader.Text(TextKind.Serial);
        return new(
            grade,
            new(device, kind, epoch),
            first,
            chainAtFirst,
            next,
            chainAtNext,
            counter,
            nonce,
            readUtc,
            signer,
            Signature.Read(ref reader)
        );
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        WriteUnsigned(ref writer);
        Signature.Write(ref writer);
    }

    /// <summary>The bytes that the signature covers (SPEC clause 13.3).</summary>
    public byte[] BytesToSign()
    {
        Span<byte> buffer = stackalloc byte[Limits.PayloadBytesFloor * 2];
        var writer = new PayloadWriter(buffer);
        writer.Bytes(SigningLabel.SessionHead);
        WriteUnsigned(ref writer);
        return buffer[..writer.Position].ToArray();
    }

    private void WriteUnsigned(ref PayloadWriter writer)
    {
        writer.U8((byte)Log.Log);
        writer.U8((byte)Grade);
        writer.Epoch(Log.Epoch);
        writer.U64(FirstSequence);
        ChainAtFirst.Write(ref writer);
        writer.U64(NextSequence);
        ChainAtNext.Write(ref writer);
        writer.U64(Counter);
        Nonce.Write(ref writer);
        writer.U64(ReadUtcNs);
        writer.Text(Log.Device, TextKind.Serial);
        writer.Text(Signer, TextKind.Serial);
    }
}

/// <summary>Gateway to dock: nonces for heads to come (SPEC clause 8.24). Each is spent once, and only at this gateway.</summary>
public readonly struct NonceGrant : IMessage<NonceGrant>, IEquatable<NonceGrant>
{
    private readonly Nonce[]? nonces;

    /// <summary>A grant of 1 to <see cref="Limits.NoncePoolMax"/> nonces.</summary>
    public NonceGrant(string gateway, ulong expiresUtcNs, ReadOnlySpan<Nonce> nonces)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nonces.Length, Limits.NoncePoolMax);
        Gateway = gateway;
        ExpiresUtcNs = expiresUtcNs;
        this.nonces = nonces.ToArray();
    }

    /// <inheritdoc />
    public static MessageType Type => MessageType.NonceGrant;

    /// <summary>The gateway they are bound to.</summary>
    public string Gateway { get; }

    /// <summary>After this they lower a head's grade; ns since 1970-01-01 UTC.</summary>
    public ulong ExpiresUtcNs { get; }

    /// <summary>The nonces.</summary>
    public ReadOnlySpan<Nonce> Nonces => nonces;

    /// <summary>Equality of values.</summary>
    public static bool operator ==(NonceGrant left, NonceGrant right) => left.Equals(right);

    /// <summary>Equality of values.</summary>
    public static bool operator !=(NonceGrant left, NonceGrant right) => !left.Equals(right);

    /// <inheritdoc />
    public static NonceGrant Read(ref PayloadReader reader)
    {
        var expires = reader.U64();
        int count = reader.U8();
        if (count > Limits.NoncePoolMax)
        {
            reader.Reject(Reason.TooManyItems, 8);
        }

        var read = new Nonce[reader.Failed ? 0 : count];
        for (var index = 0; index < read.Length; index++)
        {
            read[index] = Nonce.Read(ref reader);
        }

        return new(reader.Text(TextKind.Name), expires, read);
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U64(ExpiresUtcNs);
        writer.U8((byte)Nonces.Length);
        foreach (var nonce in Nonces)
        {
            nonce.Write(ref writer);
        }

        writer.Text(Gateway, TextKind.Name);
    }

    /// <inheritdoc />
    public bool Equals(NonceGrant other) =>
        ExpiresUtcNs == other.ExpiresUtcNs && Gateway == other.Gateway && Nonces.SequenceEqual(other.Nonces);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is NonceGrant other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(ExpiresUtcNs, Gateway, Nonces.Length);
}
