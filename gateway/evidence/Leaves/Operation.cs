namespace TaserTelemetry.Evidence.Leaves;

/// <summary>The journal was opened after an unclean stop.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="RewrittenFrom">First leaf index written again.</param>
/// <param name="RewrittenCount">How many records were written again.</param>
/// <param name="AsideBytes">Bytes put aside; 0 = none.</param>
/// <param name="AsideDigest">SHA-256 of them.</param>
/// <param name="AsideReason">Why.</param>
public sealed record Recovery(
    ulong AtNs,
    ulong RewrittenFrom,
    ulong RewrittenCount,
    ulong AsideBytes,
    Digest AsideDigest,
    AsideReason AsideReason
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Recovery;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static Recovery Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.Digest(),
            (AsideReason)reader.Closed(reader.U8(), (byte)AsideReason.Garbage)
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.U64(RewrittenFrom);
        writer.U64(RewrittenCount);
        writer.U64(AsideBytes);
        writer.Digest(AsideDigest);
        writer.U8((byte)AsideReason);
    }
}

/// <summary>The gateway started or stopped.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="State">Which.</param>
/// <param name="StartNumber">How often it has started on this DATA.</param>
/// <param name="SoftwareVersion">Its version: major in the high 8 bits, minor 12, patch 12.</param>
public sealed record StartStop(ulong AtNs, RunState State, ulong StartNumber, uint SoftwareVersion) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.StartStop;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static StartStop Read(ref LeafReader reader) =>
        new(reader.U64(), (RunState)reader.Closed(reader.U8(), (byte)RunState.RestoreSeen), reader.U64(), reader.U32());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.U8((byte)State);
        writer.U64(StartNumber);
        writer.U32(SoftwareVersion);
    }
}

/// <summary>A program of another version runs from here on.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="Product">Which.</param>
/// <param name="SoftwareVersion">Its version: major in the high 8 bits, minor 12, patch 12.</param>
/// <param name="BuildDigest">SHA-256 of the executable; none = not known.</param>
/// <param name="ParserVersion">Version of the decoder in it.</param>
public sealed record SoftwareRelease(ulong AtNs, Product Product, uint SoftwareVersion, Digest BuildDigest, ushort ParserVersion) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.SoftwareRelease;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static SoftwareRelease Read(ref LeafReader reader) =>
        new(reader.U64(), (Product)reader.Closed(reader.U8(), (byte)Product.Parser), reader.U32(), reader.Digest(), reader.U16());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.U8((byte)Product);
        writer.U32(SoftwareVersion);
        writer.Digest(BuildDigest);
        writer.U16(ParserVersion);
    }
}

/// <summary>An operator did something by command.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Doing">What.</param>
/// <param name="Count">How many items it touched.</param>
/// <param name="Target">SHA-256 of a file made or read; none = no file.</param>
public sealed record OperatorAction(ulong AtNs, ActorId By, OperatorDoing Doing, ulong Count, Digest Target) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.OperatorAction;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static OperatorAction Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            (OperatorDoing)reader.Closed(reader.U8(), (byte)OperatorDoing.Disposed),
            reader.U64(),
            reader.Digest()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.U8((byte)Doing);
        writer.U64(Count);
        writer.Digest(Target);
    }
}

/// <summary>A checkpoint is remembered outside.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="Kind">By what.</param>
/// <param name="Name">Name of it; empty = none.</param>
/// <param name="Size">Size of the checkpoint.</param>
/// <param name="Root">Its root.</param>
/// <param name="EvidenceDigest">SHA-256 of cosignature or token; none = none.</param>
/// <param name="AssertedNs">Time that it asserts, ns UTC; 0 = none.</param>
public sealed record CheckpointAnchor(
    ulong AtNs,
    AnchorKind Kind,
    string Name,
    ulong Size,
    Digest Root,
    Digest EvidenceDigest,
    ulong AssertedNs
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.CheckpointAnchor;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static CheckpointAnchor Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            (AnchorKind)reader.Closed(reader.U8(), (byte)AnchorKind.Dock),
            reader.Name(),
            reader.U64(),
            reader.Digest(),
            reader.Digest(),
            reader.U64()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.U8((byte)Kind);
        writer.Name(Name);
        writer.U64(Size);
        writer.Digest(Root);
        writer.Digest(EvidenceDigest);
        writer.U64(AssertedNs);
    }
}

/// <summary>No room for records: senders were held back.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="FreeBytes">Free bytes left.</param>
/// <param name="Over">1 = there is room again.</param>
public sealed record DiskFull(ulong AtNs, ulong FreeBytes, bool Over) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.DiskFull;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static DiskFull Read(ref LeafReader reader) => new(reader.U64(), reader.U64(), reader.Flag());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.U64(FreeBytes);
        writer.Flag(Over);
    }
}

/// <summary>Quarantine was full for a source: this much was refused.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="Place">Which source.</param>
/// <param name="Reason">Reason of the wire; 0 = plain.</param>
/// <param name="Count">Items refused.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="FirstNs">First, ns UTC.</param>
/// <param name="LastNs">Last, ns UTC.</param>
/// <param name="LastDigest">SHA-256 of the last one, which is kept nowhere.</param>
/// <param name="LastBytes">Its length.</param>
public sealed record QuarantineRefused(
    ulong AtNs,
    Place Place,
    ushort Reason,
    ulong Count,
    ulong Bytes,
    ulong FirstNs,
    ulong LastNs,
    Digest LastDigest,
    uint LastBytes
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.QuarantineRefused;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static QuarantineRefused Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Place(),
            reader.U16(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.Digest(),
            reader.U32()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Place(Place);
        writer.U16(Reason);
        writer.U64(Count);
        writer.U64(Bytes);
        writer.U64(FirstNs);
        writer.U64(LastNs);
        writer.Digest(LastDigest);
        writer.U32(LastBytes);
    }
}
