using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>Every limit of the wire, by name (SPEC clause 5). Each is tested at the limit and one past it.</summary>
public static class Limits
{
    /// <summary>Payload bytes of one frame on a serial line.</summary>
    public const int SerialPayloadBytesMax = 1_024;

    /// <summary>Payload bytes of one frame over MQTT.</summary>
    public const int MqttPayloadBytesMax = 8_192;

    /// <summary>The smallest payload limit a dock may offer: below it no Welcome would fit.</summary>
    public const int PayloadBytesFloor = 256;

    /// <summary>Bytes of one MQTT message: one or more whole frames.</summary>
    public const int MqttMessageBytesMax = 65_536;

    /// <summary>Bytes of one frame on a serial line: header, payload and check.</summary>
    public const int SerialFrameBytesMax = FrameHeader.Bytes + SerialPayloadBytesMax + FrameHeader.CheckBytes;

    /// <summary>Bytes of one frame over MQTT: header, payload and check.</summary>
    public const int MqttFrameBytesMax = FrameHeader.Bytes + MqttPayloadBytesMax + FrameHeader.CheckBytes;

    /// <summary>Bytes of a name, a serial number or another text.</summary>
    public const int TextBytesMax = 32;

    /// <summary>Bytes of an MQTT topic of ours.</summary>
    public const int TopicBytesMax = 160;

    /// <summary>Ranges in one Docked, Want, Receipt or Ack.</summary>
    public const int RangesMax = 16;

    /// <summary>Verdicts in one Ack.</summary>
    public const int AckVerdictsMax = 64;

    /// <summary>Bytes of one event record in a width not yet known here.</summary>
    public const int RecordBytesMax = 128;

    /// <summary>Event records in one batch: as many version 1 records as the largest payload could hold.</summary>
    public const int BatchRecordsMax = MqttPayloadBytesMax / EventRecord.Bytes;

    /// <summary>Parts of one event record's Blocks.</summary>
    public const int BlockPartsMax = 4_096;

    /// <summary>Bytes of a signature: Ed25519, or ECDSA P-256 as r then s.</summary>
    public const int SignatureBytes = 64;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 16;

    /// <summary>Bytes of a SHA-256 hash.</summary>
    public const int HashBytes = 32;

    /// <summary>Nonces issued ahead to one dock.</summary>
    public const int NoncePoolMax = 16;

    /// <summary>Hashes in one consistency proof: one for each level of a tree of 2^64 leaves, and one more.</summary>
    public const int ProofHashesMax = 65;

    /// <summary>Frames on their way at once on a serial line.</summary>
    public const int SerialWindowFramesMax = 8;

    /// <summary>Milliseconds between heartbeats on a serial line, both ways.</summary>
    public const int HeartbeatMs = 10_000;

    /// <summary>Milliseconds without a byte after which the other side is taken to be gone: three heartbeats and a half.</summary>
    public const int SilenceMs = 35_000;

    /// <summary>The shortest retransmission timer in milliseconds.</summary>
    public const int RetransmitMsMin = 1_000;

    /// <summary>The longest retransmission timer in milliseconds.</summary>
    public const int RetransmitMsMax = 30_000;

    /// <summary>The retransmission timer in milliseconds before the first ack of a docking session (SPEC clause 10.5).</summary>
    public const int FirstTimerMs = 4_000;

    /// <summary>Milliseconds without a further Ack after which, with a credit of no frames, one may be sent (SPEC clause 10.2).</summary>
    public const int NoCreditWaitMs = 15_000;

    /// <summary>Milliseconds between repeats of Hold.</summary>
    public const int HoldRepeatMs = 5_000;

    /// <summary>The longest hold one message may ask for, in milliseconds.</summary>
    public const int HoldMsMax = 60_000;

    /// <summary>The longest round trip in milliseconds for which a clock echo bounds the offset from both sides.</summary>
    public const int EchoRoundTripMsMax = 10_000;
}
