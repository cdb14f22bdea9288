using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>
/// Dock to gateway: a carrier was taken out (SPEC clause 8.11). Numbered and durable: without it, a device pulled in the middle of an
/// upload looks like silence.
/// </summary>
/// <param name="Reason">192 to 194; another code is kept.</param>
/// <param name="IsComplete">Whether all that was wanted had been sent and acked.</param>
/// <param name="BootId">The dock's start that <paramref name="MonotonicNs"/> counts from.</param>
/// <param name="MonotonicNs">The dock's monotonic clock at that moment, in ns.</param>
/// <param name="Device">The device whose log was being read.</param>
/// <param name="Carrier">What was taken out; empty = the device itself.</param>
public readonly record struct Undocked(Reason Reason, bool IsComplete, ulong BootId, ulong MonotonicNs, string Device, string Carrier)
    : IMessage<Undocked>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.Undocked;

    /// <inheritdoc />
    public static Undocked Read(ref PayloadReader reader)
    {
        var reason = (Reason)reader.U16();
        var complete = reader.U8();
        if (complete > 1)
        {
            reader.Reject(Reason.ValueNotAllowed, 2);
        }

        return new(reason, complete == 1, reader.U64(), reader.U64(), reader.Text(TextKind.Serial), reader.Text(TextKind.SerialOrNone));
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U16((ushort)Reason);
        writer.U8(IsComplete ? (byte)1 : (byte)0);
        writer.U64(BootId);
        writer.U64(MonotonicNs);
        writer.Text(Device, TextKind.Serial);
        writer.Text(Carrier, TextKind.SerialOrNone);
    }
}

/// <summary>Dock to gateway: a range that was offered or wanted is no longer there (SPEC clause 8.12). Numbered and durable.</summary>
/// <param name="Log">The log.</param>
/// <param name="Range">What is gone; its count is not 0.</param>
/// <param name="Reason">195 to 197; another code is kept.</param>
/// <param name="Carrier">The carrier it was on; empty = the device itself.</param>
public readonly record struct RangeGone(LogKey Log, SequenceRange Range, Reason Reason, string Carrier) : IMessage<RangeGone>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.RangeGone;

    /// <inheritdoc />
    public static RangeGone Read(ref PayloadReader reader)
    {
        var kind = (LogKind)reader.U8();
        var reason = (Reason)reader.U16();
        var epoch = reader.Epoch();
        var range = reader.Ranges(1);
        var device = reader.Text(TextKind.Serial);
        return new(new(device, kind, epoch), range.Count == 0 ? default : range.Span[0], reason, reader.Text(TextKind.SerialOrNone));
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U8((byte)Log.Log);
        writer.U16((ushort)Reason);
        writer.Epoch(Log.Epoch);
        writer.Ranges(SequenceRanges.Of(Range));
        writer.Text(Log.Device, TextKind.Serial);
        writer.Text(Carrier, TextKind.SerialOrNone);
    }
}

/// <summary>Dock to gateway: a log was cleared and a new epoch began (SPEC clause 8.13). Numbered and durable.</summary>
/// <param name="Log">The log that was cleared, with its old epoch.</param>
/// <param name="NewEpoch">The epoch that began.</param>
/// <param name="NextSequence">The sequence after the last one written in the old epoch; 0 = it was empty.</param>
/// <param name="Chain">The hash chain at that sequence, 32 bytes; zeros = not known.</param>
/// <param name="ClearedBy">Who cleared it, as the device names them: a tool's or dock's serial, never a person; empty = not known.</param>
public readonly record struct LogCleared(LogKey Log, Epoch NewEpoch, ulong NextSequence, Hash32 Chain, string ClearedBy)
    : IMessage<LogCleared>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.LogCleared;

    /// <inheritdoc />
    public static LogCleared Read(ref PayloadReader reader)
    {
        var kind = (LogKind)reader.U8();
        var old = reader.Epoch();
        var newEpoch = reader.Epoch();
        var next = reader.U64();
        var chain = Hash32.Read(ref reader);
        var device = reader.Text(TextKind.Serial);
        return new(new(device, kind, old), newEpoch, next, chain, reader.Text(TextKind.SerialOrNone));
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U8((byte)Log.Log);
        writer.Epoch(Log.Epoch);
        writer.Epoch(NewEpoch);
        writer.U64(NextSequence);
        Chain.Write(ref writer);
        writer.Text(Log.Device, TextKind.Serial);
        writer.Text(ClearedBy, TextKind.SerialOrNone);
    }
}

/// <summary>Dock to gateway: its own state (SPEC clause 8.14). Numbered and durable; sent after Welcome and when something changes.</summary>
/// <param name="ClockState">What it says of its wall clock.</param>
/// <param name="BayFaults">Bit n = bay n of the dock has a fault.</param>
/// <param name="BootId">Random for each start.</param>
/// <param name="MonotonicNs">The dock's monotonic clock in ns.</param>
/// <param name="UtcNs">The dock's wall clock in ns since 1970-01-01 UTC; 0 = not known.</param>
/// <param name="StorageBytesLeft">Bytes left for records not yet receipted; all ones = not known.</param>
/// <param name="Firmware">Dock firmware; empty = not stated.</param>
public readonly record struct DockHealth(
    ClockState ClockState,
    uint BayFaults,
    ulong BootId,
    ulong MonotonicNs,
    ulong UtcNs,
    ulong StorageBytesLeft,
    string Firmware
) : IMessage<DockHealth>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.DockHealth;

    /// <inheritdoc />
    public static DockHealth Read(ref PayloadReader reader) =>
        new((ClockState)reader.U8(), reader.U32(), reader.U64(), reader.U64(), reader.U64(), reader.U64(), reader.Text(TextKind.Label));

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U8((byte)ClockState);
        writer.U32(BayFaults);
        writer.U64(BootId);
        writer.U64(MonotonicNs);
        writer.U64(UtcNs);
        writer.U64(StorageBytesLeft);
        writer.Text(Firmware, TextKind.Label);
    }
}
