namespace TaserTelemetry.Evidence.Leaves;

/// <summary>A dock is known from here on, or no longer.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Place">Force, armoury and dock.</param>
/// <param name="Key">Its public key; none = unsigned docks are allowed by policy only.</param>
/// <param name="Standing">In force or withdrawn.</param>
/// <param name="Source">How.</param>
public sealed record DockEnrolment(ulong AtNs, ActorId By, Place Place, PublicKey Key, Standing Standing, EnrolmentSource Source) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.DockEnrolment;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static DockEnrolment Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            reader.Place(),
            reader.Key(),
            (Standing)reader.Closed(reader.U8(), (byte)Standing.Withdrawn),
            (EnrolmentSource)reader.Closed(reader.U8(), (byte)EnrolmentSource.Rotation)
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.Place(Place);
        writer.Key(Key);
        writer.U8((byte)Standing);
        writer.U8((byte)Source);
    }
}

/// <summary>A device is known from here on, or no longer.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Model">Model id.</param>
/// <param name="Force">Force id.</param>
/// <param name="Armoury">Armoury id; empty = any of the force.</param>
/// <param name="SequenceBits">Width of the device's own sequence; 0 = 64.</param>
/// <param name="Key">Its public key; none = cannot sign.</param>
/// <param name="Standing">In force or withdrawn.</param>
/// <param name="Source">How.</param>
public sealed record DeviceEnrolment(
    ulong AtNs,
    ActorId By,
    string Device,
    string Model,
    string Force,
    string Armoury,
    byte SequenceBits,
    PublicKey Key,
    Standing Standing,
    EnrolmentSource Source
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.DeviceEnrolment;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static DeviceEnrolment Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            reader.Name(),
            reader.Name(),
            reader.Name(),
            reader.Name(),
            reader.U8(),
            reader.Key(),
            (Standing)reader.Closed(reader.U8(), (byte)Standing.Withdrawn),
            (EnrolmentSource)reader.Closed(reader.U8(), (byte)EnrolmentSource.Rotation)
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.Name(Device);
        writer.Name(Model);
        writer.Name(Force);
        writer.Name(Armoury);
        writer.U8(SequenceBits);
        writer.Key(Key);
        writer.U8((byte)Standing);
        writer.U8((byte)Source);
    }
}

/// <summary>A key of the gateway or of a witness.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Use">What it is for.</param>
/// <param name="Happening">What happened.</param>
/// <param name="Key">The public key.</param>
/// <param name="KeyId">Its signed-note key id; 0 = none.</param>
/// <param name="SinceNs">From when the happening counts, ns UTC.</param>
public sealed record KeyEvent(ulong AtNs, ActorId By, KeyUse Use, KeyHappening Happening, PublicKey Key, uint KeyId, ulong SinceNs) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.KeyEvent;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static KeyEvent Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            (KeyUse)reader.Closed(reader.U8(), (byte)KeyUse.TimeStamp),
            (KeyHappening)reader.Closed(reader.U8(), (byte)KeyHappening.Trusted),
            reader.Key(),
            reader.U32(),
            reader.U64()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.U8((byte)Use);
        writer.U8((byte)Happening);
        writer.Key(Key);
        writer.U32(KeyId);
        writer.U64(SinceNs);
    }
}

/// <summary>How this ledger hangs together with another.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Event">What happened.</param>
/// <param name="OtherOrigin">SHA-256 of the other origin; none = there is none.</param>
/// <param name="Size">Size of the checkpoint cited.</param>
/// <param name="Root">Root of the checkpoint cited.</param>
public sealed record OriginLink(ulong AtNs, ActorId By, OriginEvent Event, Digest OtherOrigin, ulong Size, Digest Root) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.OriginLink;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static OriginLink Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            (OriginEvent)reader.Closed(reader.U8(), (byte)OriginEvent.Frozen),
            reader.Digest(),
            reader.U64(),
            reader.Digest()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.U8((byte)Event);
        writer.Digest(OtherOrigin);
        writer.U64(Size);
        writer.Digest(Root);
    }
}

/// <summary>Nonces given to a dock, recorded before they are sent. The nonces are SHA-256(pool ‖ number) cut to 16 bytes.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="Dock">Which dock.</param>
/// <param name="FirstNumber">Number of the first.</param>
/// <param name="Count">How many, at most 16.</param>
/// <param name="Pool">Random; never sent.</param>
/// <param name="ExpiresNs">When they lapse, ns UTC.</param>
public sealed record NonceGrant(ulong AtNs, string Dock, ulong FirstNumber, byte Count, Digest Pool, ulong ExpiresNs) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.NonceGrant;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static NonceGrant Read(ref LeafReader reader) =>
        new(reader.U64(), reader.Name(), reader.U64(), reader.U8(), reader.Digest(), reader.U64());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Name(Dock);
        writer.U64(FirstNumber);
        writer.U8(Count);
        writer.Digest(Pool);
        writer.U64(ExpiresNs);
    }
}

/// <summary>A nonce was used and counts no more.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="Dock">Which dock.</param>
/// <param name="Number">Its number.</param>
/// <param name="Device">Device serial.</param>
public sealed record NonceSpent(ulong AtNs, string Dock, ulong Number, string Device) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.NonceSpent;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static NonceSpent Read(ref LeafReader reader) => new(reader.U64(), reader.Name(), reader.U64(), reader.Name());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Name(Dock);
        writer.U64(Number);
        writer.Name(Device);
    }
}
