namespace TaserTelemetry.Evidence.Leaves;

/// <summary>
/// One entry of the ledger, byte for byte: u8 version, u8 type, 32-byte commitment, then the fields of its type (LEAVES.md). Everything a
/// follower needs stands in it, so that what is derived is a function of one journal record. It never holds free text, a person's name
/// or number, or an unsalted hash of what a device sent.
/// </summary>
public abstract record Leaf
{
    /// <summary>The version written here, and the only one known.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Longest leaf in bytes.</summary>
    public const int BytesMax = 1_024;

    /// <summary>Bytes before the fields: version, type, commitment.</summary>
    public const int HeadBytes = 2 + Digest.Bytes;

    private protected Leaf() { }

    /// <summary>Its pinned number.</summary>
    public abstract LeafType Type { get; }

    /// <summary>When the gateway had it: received time of a frame, or the time of an event of its own. Ns since 1970, UTC.</summary>
    public abstract ulong TimeNs { get; }

    /// <summary>
    /// Writes the leaf and returns its length. <paramref name="destination"/> needs <see cref="BytesMax"/>. A name that is not plain
    /// (<see cref="LeafName"/>) throws <see cref="ArgumentException"/>: check untrusted names first.
    /// </summary>
    public int Encode(in Digest commitment, Span<byte> destination)
    {
        var writer = new LeafWriter(destination[..BytesMax]);
        writer.U8(FormatVersion);
        writer.U8((byte)Type);
        writer.Digest(commitment);
        WriteFields(ref writer);
        return writer.Position;
    }

    /// <summary>
    /// Reads a leaf. Never throws on any bytes. <paramref name="names"/> shares strings between leaves; null = a new one.
    /// </summary>
    public static LeafDecode Decode(ReadOnlySpan<byte> untrustedLeaf, NameCache? names = null)
    {
        if (untrustedLeaf.Length < HeadBytes)
        {
            return new LeafDecode(null, default, LeafReject.TooShort, untrustedLeaf.Length);
        }
        var commitment = Digest.Read(untrustedLeaf[2..]);
        if (untrustedLeaf.Length > BytesMax)
        {
            return new LeafDecode(null, commitment, LeafReject.TooLong, BytesMax);
        }
        if (untrustedLeaf[0] != FormatVersion)
        {
            return new LeafDecode(null, commitment, LeafReject.VersionUnknown, 0);
        }
        var reader = new LeafReader(untrustedLeaf[HeadBytes..], names ?? new NameCache());
        var leaf = LeafTypes.Read((LeafType)untrustedLeaf[1], ref reader);
        if (leaf is null)
        {
            return new LeafDecode(null, commitment, LeafReject.TypeUnknown, 1);
        }
        if (reader.Reject == LeafReject.None && reader.Remaining > 0)
        {
            reader.Fail(LeafReject.TrailingBytes);
        }
        return reader.Reject == LeafReject.None
            ? new LeafDecode(leaf, commitment, LeafReject.None, untrustedLeaf.Length)
            : new LeafDecode(null, commitment, reader.Reject, HeadBytes + reader.Position);
    }

    private protected abstract void WriteFields(ref LeafWriter writer);
}
