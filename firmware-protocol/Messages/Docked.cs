using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>What Docked says besides (SPEC clause 8.9).</summary>
[Flags]
public enum DockedFlags : byte
{
    /// <summary>Nothing said.</summary>
    None = 0,

    /// <summary>Among the held records is an activation (TRIGGER, ARC, REENERGISE or DEPLOY): to be served first.</summary>
    HoldsActivation = 1,

    /// <summary>More Docked of the same carrier follow.</summary>
    MoreFollow = 2,
}

/// <summary>
/// Dock to gateway: one log that a carrier holds, and which ranges of it (SPEC clause 8.9). One message for each (carrier, device, log,
/// epoch). Not numbered: repeated until a Want for the same log answers it. Also the way to ask for receipts that were lost.
/// </summary>
/// <param name="Log">Device, log kind and epoch.</param>
/// <param name="Flags">See <see cref="DockedFlags"/>.</param>
/// <param name="SequenceBits">The source's own width of a sequence, 8 to 64; 0 = not stated, read as 64.</param>
/// <param name="Held">What the carrier holds and the dock has no receipt for; none = that log is empty or all receipted.</param>
/// <param name="Carrier">What brought the log; empty = the device itself.</param>
/// <param name="Model">Device model; empty = not stated.</param>
/// <param name="Firmware">Device firmware; empty = not stated.</param>
public readonly record struct Docked(
    LogKey Log,
    DockedFlags Flags,
    byte SequenceBits,
    SequenceRanges Held,
    string Carrier,
    string Model,
    string Firmware
) : IMessage<Docked>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.Docked;

    /// <inheritdoc />
    public static Docked Read(ref PayloadReader reader)
    {
        var kind = (LogKind)reader.U8();
        var flags = (DockedFlags)reader.U8();
        var sequenceBits = reader.U8();
        if (sequenceBits is not 0 and (< 8 or > 64))
        {
            reader.Reject(Reason.SequenceBitsWrong, 2);
        }

        int count = reader.U8();
        var epoch = reader.Epoch();
        var held = reader.Ranges(count);
        var device = reader.Text(TextKind.Serial);
        return new(
            new(device, kind, epoch),
            flags,
            sequenceBits,
            held,
            reader.Text(TextKind.SerialOrNone),
            reader.Text(TextKind.Label),
            reader.Text(TextKind.Label)
        );
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U8((byte)Log.Log);
        writer.U8((byte)Flags);
        writer.U8(SequenceBits);
        writer.U8((byte)Held.Count);
        writer.Epoch(Log.Epoch);
        writer.Ranges(Held);
        writer.Text(Log.Device, TextKind.Serial);
        writer.Text(Carrier, TextKind.SerialOrNone);
        writer.Text(Model, TextKind.Label);
        writer.Text(Firmware, TextKind.Label);
    }
}

/// <summary>
/// Gateway to dock: which ranges of a docked log are wanted (SPEC clause 8.10); none = nothing. Ranges may be sent in any order. A
/// later Want for the same log replaces the earlier one.
/// </summary>
/// <param name="Log">The log of the Docked that is answered.</param>
/// <param name="Ranges">What to send; for a source without epochs the first begins one record early, as an anchor (SPEC clause 6.4).</param>
/// <param name="Carrier">The carrier of the Docked that is answered.</param>
public readonly record struct Want(LogKey Log, SequenceRanges Ranges, string Carrier) : IMessage<Want>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.Want;

    /// <inheritdoc />
    public static Want Read(ref PayloadReader reader)
    {
        var kind = (LogKind)reader.U8();
        int count = reader.U8();
        var epoch = reader.Epoch();
        var ranges = reader.Ranges(count);
        var device = reader.Text(TextKind.Serial);
        return new(new(device, kind, epoch), ranges, reader.Text(TextKind.SerialOrNone));
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U8((byte)Log.Log);
        writer.U8((byte)Ranges.Count);
        writer.Epoch(Log.Epoch);
        writer.Ranges(Ranges);
        writer.Text(Log.Device, TextKind.Serial);
        writer.Text(Carrier, TextKind.SerialOrNone);
    }
}
