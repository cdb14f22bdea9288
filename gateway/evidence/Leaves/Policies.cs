namespace TaserTelemetry.Evidence.Leaves;

/// <summary>A policy document took effect.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Kind">What it governs.</param>
/// <param name="Number">Version number of the policy, from 1.</param>
/// <param name="ContentDigest">SHA-256 of the document, which holds no personal data.</param>
public sealed record PolicyChange(ulong AtNs, ActorId By, PolicyKind Kind, uint Number, Digest ContentDigest) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.PolicyChange;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static PolicyChange Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            (PolicyKind)reader.Closed(reader.U8(), (byte)PolicyKind.Configuration),
            reader.U32(),
            reader.Digest()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.U8((byte)Kind);
        writer.U32(Number);
        writer.Digest(ContentDigest);
    }
}

/// <summary>The numbers that decisions depend on, in full, so that decisions can be replayed.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Number">Version number, from 1.</param>
/// <param name="QuarantineBytesPerSource">Quota of an enrolled dock.</param>
/// <param name="QuarantineEntriesPerSource">Quota of an enrolled dock.</param>
/// <param name="QuarantineBytesUnenrolled">Quota of each unenrolled source.</param>
/// <param name="QuarantineEntriesUnenrolled">Quota of each unenrolled source.</param>
/// <param name="QuarantineBytesTotal">Quota of all together.</param>
/// <param name="GapFinalAfterDays">Days until an open gap is final.</param>
/// <param name="UnsignedDocks">1 = a dock without a signed hello is accepted and marked.</param>
/// <param name="UnknownDevices">1 = an unknown device at a known dock is stored and marked.</param>
public sealed record IngestPolicy(
    ulong AtNs,
    ActorId By,
    uint Number,
    ulong QuarantineBytesPerSource,
    uint QuarantineEntriesPerSource,
    ulong QuarantineBytesUnenrolled,
    uint QuarantineEntriesUnenrolled,
    ulong QuarantineBytesTotal,
    ushort GapFinalAfterDays,
    bool UnsignedDocks,
    bool UnknownDevices
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.IngestPolicy;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static IngestPolicy Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            reader.U32(),
            reader.U64(),
            reader.U32(),
            reader.U64(),
            reader.U32(),
            reader.U64(),
            reader.U16(),
            reader.Flag(),
            reader.Flag()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.U32(Number);
        writer.U64(QuarantineBytesPerSource);
        writer.U32(QuarantineEntriesPerSource);
        writer.U64(QuarantineBytesUnenrolled);
        writer.U32(QuarantineEntriesUnenrolled);
        writer.U64(QuarantineBytesTotal);
        writer.U16(GapFinalAfterDays);
        writer.Flag(UnsignedDocks);
        writer.Flag(UnknownDevices);
    }
}

/// <summary>Bytes that must not be disposed of, or need be held no longer.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Id">Number of the hold in this ledger.</param>
/// <param name="Device">Device serial; empty = all.</param>
/// <param name="FromNs">From, ns UTC.</param>
/// <param name="ToNs">To, ns UTC, not included.</param>
/// <param name="Standing">In force or withdrawn.</param>
/// <param name="Code">Reason code of the force's list.</param>
/// <param name="TextCommitment">Salted commitment to the comment in DATA/records; none = no comment.</param>
public sealed record Hold(
    ulong AtNs,
    ActorId By,
    ulong Id,
    string Device,
    ulong FromNs,
    ulong ToNs,
    Standing Standing,
    ushort Code,
    Digest TextCommitment
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Hold;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static Hold Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            reader.U64(),
            reader.Name(),
            reader.U64(),
            reader.U64(),
            (Standing)reader.Closed(reader.U8(), (byte)Standing.Withdrawn),
            reader.U16(),
            reader.Digest()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.U64(Id);
        writer.Name(Device);
        writer.U64(FromNs);
        writer.U64(ToNs);
        writer.U8((byte)Standing);
        writer.U16(Code);
        writer.Digest(TextCommitment);
    }
}

/// <summary>Raw bytes and salts of these leaves may be zeroed once this leaf is witnessed and 30 days have passed.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="ConfirmedBy">Who agreed; never the same.</param>
/// <param name="Policy">Number of the retention policy.</param>
/// <param name="Class">What kind of bytes.</param>
/// <param name="Leaves">Leaf indices.</param>
/// <param name="Bytes">Bytes of salts and received bytes in them.</param>
public sealed record Disposal(
    ulong AtNs,
    ActorId RequestedBy,
    ActorId ConfirmedBy,
    uint Policy,
    RetentionClass Class,
    SequenceRanges Leaves,
    ulong Bytes
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Disposal;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static Disposal Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            reader.Actor(),
            reader.U32(),
            (RetentionClass)reader.Closed(reader.U8(), (byte)RetentionClass.Incident),
            reader.Ranges(),
            reader.U64()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(RequestedBy);
        writer.Actor(ConfirmedBy);
        writer.U32(Policy);
        writer.U8((byte)Class);
        writer.Ranges(Leaves);
        writer.U64(Bytes);
    }
}
