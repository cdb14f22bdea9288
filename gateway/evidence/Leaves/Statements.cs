using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Leaves;

/// <summary>A carrier was taken out.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Carrier">Serial of what was taken.</param>
/// <param name="Reason">A number of the wire.</param>
/// <param name="Complete">1 = the dock had delivered all it wanted to.</param>
public sealed record Undocked(Arrival Arrival, string Device, string Carrier, ushort Reason, bool Complete) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Undocked;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static Undocked Read(ref LeafReader reader) =>
        new(reader.Arrival(), reader.Name(), reader.Name(), reader.U16(), reader.Flag());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.Name(Device);
        writer.Name(Carrier);
        writer.U16(Reason);
        writer.Flag(Complete);
    }
}

/// <summary>A dock says that sequences no longer exist where it looked.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Log">Which log; kept as it came.</param>
/// <param name="Epoch">Which life of the log.</param>
/// <param name="Ranges">What is gone.</param>
/// <param name="Why">A number of the wire.</param>
public sealed record RangeGone(Arrival Arrival, string Device, LogKind Log, Epoch Epoch, SequenceRanges Ranges, ushort Why) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.RangeGone;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static RangeGone Read(ref LeafReader reader) =>
        new(reader.Arrival(), reader.Name(), (LogKind)reader.U8(), reader.Epoch(), reader.Ranges(), reader.U16());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.Name(Device);
        writer.U8((byte)Log);
        writer.Epoch(Epoch);
        writer.Ranges(Ranges);
        writer.U16(Why);
    }
}

/// <summary>A log was cleared.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Log">Which log; kept as it came.</param>
/// <param name="OldEpoch">Before.</param>
/// <param name="NewEpoch">After; all zero = not stated.</param>
/// <param name="LastSequence">Last sequence of the old epoch.</param>
/// <param name="Who">Who cleared it, a number of the wire.</param>
public sealed record LogCleared(Arrival Arrival, string Device, LogKind Log, Epoch OldEpoch, Epoch NewEpoch, ulong LastSequence, ushort Who)
    : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.LogCleared;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static LogCleared Read(ref LeafReader reader) =>
        new(reader.Arrival(), reader.Name(), (LogKind)reader.U8(), reader.Epoch(), reader.Epoch(), reader.U64(), reader.U16());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.Name(Device);
        writer.U8((byte)Log);
        writer.Epoch(OldEpoch);
        writer.Epoch(NewEpoch);
        writer.U64(LastSequence);
        writer.U16(Who);
    }
}

/// <summary>A dock on itself.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="DockBoot">Boot id.</param>
/// <param name="StorageLeftBytes">Free storage.</param>
/// <param name="ClockState">A number of the wire.</param>
/// <param name="BayFaults">One bit a bay.</param>
/// <param name="FirmwareVersion">As the dock states it.</param>
public sealed record DockHealth(
    Arrival Arrival,
    ulong DockBoot,
    ulong StorageLeftBytes,
    byte ClockState,
    uint BayFaults,
    uint FirmwareVersion
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.DockHealth;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static DockHealth Read(ref LeafReader reader) =>
        new(reader.Arrival(), reader.U64(), reader.U64(), reader.U8(), reader.U32(), reader.U32());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.U64(DockBoot);
        writer.U64(StorageLeftBytes);
        writer.U8(ClockState);
        writer.U32(BayFaults);
        writer.U32(FirmwareVersion);
    }
}

/// <summary>Bytes kept aside: durable, not counted, can be judged again.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Reason">Reason of the wire; 0 = plain.</param>
/// <param name="ReceivedBytes">How many bytes are kept.</param>
/// <param name="Device">Device serial as far as readable; empty = none.</param>
/// <param name="EnrolledSource">1 = the dock is enrolled.</param>
public sealed record Quarantined(
    Arrival Arrival,
    QuarantineKind Kind,
    ushort Reason,
    uint ReceivedBytes,
    string Device,
    bool EnrolledSource
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Quarantined;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static Quarantined Read(ref LeafReader reader) =>
        new(
            reader.Arrival(),
            (QuarantineKind)reader.Closed(reader.U8(), (byte)QuarantineKind.ImportRow),
            reader.U16(),
            reader.U32(),
            reader.Name(),
            reader.Flag()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.U8((byte)Kind);
        writer.U16(Reason);
        writer.U32(ReceivedBytes);
        writer.Name(Device);
        writer.Flag(EnrolledSource);
    }
}

/// <summary>A hole in a log: open, filled or final.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Log">Which log; kept as it came.</param>
/// <param name="Epoch">Which life of the log.</param>
/// <param name="First">First sequence missing.</param>
/// <param name="Next">One past the last.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Cause">Why, as far as known.</param>
public sealed record Gap(ulong AtNs, string Device, LogKind Log, Epoch Epoch, ulong First, ulong Next, GapState State, GapCause Cause)
    : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Gap;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static Gap Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Name(),
            (LogKind)reader.U8(),
            reader.Epoch(),
            reader.U64(),
            reader.U64(),
            (GapState)reader.Closed(reader.U8(), (byte)GapState.Final),
            (GapCause)reader.Closed(reader.U8(), (byte)GapCause.HeldElsewhere)
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Name(Device);
        writer.U8((byte)Log);
        writer.Epoch(Epoch);
        writer.U64(First);
        writer.U64(Next);
        writer.U8((byte)State);
        writer.U8((byte)Cause);
    }
}

/// <summary>The gateway opened an epoch for a source.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Log">Which log; kept as it came.</param>
/// <param name="OldEpoch">Before.</param>
/// <param name="NewEpoch">From here on.</param>
/// <param name="Anchor">Sequence at which it showed.</param>
/// <param name="Cause">Why.</param>
public sealed record EpochOpened(ulong AtNs, string Device, LogKind Log, Epoch OldEpoch, Epoch NewEpoch, ulong Anchor, EpochCause Cause)
    : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.EpochOpened;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static EpochOpened Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Name(),
            (LogKind)reader.U8(),
            reader.Epoch(),
            reader.Epoch(),
            reader.U64(),
            (EpochCause)reader.Closed(reader.U8(), (byte)EpochCause.Declared)
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Name(Device);
        writer.U8((byte)Log);
        writer.Epoch(OldEpoch);
        writer.Epoch(NewEpoch);
        writer.U64(Anchor);
        writer.U8((byte)Cause);
    }
}

/// <summary>A signed head was checked behind the journal.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Log">Which log; kept as it came.</param>
/// <param name="Epoch">Which life of the log.</param>
/// <param name="First">First sequence.</param>
/// <param name="Next">One past the last.</param>
/// <param name="HeadLeaf">The session head.</param>
/// <param name="Result">What came out.</param>
/// <param name="Grade">How far the origin is authenticated.</param>
public sealed record ChainCheck(
    ulong AtNs,
    string Device,
    LogKind Log,
    Epoch Epoch,
    ulong First,
    ulong Next,
    LeafReference HeadLeaf,
    ChainResult Result,
    AuthenticityGrade Grade
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.ChainCheck;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static ChainCheck Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Name(),
            (LogKind)reader.U8(),
            reader.Epoch(),
            reader.U64(),
            reader.U64(),
            reader.Reference(),
            (ChainResult)reader.Closed(reader.U8(), (byte)ChainResult.NotContinued),
            (AuthenticityGrade)reader.Closed(reader.U8(), (byte)AuthenticityGrade.E)
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Name(Device);
        writer.U8((byte)Log);
        writer.Epoch(Epoch);
        writer.U64(First);
        writer.U64(Next);
        writer.Reference(HeadLeaf);
        writer.U8((byte)Result);
        writer.U8((byte)Grade);
    }
}

/// <summary>A dock showed the checkpoint it remembers.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="Size">Its size.</param>
/// <param name="Root">Its root.</param>
/// <param name="Result">What it says about this ledger.</param>
public sealed record CheckpointShown(Arrival Arrival, ulong Size, Digest Root, CheckpointShownResult Result) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.CheckpointShown;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static CheckpointShown Read(ref LeafReader reader) =>
        new(
            reader.Arrival(),
            reader.U64(),
            reader.Digest(),
            (CheckpointShownResult)reader.Closed(reader.U8(), (byte)CheckpointShownResult.NotOurs)
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.U64(Size);
        writer.Digest(Root);
        writer.U8((byte)Result);
    }
}

/// <summary>A dock stopped calling, or called again.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="Place">Which dock.</param>
/// <param name="Silent">1 = stopped, 0 = heard again.</param>
/// <param name="LastHeardNs">When last heard, ns UTC.</param>
public sealed record DockSilence(ulong AtNs, Place Place, bool Silent, ulong LastHeardNs) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.DockSilence;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static DockSilence Read(ref LeafReader reader) => new(reader.U64(), reader.Place(), reader.Flag(), reader.U64());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Place(Place);
        writer.Flag(Silent);
        writer.U64(LastHeardNs);
    }
}

/// <summary>An external broker no longer held this gateway's session: what it had acked to docks meanwhile may be lost there.</summary>
/// <param name="AtNs">When it was noticed, ns since 1970 UTC.</param>
/// <param name="AwaySinceNs">When the gateway was last connected, ns UTC; 0 = before it started.</param>
public sealed record BrokerSessionLost(ulong AtNs, ulong AwaySinceNs) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.BrokerSessionLost;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static BrokerSessionLost Read(ref LeafReader reader) => new(reader.U64(), reader.U64());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.U64(AwaySinceNs);
    }
}
