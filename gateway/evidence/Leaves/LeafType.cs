namespace TaserTelemetry.Evidence.Leaves;

/// <summary>Type numbers of leaves: pinned for ever, never reused.</summary>
public enum LeafType : byte
{
    /// <summary>Event records of one device, stored: everything a follower needs beside the frame itself.</summary>
    StoredBatch = 1,

    /// <summary>One part of a record beside the event record itself.</summary>
    StoredBlock = 2,

    /// <summary>A well-formed frame that is kept and has no leaf type of its own.</summary>
    OtherFrame = 3,

    /// <summary>A device clock read by a dock at insertion.</summary>
    ClockReading = 4,

    /// <summary>A dock clock compared with the gateway's.</summary>
    ClockEcho = 5,

    /// <summary>A carrier was docked and said what it holds.</summary>
    Docked = 6,

    /// <summary>A signed head over a device's log as far as it reaches.</summary>
    SessionHead = 7,

    /// <summary>A carrier was taken out.</summary>
    Undocked = 8,

    /// <summary>A dock says that sequences no longer exist where it looked.</summary>
    RangeGone = 9,

    /// <summary>A log was cleared.</summary>
    LogCleared = 10,

    /// <summary>A dock on itself.</summary>
    DockHealth = 11,

    /// <summary>Bytes kept aside: durable, not counted, can be judged again.</summary>
    Quarantined = 12,

    /// <summary>A hole in a log: open, filled or final.</summary>
    Gap = 13,

    /// <summary>The gateway opened an epoch for a source.</summary>
    EpochOpened = 14,

    /// <summary>A signed head was checked behind the journal.</summary>
    ChainCheck = 15,

    /// <summary>A dock showed the checkpoint it remembers.</summary>
    CheckpointShown = 16,

    /// <summary>A dock stopped calling, or called again.</summary>
    DockSilence = 17,

    /// <summary>An external broker no longer held this gateway's session.</summary>
    BrokerSessionLost = 18,

    /// <summary>A dock is known from here on, or no longer.</summary>
    DockEnrolment = 32,

    /// <summary>A device is known from here on, or no longer.</summary>
    DeviceEnrolment = 33,

    /// <summary>A key of the gateway or of a witness.</summary>
    KeyEvent = 34,

    /// <summary>How this ledger hangs together with another.</summary>
    OriginLink = 35,

    /// <summary>Nonces given to a dock, recorded before they are sent. The nonces are SHA-256(pool ‖ number) cut to 16 bytes.</summary>
    NonceGrant = 36,

    /// <summary>A nonce was used and counts no more.</summary>
    NonceSpent = 37,

    /// <summary>A policy document took effect.</summary>
    PolicyChange = 40,

    /// <summary>The numbers that decisions depend on, in full, so that decisions can be replayed.</summary>
    IngestPolicy = 41,

    /// <summary>Bytes that must not be disposed of, or need be held no longer.</summary>
    Hold = 42,

    /// <summary>Raw bytes and salts of these leaves may be zeroed once this leaf is witnessed and 30 days have passed.</summary>
    Disposal = 43,

    /// <summary>A file was imported.</summary>
    Import = 48,

    /// <summary>A run of an audit tool left its trace.</summary>
    Run = 49,

    /// <summary>A remark on a leaf; the text lies in DATA/records.</summary>
    Annotation = 50,

    /// <summary>Use of a record restricted, or free again.</summary>
    Restriction = 51,

    /// <summary>A person decided on a use, a finding or a case.</summary>
    Decision = 52,

    /// <summary>A quarantined item was judged again.</summary>
    Rejudgement = 53,

    /// <summary>A reading, export or disclosure, recorded before data leave (in the access log).</summary>
    Access = 54,

    /// <summary>The journal was opened after an unclean stop.</summary>
    Recovery = 64,

    /// <summary>The gateway started or stopped.</summary>
    StartStop = 65,

    /// <summary>A program of another version runs from here on.</summary>
    SoftwareRelease = 66,

    /// <summary>An operator did something by command.</summary>
    OperatorAction = 67,

    /// <summary>A checkpoint is remembered outside.</summary>
    CheckpointAnchor = 68,

    /// <summary>No room for records: senders were held back.</summary>
    DiskFull = 69,

    /// <summary>Quarantine was full for a source: this much was refused.</summary>
    QuarantineRefused = 70,
}

internal static class LeafTypes
{
    /// <summary>Null for a type that is not known here.</summary>
    public static Leaf? Read(LeafType type, ref LeafReader reader) =>
        type switch
        {
            LeafType.StoredBatch => StoredBatch.Read(ref reader),
            LeafType.StoredBlock => StoredBlock.Read(ref reader),
            LeafType.OtherFrame => OtherFrame.Read(ref reader),
            LeafType.ClockReading => ClockReading.Read(ref reader),
            LeafType.ClockEcho => ClockEcho.Read(ref reader),
            LeafType.Docked => Docked.Read(ref reader),
            LeafType.SessionHead => SessionHead.Read(ref reader),
            LeafType.Undocked => Undocked.Read(ref reader),
            LeafType.RangeGone => RangeGone.Read(ref reader),
            LeafType.LogCleared => LogCleared.Read(ref reader),
            LeafType.DockHealth => DockHealth.Read(ref reader),
            LeafType.Quarantined => Quarantined.Read(ref reader),
            LeafType.Gap => Gap.Read(ref reader),
            LeafType.EpochOpened => EpochOpened.Read(ref reader),
            LeafType.ChainCheck => ChainCheck.Read(ref reader),
            LeafType.CheckpointShown => CheckpointShown.Read(ref reader),
            LeafType.DockSilence => DockSilence.Read(ref reader),
            LeafType.BrokerSessionLost => BrokerSessionLost.Read(ref reader),
            LeafType.DockEnrolment => DockEnrolment.Read(ref reader),
            LeafType.DeviceEnrolment => DeviceEnrolment.Read(ref reader),
            LeafType.KeyEvent => KeyEvent.Read(ref reader),
            LeafType.OriginLink => OriginLink.Read(ref reader),
            LeafType.NonceGrant => NonceGrant.Read(ref reader),
            LeafType.NonceSpent => NonceSpent.Read(ref reader),
            LeafType.PolicyChange => PolicyChange.Read(ref reader),
            LeafType.IngestPolicy => IngestPolicy.Read(ref reader),
            LeafType.Hold => Hold.Read(ref reader),
            LeafType.Disposal => Disposal.Read(ref reader),
            LeafType.Import => Import.Read(ref reader),
            LeafType.Run => Run.Read(ref reader),
            LeafType.Annotation => Annotation.Read(ref reader),
            LeafType.Restriction => Restriction.Read(ref reader),
            LeafType.Decision => Decision.Read(ref reader),
            LeafType.Rejudgement => Rejudgement.Read(ref reader),
            LeafType.Access => Access.Read(ref reader),
            LeafType.Recovery => Recovery.Read(ref reader),
            LeafType.StartStop => StartStop.Read(ref reader),
            LeafType.SoftwareRelease => SoftwareRelease.Read(ref reader),
            LeafType.OperatorAction => OperatorAction.Read(ref reader),
            LeafType.CheckpointAnchor => CheckpointAnchor.Read(ref reader),
            LeafType.DiskFull => DiskFull.Read(ref reader),
            LeafType.QuarantineRefused => QuarantineRefused.Read(ref reader),
            _ => null,
        };
}
