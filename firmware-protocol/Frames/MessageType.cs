namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>
/// What a frame carries (SPEC clause 8). Numbers are pinned for ever. A number that is not listed is kept whole as it came: the
/// enumeration is closed, the field is not.
/// </summary>
public enum MessageType : byte
{
    /// <summary>No message.</summary>
    None = 0,

    /// <summary>Dock: who I am and what I can do.</summary>
    Hello = 0x01,

    /// <summary>Gateway: sign this.</summary>
    Challenge = 0x02,

    /// <summary>Gateway: session, credit, limits, where to send.</summary>
    Welcome = 0x03,

    /// <summary>Both, on serial: still here.</summary>
    Heartbeat = 0x04,

    /// <summary>Gateway: not now.</summary>
    Busy = 0x05,

    /// <summary>Both: this session is over, and why.</summary>
    Abort = 0x06,

    /// <summary>Both: this session is over, as planned.</summary>
    Goodbye = 0x07,

    /// <summary>Both, over MQTT, retained: birth and last will.</summary>
    State = 0x08,

    /// <summary>Dock: one log that a carrier holds, and which ranges of it.</summary>
    Docked = 0x10,

    /// <summary>Gateway: which ranges of that log are wanted.</summary>
    Want = 0x11,

    /// <summary>Dock: a carrier was taken out.</summary>
    Undocked = 0x12,

    /// <summary>Dock: a range that was offered is no longer there.</summary>
    RangeGone = 0x13,

    /// <summary>Dock: a log was cleared.</summary>
    LogCleared = 0x14,

    /// <summary>Dock: its own state.</summary>
    DockHealth = 0x15,

    /// <summary>Dock: event records.</summary>
    RecordBatch = 0x20,

    /// <summary>Dock: variable data that belongs to one event record.</summary>
    Block = 0x21,

    /// <summary>Dock: what a signature says about a run of records.</summary>
    SessionHead = 0x22,

    /// <summary>Gateway: what is durable.</summary>
    Ack = 0x30,

    /// <summary>Gateway: send this frame again at once.</summary>
    Nack = 0x31,

    /// <summary>Gateway: stop sending, stop the timer.</summary>
    Hold = 0x32,

    /// <summary>Dock: a device's clock compared with the dock's, at insertion.</summary>
    ClockReading = 0x40,

    /// <summary>Gateway: send this back with your clocks.</summary>
    ClockEchoRequest = 0x41,

    /// <summary>Dock: the request sent back with its clocks.</summary>
    ClockEcho = 0x42,

    /// <summary>Gateway: nonces for heads to come.</summary>
    NonceGrant = 0x50,

    /// <summary>Gateway: signed leave to forget.</summary>
    Receipt = 0x51,

    /// <summary>Dock: a receipt that another gateway gave.</summary>
    ReceiptShown = 0x52,

    /// <summary>Dock: the checkpoint it remembers.</summary>
    CheckpointHeld = 0x53,

    /// <summary>Gateway: proof that the ledger still holds what that checkpoint covered.</summary>
    ConsistencyProof = 0x54,
}

/// <summary>What SPEC clause 8.1 says of each type.</summary>
public static class MessageTypes
{
    /// <summary>Whether the type is one of those listed.</summary>
    public static bool IsKnown(this MessageType type) => type != MessageType.None && Enum.IsDefined(type);

    /// <summary>Whether a dock numbers frames of this type from 1 and repeats them until they are acked (SPEC clause 8.1).</summary>
    public static bool IsNumbered(this MessageType type) =>
        type
            is MessageType.Undocked
                or MessageType.RangeGone
                or MessageType.LogCleared
                or MessageType.DockHealth
                or MessageType.RecordBatch
                or MessageType.Block
                or MessageType.SessionHead
                or MessageType.ClockReading
                or MessageType.ClockEcho
                or MessageType.ReceiptShown
                or MessageType.CheckpointHeld;
}
