namespace TaserTelemetry.Evidence.Leaves;

/// <summary>A clock reading against a synchronisation of the device in the same insertion.</summary>
public enum ClockOrder : byte
{
    /// <summary>Not known which came first.</summary>
    Unknown = 0,

    /// <summary>Read before the device was synchronised.</summary>
    BeforeSync = 1,

    /// <summary>Read after it.</summary>
    AfterSync = 2,
}

/// <summary>Where a hole in a log stands.</summary>
public enum GapState : byte
{
    /// <summary>Missing, may still come.</summary>
    Open = 0,

    /// <summary>Came after all.</summary>
    Filled = 1,

    /// <summary>Will not come.</summary>
    Final = 2,
}

/// <summary>Why a hole is there, as far as known.</summary>
public enum GapCause : byte
{
    /// <summary>Nobody delivered it yet.</summary>
    NotDelivered = 0,

    /// <summary>The device's oldest record has passed it.</summary>
    Overwritten = 1,

    /// <summary>The dock said that it is gone.</summary>
    DeclaredGone = 2,

    /// <summary>The policy's number of days has passed.</summary>
    TimeLimit = 3,

    /// <summary>The log was cleared before it was delivered.</summary>
    Cleared = 4,

    /// <summary>Another gateway, whose key is known here, gave a receipt for it: missing here and not lost.</summary>
    HeldElsewhere = 5,
}

/// <summary>What a quarantined item is.</summary>
public enum QuarantineKind : byte
{
    /// <summary>One frame, whole, that was not stored.</summary>
    Frame = 0,

    /// <summary>A frame whose header passed and whose payload check failed.</summary>
    BadFrame = 1,

    /// <summary>What followed a bad header in one MQTT message.</summary>
    MessageRest = 2,

    /// <summary>Something that must not be retained and was.</summary>
    Retained = 3,

    /// <summary>A row or block of an imported file.</summary>
    ImportRow = 4,
}

/// <summary>Why the gateway opened an epoch.</summary>
public enum EpochCause : byte
{
    /// <summary>The record before the wanted range was another than the stored one.</summary>
    AnchorDiffers = 0,

    /// <summary>A source without epochs began again.</summary>
    SequenceRestarted = 1,

    /// <summary>The dock named a new epoch.</summary>
    Declared = 2,
}

/// <summary>What checking a signed head against the stored records gave.</summary>
public enum ChainResult : byte
{
    /// <summary>Chain and signature hold.</summary>
    Verified = 0,

    /// <summary>The records do not give the signed chain value.</summary>
    ChainBroken = 1,

    /// <summary>The signature does not fit the enrolled key.</summary>
    SignatureBad = 2,

    /// <summary>No key is enrolled for it.</summary>
    NoKey = 3,

    /// <summary>Records of the range are still missing.</summary>
    Incomplete = 4,

    /// <summary>Signature and records hold, but the chain does not begin where an earlier verified head of the log says it was.</summary>
    NotContinued = 5,
}

/// <summary>What a checkpoint shown by a dock says about this ledger.</summary>
public enum CheckpointShownResult : byte
{
    /// <summary>This ledger extends it.</summary>
    Consistent = 0,

    /// <summary>It is larger than this ledger.</summary>
    Ahead = 1,

    /// <summary>It is signed and does not lead here.</summary>
    Inconsistent = 2,

    /// <summary>Another origin or key.</summary>
    NotOurs = 3,
}

/// <summary>What makes a session head fresh.</summary>
public enum HeadProof : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A nonce of this gateway.</summary>
    Nonce = 1,

    /// <summary>A rising head counter.</summary>
    Counter = 2,
}
