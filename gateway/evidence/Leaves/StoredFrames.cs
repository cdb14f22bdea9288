using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Leaves;

/// <summary>Event records of one device, stored: everything a follower needs beside the frame itself.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Model">Model as enrolled or declared; empty = not known.</param>
/// <param name="Carrier">Serial of what brought it (the battery pack or the device itself); empty = not stated.</param>
/// <param name="Log">Which log; kept as it came.</param>
/// <param name="Epoch">Which life of the log.</param>
/// <param name="First">Sequence of the frame's first record.</param>
/// <param name="Count">Records in the frame.</param>
/// <param name="NewRanges">What was not durable before: followers count only these.</param>
/// <param name="VariantRanges">Known sequences whose bytes differ here.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Reason">Reason of the wire; 0 = plain.</param>
/// <param name="Marks">Record checks (low 16 bits) and the gateway's marks.</param>
/// <param name="Grade">How far the origin is authenticated.</param>
/// <param name="StampUnit">Unit of the device's stamps, a number of the wire.</param>
/// <param name="StampResolutionMs">Step of the device's clock in ms; 0 = not stated.</param>
/// <param name="Clock">Device clock to UTC as measured in this docking session.</param>
public sealed record StoredBatch(
    Arrival Arrival,
    string Device,
    string Model,
    string Carrier,
    LogKind Log,
    Epoch Epoch,
    ulong First,
    uint Count,
    SequenceRanges NewRanges,
    SequenceRanges VariantRanges,
    LeafVerdict Verdict,
    ushort Reason,
    BatchMarks Marks,
    AuthenticityGrade Grade,
    byte StampUnit,
    uint StampResolutionMs,
    ClockBasis Clock
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.StoredBatch;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static StoredBatch Read(ref LeafReader reader) =>
        new(
            reader.Arrival(),
            reader.Name(),
            reader.Name(),
            reader.Name(),
            (LogKind)reader.U8(),
            reader.Epoch(),
            reader.U64(),
            reader.U32(),
            reader.Ranges(),
            reader.Ranges(),
            (LeafVerdict)reader.Closed(reader.U8(), (byte)LeafVerdict.KeptAside),
            reader.U16(),
            (BatchMarks)reader.U32(),
            (AuthenticityGrade)reader.Closed(reader.U8(), (byte)AuthenticityGrade.E),
            reader.U8(),
            reader.U32(),
            reader.Clock()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.Name(Device);
        writer.Name(Model);
        writer.Name(Carrier);
        writer.U8((byte)Log);
        writer.Epoch(Epoch);
        writer.U64(First);
        writer.U32(Count);
        writer.Ranges(NewRanges);
        writer.Ranges(VariantRanges);
        writer.U8((byte)Verdict);
        writer.U16(Reason);
        writer.U32((uint)Marks);
        writer.U8((byte)Grade);
        writer.U8(StampUnit);
        writer.U32(StampResolutionMs);
        writer.Clock(Clock);
    }
}

/// <summary>One part of a record beside the event record itself.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Log">Which log; kept as it came.</param>
/// <param name="Epoch">Which life of the log.</param>
/// <param name="Sequence">Sequence of the record it belongs to.</param>
/// <param name="Part">1 to Parts.</param>
/// <param name="Parts">How many parts there are.</param>
/// <param name="BlockKind">A number of the wire.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Reason">Reason of the wire; 0 = plain.</param>
/// <param name="Marks">Record checks (low 16 bits) and the gateway's marks.</param>
/// <param name="Grade">How far the origin is authenticated.</param>
public sealed record StoredBlock(
    Arrival Arrival,
    string Device,
    LogKind Log,
    Epoch Epoch,
    ulong Sequence,
    ushort Part,
    ushort Parts,
    byte BlockKind,
    LeafVerdict Verdict,
    ushort Reason,
    BatchMarks Marks,
    AuthenticityGrade Grade
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.StoredBlock;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static StoredBlock Read(ref LeafReader reader) =>
        new(
            reader.Arrival(),
            reader.Name(),
            (LogKind)reader.U8(),
            reader.Epoch(),
            reader.U64(),
            reader.U16(),
            reader.U16(),
            reader.U8(),
            (LeafVerdict)reader.Closed(reader.U8(), (byte)LeafVerdict.KeptAside),
            reader.U16(),
            (BatchMarks)reader.U32(),
            (AuthenticityGrade)reader.Closed(reader.U8(), (byte)AuthenticityGrade.E)
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.Name(Device);
        writer.U8((byte)Log);
        writer.Epoch(Epoch);
        writer.U64(Sequence);
        writer.U16(Part);
        writer.U16(Parts);
        writer.U8(BlockKind);
        writer.U8((byte)Verdict);
        writer.U16(Reason);
        writer.U32((uint)Marks);
        writer.U8((byte)Grade);
    }
}

/// <summary>A well-formed frame that is kept and has no leaf type of its own.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="MessageType">A number of the wire, known or not.</param>
/// <param name="Device">Device serial; empty = none.</param>
/// <param name="Reason">Reason of the wire; 0 = plain.</param>
public sealed record OtherFrame(Arrival Arrival, byte MessageType, string Device, ushort Reason) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.OtherFrame;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static OtherFrame Read(ref LeafReader reader) => new(reader.Arrival(), reader.U8(), reader.Name(), reader.U16());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.U8(MessageType);
        writer.Name(Device);
        writer.U16(Reason);
    }
}

/// <summary>A device clock read by a dock at insertion.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Order">Against a synchronisation in the same insertion.</param>
/// <param name="DeviceStamp">Raw device stamp.</param>
/// <param name="StampUnit">A number of the wire.</param>
/// <param name="StampResolutionMs">Step of the clock in ms; 0 = not stated.</param>
/// <param name="DockBeforeMs">Dock monotonic before the reading, ms.</param>
/// <param name="DockAfterMs">Dock monotonic after it, ms.</param>
/// <param name="DockBoot">Boot id of the dock.</param>
/// <param name="Clock">Device clock to UTC that follows from it.</param>
public sealed record ClockReading(
    Arrival Arrival,
    string Device,
    ClockOrder Order,
    ulong DeviceStamp,
    byte StampUnit,
    uint StampResolutionMs,
    ulong DockBeforeMs,
    ulong DockAfterMs,
    ulong DockBoot,
    ClockBasis Clock
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.ClockReading;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static ClockReading Read(ref LeafReader reader) =>
        new(
            reader.Arrival(),
            reader.Name(),
            (ClockOrder)reader.Closed(reader.U8(), (byte)ClockOrder.AfterSync),
            reader.U64(),
            reader.U8(),
            reader.U32(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.Clock()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.Name(Device);
        writer.U8((byte)Order);
        writer.U64(DeviceStamp);
        writer.U8(StampUnit);
        writer.U32(StampResolutionMs);
        writer.U64(DockBeforeMs);
        writer.U64(DockAfterMs);
        writer.U64(DockBoot);
        writer.Clock(Clock);
    }
}

/// <summary>A dock clock compared with the gateway's.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="DockMonotonicMs">Dock monotonic in its answer, ms.</param>
/// <param name="DockWallNs">Dock wall clock in its answer, ns UTC; 0 = none.</param>
/// <param name="DockBoot">Boot id of the dock.</param>
/// <param name="RequestedNs">Gateway UTC when it asked.</param>
/// <param name="RoundTripNs">Until the answer came, ns.</param>
/// <param name="Used">0 = too late or of another session: kept as a one-sided bound only.</param>
public sealed record ClockEcho(
    Arrival Arrival,
    ulong DockMonotonicMs,
    ulong DockWallNs,
    ulong DockBoot,
    ulong RequestedNs,
    ulong RoundTripNs,
    bool Used
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.ClockEcho;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static ClockEcho Read(ref LeafReader reader) =>
        new(reader.Arrival(), reader.U64(), reader.U64(), reader.U64(), reader.U64(), reader.U64(), reader.Flag());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.U64(DockMonotonicMs);
        writer.U64(DockWallNs);
        writer.U64(DockBoot);
        writer.U64(RequestedNs);
        writer.U64(RoundTripNs);
        writer.Flag(Used);
    }
}

/// <summary>A carrier was docked and said what it holds.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Carrier">Serial of what was docked.</param>
/// <param name="Model">Model as declared; empty = not stated.</param>
/// <param name="Held">What it says it holds.</param>
public sealed record Docked(Arrival Arrival, string Device, string Carrier, string Model, HeldLogs Held) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Docked;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static Docked Read(ref LeafReader reader) =>
        new(reader.Arrival(), reader.Name(), reader.Name(), reader.Name(), reader.HeldLogs());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.Name(Device);
        writer.Name(Carrier);
        writer.Name(Model);
        writer.HeldLogs(Held);
    }
}

/// <summary>A signed head over a device's log as far as it reaches.</summary>
/// <param name="Arrival">When, from where, through what.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Log">Which log; kept as it came.</param>
/// <param name="Epoch">Which life of the log.</param>
/// <param name="First">First sequence covered.</param>
/// <param name="Next">One past the last.</param>
/// <param name="Algorithm">Of the signature.</param>
/// <param name="Grade">How far the origin is authenticated.</param>
/// <param name="Proof">What makes it fresh.</param>
/// <param name="Counter">The head counter; 0 = none.</param>
/// <param name="KeyId">First four bytes of the key's SHA-256; 0 = none.</param>
/// <param name="Marks">Record checks (low 16 bits) and the gateway's marks.</param>
public sealed record SessionHead(
    Arrival Arrival,
    string Device,
    LogKind Log,
    Epoch Epoch,
    ulong First,
    ulong Next,
    KeyAlgorithm Algorithm,
    AuthenticityGrade Grade,
    HeadProof Proof,
    ulong Counter,
    uint KeyId,
    BatchMarks Marks
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.SessionHead;

    /// <inheritdoc/>
    public override ulong TimeNs => Arrival.ReceivedNs;

    internal static SessionHead Read(ref LeafReader reader) =>
        new(
            reader.Arrival(),
            reader.Name(),
            (LogKind)reader.U8(),
            reader.Epoch(),
            reader.U64(),
            reader.U64(),
            (KeyAlgorithm)reader.Closed(reader.U8(), (byte)KeyAlgorithm.EcdsaP256),
            (AuthenticityGrade)reader.Closed(reader.U8(), (byte)AuthenticityGrade.E),
            (HeadProof)reader.Closed(reader.U8(), (byte)HeadProof.Counter),
            reader.U64(),
            reader.U32(),
            (BatchMarks)reader.U32()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.Arrival(Arrival);
        writer.Name(Device);
        writer.U8((byte)Log);
        writer.Epoch(Epoch);
        writer.U64(First);
        writer.U64(Next);
        writer.U8((byte)Algorithm);
        writer.U8((byte)Grade);
        writer.U8((byte)Proof);
        writer.U64(Counter);
        writer.U32(KeyId);
        writer.U32((uint)Marks);
    }
}
