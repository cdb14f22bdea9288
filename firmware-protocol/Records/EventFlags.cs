namespace TaserTelemetry.FirmwareProtocol.Records;

/// <summary>Flags of an event record (SPEC clause 7.3). Bits not listed are kept as they came and mean nothing yet.</summary>
[Flags]
public enum EventFlags : ushort
{
    /// <summary>Nothing said.</summary>
    None = 0,

    /// <summary>The cycle was extended beyond the model's own cycle by a further action.</summary>
    Extended = 1,

    /// <summary>The device ended the cycle by itself at its own limit.</summary>
    AutoShutdown = 2,

    /// <summary>The cycle was ended early, by SAFE or release.</summary>
    Interrupted = 4,

    /// <summary>The stamp is known by the device itself to be unreliable.</summary>
    StampDoubtful = 8,
}

/// <summary>State of one bay or chamber after an event: 3 bits of <see cref="EventRecord.Bays"/> (SPEC clause 7.4).</summary>
public enum BayState : byte
{
    /// <summary>The device has no such bay, or does not report it.</summary>
    NotReported = 0,

    /// <summary>Nothing loaded.</summary>
    Empty = 1,

    /// <summary>A live cartridge, not fired.</summary>
    Live = 2,

    /// <summary>A cartridge that has been fired.</summary>
    Deployed = 3,

    /// <summary>An inert or training cartridge.</summary>
    Training = 4,

    /// <summary>The device could not tell.</summary>
    Unreadable = 5,
}
