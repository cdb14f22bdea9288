namespace TaserTelemetry.Evidence.Leaves;

/// <summary>Whether something is in force.</summary>
public enum Standing : byte
{
    /// <summary>From here on.</summary>
    InForce = 0,

    /// <summary>No longer.</summary>
    Withdrawn = 1,
}

/// <summary>How an enrolment came about.</summary>
public enum EnrolmentSource : byte
{
    /// <summary>Listed in the configuration at start.</summary>
    Configuration = 0,

    /// <summary>By a person's command.</summary>
    Command = 1,

    /// <summary>By a person's command, a new key: the one before counts beside it until the next enrolment of the same name.</summary>
    Rotation = 2,
}

/// <summary>What a key is for.</summary>
public enum KeyUse : byte
{
    /// <summary>Signs checkpoints of this ledger.</summary>
    Ledger = 0,

    /// <summary>Signs checkpoints of the access log.</summary>
    Access = 1,

    /// <summary>Signs receipts to docks.</summary>
    Receipt = 2,

    /// <summary>Cosigns checkpoints.</summary>
    Witness = 3,

    /// <summary>Signs time-stamp tokens.</summary>
    TimeStamp = 4,
}

/// <summary>What happened to a key.</summary>
public enum KeyHappening : byte
{
    /// <summary>First of its use.</summary>
    Created = 0,

    /// <summary>Takes over, with overlap.</summary>
    RotatedIn = 1,

    /// <summary>No longer signs.</summary>
    RotatedOut = 2,

    /// <summary>Cannot sign any more.</summary>
    Lost = 3,

    /// <summary>Someone else may have signed with it since the time named.</summary>
    Compromised = 4,

    /// <summary>Withdrawn.</summary>
    Revoked = 5,

    /// <summary>Another gateway's, believed here from this start to the next.</summary>
    Trusted = 6,
}

/// <summary>What links two ledgers.</summary>
public enum OriginEvent : byte
{
    /// <summary>First leaf of a new ledger.</summary>
    Opened = 0,

    /// <summary>New ledger after a restore; cites the newest outside checkpoint of the old.</summary>
    OpenedAfterRestore = 1,

    /// <summary>Last leaf: nothing follows here.</summary>
    Frozen = 2,
}

/// <summary>What a policy governs.</summary>
public enum PolicyKind : byte
{
    /// <summary>What is accepted and how much is kept aside.</summary>
    Ingest = 0,

    /// <summary>How long raw bytes are kept.</summary>
    Retention = 1,

    /// <summary>Who must have seen a checkpoint.</summary>
    Witness = 2,

    /// <summary>Rule set and thresholds.</summary>
    Reconciliation = 3,

    /// <summary>The gateway's settings as a whole.</summary>
    Configuration = 4,
}

/// <summary>What kind of bytes a retention period is about.</summary>
public enum RetentionClass : byte
{
    /// <summary>No activation.</summary>
    Routine = 0,

    /// <summary>Sessions with an activation.</summary>
    Activation = 1,

    /// <summary>Bytes kept aside.</summary>
    Quarantine = 2,

    /// <summary>Under a hold or an examination.</summary>
    Incident = 3,
}

/// <summary>What was imported.</summary>
public enum ImportKind : byte
{
    /// <summary>A capture of frames.</summary>
    Capture = 0,

    /// <summary>A vendor's log export.</summary>
    VendorLog = 1,

    /// <summary>Officers' reports.</summary>
    Reports = 2,

    /// <summary>A register.</summary>
    Register = 3,
}

/// <summary>What a tool was asked to do.</summary>
public enum AuditVerb : byte
{
    /// <summary>Logs against reports.</summary>
    Reconcile = 0,

    /// <summary>The statistical return.</summary>
    Return = 1,

    /// <summary>Evidence for the programme.</summary>
    Programme = 2,

    /// <summary>A random audit sample.</summary>
    Sample = 3,

    /// <summary>An evidence bundle.</summary>
    Bundle = 4,

    /// <summary>A page of the gateway.</summary>
    Page = 5,

    /// <summary>An export of the store.</summary>
    Export = 6,

    /// <summary>Items kept aside, by command.</summary>
    Quarantine = 7,

    /// <summary>A whole copy of DATA: a backup, or a copy for an auditor.</summary>
    Copy = 8,
}

/// <summary>Whether a record's use is restricted.</summary>
public enum RestrictionState : byte
{
    /// <summary>Kept, not used (DPA 2018 s.47).</summary>
    Restricted = 0,

    /// <summary>Used again.</summary>
    Lifted = 1,
}

/// <summary>What a decision is about.</summary>
public enum DecisionSubject : byte
{
    /// <summary>A recorded use: an examination.</summary>
    Use = 0,

    /// <summary>A finding: its disposition.</summary>
    Finding = 1,

    /// <summary>A case.</summary>
    Case = 2,
}

/// <summary>Why bytes behind the last commit were put aside.</summary>
public enum AsideReason : byte
{
    /// <summary>Nothing was put aside.</summary>
    None = 0,

    /// <summary>A group without its commit entry.</summary>
    NoCommit = 1,

    /// <summary>A record whose check failed.</summary>
    BadChecksum = 2,

    /// <summary>Bytes that are no record.</summary>
    Garbage = 3,
}

/// <summary>Where the gateway stands.</summary>
public enum RunState : byte
{
    /// <summary>It started.</summary>
    Started = 0,

    /// <summary>It stopped cleanly.</summary>
    StoppedClean = 1,

    /// <summary>DATA is behind what was signed: a restore.</summary>
    RestoreSeen = 2,
}

/// <summary>Which program.</summary>
public enum Product : byte
{
    /// <summary>taser-gateway.</summary>
    Gateway = 0,

    /// <summary>taser-audit.</summary>
    Auditor = 1,

    /// <summary>The decoder of frames.</summary>
    Parser = 2,
}

/// <summary>What an operator did.</summary>
public enum OperatorDoing : byte
{
    /// <summary>A backup was made.</summary>
    BackupMade = 0,

    /// <summary>A backup was restored.</summary>
    Restored = 1,

    /// <summary>Derived stores were rebuilt.</summary>
    Rebuilt = 2,

    /// <summary>New verdicts were appended.</summary>
    Rejudged = 3,

    /// <summary>Quarantine was judged again.</summary>
    QuarantineRetried = 4,

    /// <summary>A copy for an auditor was made.</summary>
    CopyMade = 5,

    /// <summary>A checkpoint sheet was printed.</summary>
    CheckpointPrinted = 6,

    /// <summary>An account of the page was changed.</summary>
    AccountChanged = 7,

    /// <summary>Bytes under disposal leaves were zeroed.</summary>
    Disposed = 8,
}

/// <summary>What outside memory holds a checkpoint.</summary>
public enum AnchorKind : byte
{
    /// <summary>A witness cosigned it.</summary>
    Witness = 0,

    /// <summary>A time-stamping authority signed its hash.</summary>
    TimeStamp = 1,

    /// <summary>It was printed.</summary>
    Printed = 2,

    /// <summary>A dock keeps it.</summary>
    Dock = 3,
}
