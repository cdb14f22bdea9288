using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>What a device's stamps count (SPEC clause 7.5), since 1970-01-01T00:00:00 on the device's own clock. Others are kept.</summary>
public enum StampUnit : byte
{
    /// <summary>Not stated: stamps order records and say no time.</summary>
    NotStated = 0,

    /// <summary>Seconds.</summary>
    Seconds = 1,

    /// <summary>Milliseconds.</summary>
    Milliseconds = 2,

    /// <summary>Microseconds.</summary>
    Microseconds = 3,
}

/// <summary>Whether a clock reading was taken before or after the dock set anything (SPEC clause 12.2).</summary>
public enum SyncOrder : byte
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>Before the device's clock was set by whatever sets it.</summary>
    BeforeSync = 1,

    /// <summary>After it.</summary>
    AfterSync = 2,
}

/// <summary>
/// Dock to gateway: a device's clock read at insertion, between two readings of the dock's monotonic clock (SPEC clause 12.2). Numbered;
/// may be uploaded whenever.
/// </summary>
/// <param name="Order">Before or after a setting of the clock.</param>
/// <param name="Unit">What <paramref name="DeviceStamp"/> counts.</param>
/// <param name="StampResolutionMs">The device clock's step in ms; 0 = one unit.</param>
/// <param name="DeviceStamp">The device's clock, raw.</param>
/// <param name="BootId">The dock's start that both monotonic readings count from.</param>
/// <param name="MonotonicBeforeNs">The dock's monotonic clock before asking, in ns.</param>
/// <param name="MonotonicAfterNs">And after the answer; not less.</param>
/// <param name="DockUtcNs">The dock's wall clock after the answer, ns since 1970-01-01 UTC; 0 = not known.</param>
/// <param name="DockClockState">What the dock says of that clock.</param>
/// <param name="Device">The device.</param>
/// <param name="Carrier">The carrier it was read through; empty = the device itself.</param>
public readonly record struct ClockReading(
    SyncOrder Order,
    StampUnit Unit,
    uint StampResolutionMs,
    ulong DeviceStamp,
    ulong BootId,
    ulong MonotonicBeforeNs,
    ulong MonotonicAfterNs,
    ulong DockUtcNs,
    ClockState DockClockState,
    string Device,
    string Carrier
) : IMessage<ClockReading>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.ClockReading;

    /// <inheritdoc />
    public static ClockReading Read(ref PayloadReader reader)
    {
        var (order, unit, dockClock) = ((SyncOrder)reader.U8(), (StampUnit)reader.U8(), (ClockState)reader.U8());
        var (resolution, stamp, boot) = (reader.U32(), reader.U64(), reader.U64());
        var (before, after, utc) = (reader.U64(), reader.U64(), reader.U64());
        if (after < before)
        {
            reader.Reject(Reason.ValueNotAllowed, 31);
        }

        return new(
            order,
            unit,
            resolution,
            stamp,
            boot,
            before,
            after,
            utc,
            dockClock,
            reader.Text(TextKind.Serial),
            reader.Text(TextKind.SerialOrNone)
        );
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U8((byte)Order);
        writer.U8((byte)Unit);
        writer.U8((byte)DockClockState);
        writer.U32(StampResolutionMs);
        writer.U64(DeviceStamp);
        writer.U64(BootId);
        writer.U64(MonotonicBeforeNs);
        writer.U64(MonotonicAfterNs);
        writer.U64(DockUtcNs);
        writer.Text(Device, TextKind.Serial);
        writer.Text(Carrier, TextKind.SerialOrNone);
    }
}

/// <summary>Gateway to dock: send this back at once with your clocks (SPEC clause 12.3).</summary>
/// <param name="RequestId">Random, not 0.</param>
/// <param name="GatewayUtcNs">The gateway's clock when it was sent, ns since 1970-01-01 UTC.</param>
public readonly record struct ClockEchoRequest(ulong RequestId, ulong GatewayUtcNs) : IMessage<ClockEchoRequest>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.ClockEchoRequest;

    /// <inheritdoc />
    public static ClockEchoRequest Read(ref PayloadReader reader) => new(reader.U64(), reader.U64());

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U64(RequestId);
        writer.U64(GatewayUtcNs);
    }
}

/// <summary>
/// Dock to gateway: the request sent back (SPEC clause 12.3). Numbered. Counts for a two-sided comparison only in its own session and with
/// a round trip of at most 10 s.
/// </summary>
/// <param name="RequestId">As in the request.</param>
/// <param name="GatewayUtcNs">As in the request.</param>
/// <param name="BootId">The dock's start that <paramref name="DockMonotonicNs"/> counts from.</param>
/// <param name="DockMonotonicNs">The dock's monotonic clock in ns when the request was read.</param>
/// <param name="DockUtcNs">The dock's wall clock then, ns since 1970-01-01 UTC; 0 = not known.</param>
/// <param name="DockClockState">What the dock says of that clock.</param>
public readonly record struct ClockEcho(
    ulong RequestId,
    ulong GatewayUtcNs,
    ulong BootId,
    ulong DockMonotonicNs,
    ulong DockUtcNs,
    ClockState DockClockState
) : IMessage<ClockEcho>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.ClockEcho;

    /// <inheritdoc />
    public static ClockEcho Read(ref PayloadReader reader) =>
        new(reader.U64(), reader.U64(), reader.U64(), reader.U64(), reader.U64(), (ClockState)reader.U8());

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U64(RequestId);
        writer.U64(GatewayUtcNs);
        writer.U64(BootId);
        writer.U64(DockMonotonicNs);
        writer.U64(DockUtcNs);
        writer.U8((byte)DockClockState);
    }
}
