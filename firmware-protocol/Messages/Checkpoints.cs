using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>
/// Dock to gateway: the checkpoint it remembers of this ledger (SPEC clause 8.23). Numbered and durable. Size 0: it remembers none and
/// asks for one.
/// </summary>
/// <param name="TreeSize">Leaves covered; 0 = none remembered.</param>
/// <param name="Root">Root hash at that size; zeros when the size is 0.</param>
/// <param name="Origin">The ledger's origin; empty when the size is 0.</param>
/// <param name="Signature">The ledger key's, as <see cref="ConsistencyProof"/> brought it; none when the size is 0.</param>
public readonly record struct CheckpointHeld(ulong TreeSize, Hash32 Root, string Origin, Signature Signature) : IMessage<CheckpointHeld>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.CheckpointHeld;

    /// <inheritdoc />
    public static CheckpointHeld Read(ref PayloadReader reader) =>
        new(reader.U64(), Hash32.Read(ref reader), reader.Text(TextKind.Topic), Signature.Read(ref reader));

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U64(TreeSize);
        Root.Write(ref writer);
        writer.Text(Origin, TextKind.Topic);
        Signature.Write(ref writer);
    }
}

/// <summary>
/// Gateway to dock: a newer checkpoint, and the proof that the ledger still holds what the remembered one covered (SPEC clause 8.25).
/// A proof that does not fit one payload comes in several frames. Old size 0 has no proof.
/// </summary>
public readonly struct ConsistencyProof : IMessage<ConsistencyProof>, IEquatable<ConsistencyProof>
{
    private readonly Hash32[]? hashes;

    /// <summary>A proof, or a stretch of one.</summary>
    public ConsistencyProof(
        ulong oldSize,
        ulong newSize,
        Hash32 newRoot,
        byte hashesInAll,
        byte firstHash,
        ReadOnlySpan<Hash32> hashes,
        string origin,
        Signature signature
    )
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashesInAll, Limits.ProofHashesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstHash + hashes.Length, hashesInAll);
        (OldSize, NewSize, NewRoot) = (oldSize, newSize, newRoot);
        (HashesInAll, FirstHash, Origin, Signature) = (hashesInAll, firstHash, origin, signature);
        this.hashes = hashes.ToArray();
    }

    /// <inheritdoc />
    public static MessageType Type => MessageType.ConsistencyProof;

    /// <summary>Size of the checkpoint that the dock showed.</summary>
    public ulong OldSize { get; }

    /// <summary>Size of the newer checkpoint, not below the old.</summary>
    public ulong NewSize { get; }

    /// <summary>Root hash at the new size.</summary>
    public Hash32 NewRoot { get; }

    /// <summary>Hashes of the whole proof, 0 to <see cref="Limits.ProofHashesMax"/>.</summary>
    public byte HashesInAll { get; }

    /// <summary>Position of the first hash in this frame.</summary>
    public byte FirstHash { get; }

    /// <summary>The hashes in this frame.</summary>
    public ReadOnlySpan<Hash32> Hashes => hashes;

    /// <summary>The ledger's origin.</summary>
    public string Origin { get; }

    /// <summary>The ledger key's signature over the checkpoint's note text (C2SP signed-note): origin, size and base64 root, a line each.</summary>
    public Signature Signature { get; }

    /// <summary>Equality of values.</summary>
    public static bool operator ==(ConsistencyProof left, ConsistencyProof right) => left.Equals(right);

    /// <summary>Equality of values.</summary>
    public static bool operator !=(ConsistencyProof left, ConsistencyProof right) => !left.Equals(right);

    /// <inheritdoc />
    public static ConsistencyProof Read(ref PayloadReader reader)
    {
        var (oldSize, newSize, root) = (reader.U64(), reader.U64(), Hash32.Read(ref reader));
        var (inAll, first, count) = (reader.U8(), reader.U8(), reader.U8());
        if (newSize < oldSize)
        {
            reader.Reject(Reason.ValueNotAllowed, 8);
        }

        if (inAll > Limits.ProofHashesMax || first + count > inAll)
        {
            reader.Reject(Reason.TooManyItems, 48);
        }

        if (reader.Failed)
        {
            return default;
        }

        var read = new Hash32[count];
        for (var index = 0; index < count; index++)
        {
            read[index] = Hash32.Read(ref reader);
        }

        return new(oldSize, newSize, root, inAll, first, read, reader.Text(TextKind.Topic), Signature.Read(ref reader));
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U64(OldSize);
        writer.U64(NewSize);
        NewRoot.Write(ref writer);
        writer.U8(HashesInAll);
        writer.U8(FirstHash);
        writer.U8((byte)Hashes.Length);
        foreach (var hash in Hashes)
        {
            hash.Write(ref writer);
        }

        writer.Text(Origin, TextKind.Topic);
        Signature.Write(ref writer);
    }

    /// <inheritdoc />
    public bool Equals(ConsistencyProof other) =>
        (OldSize, NewSize, NewRoot, HashesInAll, FirstHash, Origin, Signature)
            == (other.OldSize, other.NewSize, other.NewRoot, other.HashesInAll, other.FirstHash, other.Origin, other.Signature)
        && Hashes.SequenceEqual(other.Hashes);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ConsistencyProof other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(OldSize, NewSize, NewRoot, Origin);
}
