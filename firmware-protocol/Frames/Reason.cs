namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>What the receiver of a reason does, also when it does not know the code (SPEC clause 14.1). An unknown action is read as <see cref="StopAndCall"/>.</summary>
public enum ReasonAction : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Send the same frame again at once.</summary>
    ResendNow = 1,

    /// <summary>Send nothing numbered for the milliseconds given, then go on with the same frame.</summary>
    Wait = 2,

    /// <summary>Do not send that frame again; go on with the next.</summary>
    Skip = 3,

    /// <summary>Forget the session and say hello.</summary>
    HelloAgain = 4,

    /// <summary>Stop, keep everything, and show a person the code.</summary>
    StopAndCall = 5,
}

/// <summary>
/// Why, in one closed list for frames, acks, notices, logs, metrics and page (SPEC clause 14.2). Codes are never reused. A code that is
/// not listed is obeyed by its action. Each line says: side that finds it; step; action sent with it.
/// </summary>
public enum Reason : ushort
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    // Bytes on their way (1 to 31).

    /// <summary>The first byte is not CE. Counted as noise. Both; frame header; None.</summary>
    MagicWrong = 1,

    /// <summary>The header check passed, the version is not one spoken here. Gateway; frame header; StopAndCall.</summary>
    VersionUnsupported = 2,

    /// <summary>The header's own check failed. Counted as noise. Both; frame header; None.</summary>
    HeaderCheckWrong = 3,

    /// <summary>The payload length is above the limit of the transport, or above the one Welcome gave. Gateway; frame header; HelloAgain.</summary>
    PayloadTooLong = 4,

    /// <summary>The header passed, the CRC-32C behind the payload failed. Gateway; frame check; ResendNow.</summary>
    FrameCheckWrong = 5,

    /// <summary>A stretch between two zeros is not COBS. Counted as noise. Both; serial framing; None.</summary>
    CobsBroken = 6,

    /// <summary>The line fell silent, or a zero came, before the frame was whole. Gateway; serial framing; ResendNow.</summary>
    FrameCutShort = 7,

    /// <summary>Bytes stand between the frame's end and the zero. Gateway; serial framing; ResendNow.</summary>
    FrameRunsOn = 8,

    /// <summary>More bytes without a zero than any frame has. Counted as noise. Both; serial framing; None.</summary>
    FrameTooLong = 9,

    // Payloads (32 to 63): the frame is kept aside as it came; sending it again changes nothing.

    /// <summary>The payload ends inside the field at the offset. Gateway; decoding; Skip.</summary>
    PayloadTooShort = 32,

    /// <summary>Bytes stand behind the last field, and the frame does not say Extended. Gateway; decoding; Skip.</summary>
    TrailingBytes = 33,

    /// <summary>A text says that it is longer than 32 bytes (a topic: 160). Gateway; decoding; Skip.</summary>
    TextTooLong = 34,

    /// <summary>A text that must say something is empty. Gateway; decoding; Skip.</summary>
    TextEmpty = 35,

    /// <summary>A text has a byte that its kind of text does not allow (clause 1.4). Gateway; decoding; Skip.</summary>
    TextNotAllowed = 36,

    /// <summary>More than 16 ranges. Gateway; decoding; Skip.</summary>
    TooManyRanges = 37,

    /// <summary>A range has a count of zero. Gateway; decoding; Skip.</summary>
    RangeEmpty = 38,

    /// <summary>A range passes the end of 64 bits (a frame range: of 32 bits). Gateway; decoding; Skip.</summary>
    RangeOverflow = 39,

    /// <summary>Ranges overlap, touch, or are not in rising order. Gateway; decoding; Skip.</summary>
    RangesOutOfOrder = 40,

    /// <summary>The record width is below 40 or above 128. Gateway; decoding; Skip.</summary>
    RecordWidthWrong = 41,

    /// <summary>No record, or more than 204. Gateway; decoding; Skip.</summary>
    RecordCountWrong = 42,

    /// <summary>
    /// The records do not begin behind the header's last text and end with the payload: offset, count or width is wrong, or bytes stand
    /// behind. Gateway; decoding; Skip.
    /// </summary>
    RecordsOffsetWrong = 43,

    /// <summary>The sequence width is neither 0 nor 8 to 64. Gateway; decoding; Skip.</summary>
    SequenceBitsWrong = 44,

    /// <summary>A Block's part is 0, above its parts, or its parts are above 4,096. Gateway; decoding; Skip.</summary>
    PartWrong = 45,

    /// <summary>A field has a value that the clause excludes. Gateway; decoding; Skip.</summary>
    ValueNotAllowed = 46,

    /// <summary>A counted list is longer than its limit. Gateway; decoding; Skip.</summary>
    TooManyItems = 47,

    /// <summary>A signature is neither absent nor 64 bytes, or does not fit its algorithm. Gateway; decoding; Skip.</summary>
    SignatureLengthWrong = 48,

    // The conversation (64 to 95).

    /// <summary>No docking session of that number is open here. What came was kept if it could be. Gateway; any frame; HelloAgain.</summary>
    SessionUnknown = 64,

    /// <summary>The docking session belongs to another dock. Gateway; any frame; HelloAgain.</summary>
    SessionNotYours = 65,

    /// <summary>A frame number came again with other bytes. Gateway; numbered frame; HelloAgain.</summary>
    FrameNumberReused = 66,

    /// <summary>This side never sends this type, or not at this step. Both; any frame; Skip.</summary>
    MessageNotExpected = 67,

    /// <summary>More than 8 frames are on their way on a serial line. Gateway; numbered frame; Wait.</summary>
    WindowExceeded = 68,

    /// <summary>More frames or bytes are unacked than the credit allows. Gateway; numbered frame; Wait.</summary>
    CreditExceeded = 69,

    /// <summary>This dock must sign its Hello, and did not. Gateway; hello; StopAndCall.</summary>
    SignatureNeeded = 70,

    /// <summary>The signature over Hello does not verify with the enrolled key. Gateway; hello; StopAndCall.</summary>
    SignatureWrong = 71,

    /// <summary>Hello is signed over a challenge that is not the last one given. Gateway; hello; HelloAgain.</summary>
    ChallengeStale = 72,

    /// <summary>Nothing came for 35 seconds. Both; session; HelloAgain.</summary>
    SilentTooLong = 73,

    /// <summary>A later Hello under the same dock name opened another session. Gateway; session; Wait.</summary>
    SessionReplaced = 74,

    /// <summary>The gateway is being stopped and will be back. Gateway; session; Wait.</summary>
    GatewayStopping = 75,

    /// <summary>All is said; the session ends as planned. Both; session; None.</summary>
    ConversationOver = 76,

    /// <summary>Well-formed, of a type not known here: kept whole. Gateway; any frame; None.</summary>
    MessageTypeUnknown = 77,

    /// <summary>The topic is not one this message may come on. Gateway; MQTT; Skip.</summary>
    TopicWrong = 78,

    /// <summary>A message on hello, up or down came with RETAIN set. Gateway; MQTT; Skip.</summary>
    RetainedNotAllowed = 79,

    /// <summary>A message on up came with QoS 0 and was not kept. Gateway; MQTT; ResendNow.</summary>
    QosTooLow = 80,

    /// <summary>An MQTT message is above 65,536 bytes. Gateway; MQTT; HelloAgain.</summary>
    MessageTooLong = 81,

    /// <summary>The dock is being stopped or restarted. Dock; session; None.</summary>
    DockStopping = 82,

    // Who is speaking (96 to 127).

    /// <summary>No dock of that name is enrolled. What it sends is kept aside. Gateway; hello; StopAndCall.</summary>
    DockUnknown = 96,

    /// <summary>The dock's enrolment has been revoked. What it sends is kept aside. Gateway; hello; StopAndCall.</summary>
    DockRevoked = 97,

    /// <summary>The name in Hello is not the one of topic, certificate or port. Gateway; hello; StopAndCall.</summary>
    DockNameMismatch = 98,

    /// <summary>The force in topic or Hello is not the enrolled one. Gateway; hello; StopAndCall.</summary>
    ForceMismatch = 99,

    /// <summary>The armoury in topic or Hello is not the enrolled one. Gateway; hello; StopAndCall.</summary>
    ArmouryMismatch = 100,

    /// <summary>The device is not enrolled: stored and marked. Gateway; batch; None.</summary>
    DeviceUnknown = 101,

    /// <summary>The device's enrolment has been revoked: stored and marked. Gateway; batch; None.</summary>
    DeviceRevoked = 102,

    // Room (128 to 159).

    /// <summary>There is no room to make anything durable. Gateway; journal; Wait.</summary>
    DiskFull = 128,

    /// <summary>The quota of what is kept aside for this sender is used up. Gateway; quarantine; Wait.</summary>
    QuarantineFull = 129,

    /// <summary>This log has more open gaps than are followed. Fill the older ones first. Gateway; journal; Wait.</summary>
    TooManyGaps = 130,

    /// <summary>This dock sends more in a second than its limit. Gateway; any frame; Wait.</summary>
    RateExceeded = 131,

    /// <summary>As many docking sessions are open as the gateway carries. Gateway; hello; Wait.</summary>
    GatewayBusy = 132,

    /// <summary>Storage cannot follow; sending is held until it has caught up. Gateway; journal; Wait.</summary>
    StorageSlow = 133,

    // What the evidence says (160 to 191).

    /// <summary>A known key came with other bytes: stored as a variant, and a finding. Gateway; batch; None.</summary>
    BytesDiffer = 160,

    /// <summary>Stored; at least one record failed a check of sense and is marked. Gateway; batch; None.</summary>
    RecordDoubtful = 161,

    /// <summary>Stored; the hash chain does not lead to the head. Gateway; session head; None.</summary>
    ChainBroken = 162,

    /// <summary>Stored; the head's signature does not verify. Gateway; session head; None.</summary>
    HeadSignatureWrong = 163,

    /// <summary>Stored; the head's nonce was not given by this gateway. Gateway; session head; None.</summary>
    NonceUnknown = 164,

    /// <summary>Stored; the head's nonce was used before. Gateway; session head; None.</summary>
    NonceSpent = 165,

    /// <summary>Stored; the head's nonce was past its expiry. Gateway; session head; None.</summary>
    NonceExpired = 166,

    /// <summary>Stored; the head counter is not above the last one seen. Gateway; session head; None.</summary>
    HeadCounterWentBack = 167,

    /// <summary>Stored; the receipt's signature does not verify with a key known here. Gateway; receipt shown; None.</summary>
    ReceiptNotVerified = 168,

    /// <summary>The range is not here; another gateway gave a receipt for it. Gateway; receipt shown; None.</summary>
    HeldElsewhere = 169,

    /// <summary>This gateway gave the receipt and does not have the range: a finding. Gateway; receipt shown; None.</summary>
    ReceiptedButMissing = 170,

    /// <summary>Stored; the bytes differ from those known, and so does the translator's version. Gateway; batch; None.</summary>
    Retranslated = 171,

    /// <summary>Stored; the round trip was above 10 seconds, so the comparison bounds from one side only. Gateway; clock echo; None.</summary>
    EchoTooLate = 172,

    // Why a carrier or a range is gone (192 to 223).

    /// <summary>The carrier was taken out. Dock; undocked; None.</summary>
    CarrierRemoved = 192,

    /// <summary>The carrier or its contacts failed. Dock; undocked; None.</summary>
    CarrierFault = 193,

    /// <summary>The dock let the carrier go when all was receipted. Dock; undocked; None.</summary>
    CarrierReleased = 194,

    /// <summary>The device overwrote its oldest records. Dock; range gone; None.</summary>
    MemoryWrapped = 195,

    /// <summary>The memory could not be read. Dock; range gone; None.</summary>
    MemoryUnreadable = 196,

    /// <summary>The dock had a receipt for the range and needed the room. Dock; range gone; None.</summary>
    ReceiptedAndDropped = 197,
}
