namespace TaserTelemetry.Ledger.Journals;

/// <summary>What a journal record is (FORMAT.md clause 3). Numbers are on disk and never change.</summary>
public enum RecordKind : byte
{
    /// <summary>No record: preallocated space.</summary>
    Free = 0,

    /// <summary>One accepted frame, exactly as it came.</summary>
    Frame = 1,

    /// <summary>One item kept aside, with its bytes as they came.</summary>
    Quarantined = 2,

    /// <summary>An event of the gateway's own: nothing was received, the leaf says all.</summary>
    OwnEvent = 3,

    /// <summary>Ends a commit group. No record: it has no leaf and no number.</summary>
    Commit = 255,
}

/// <summary>One record to be appended.</summary>
/// <param name="Kind">Frame, Quarantined or OwnEvent.</param>
/// <param name="Leaf">
/// <see cref="JournalFormat.LeafBytesMin"/> to <see cref="JournalFormat.LeafBytesMax"/> bytes: version, type, commitment, and what
/// else the caller needs. Byte for byte the entry of the tlog.
/// </param>
/// <param name="Salt">32 random bytes, never used twice.</param>
/// <param name="Received">The bytes as they came, at most <see cref="JournalFormat.ReceivedBytesMax"/>; empty for OwnEvent.</param>
public readonly record struct JournalItem(
    RecordKind Kind,
    ReadOnlyMemory<byte> Leaf,
    ReadOnlyMemory<byte> Salt,
    ReadOnlyMemory<byte> Received
);

/// <summary>How an append ended.</summary>
public enum AppendStatus
{
    /// <summary>On disk and synced, in the mirror too: may be acknowledged.</summary>
    Durable,

    /// <summary>No room for a further segment. Nothing was kept; the same group may be tried again, later.</summary>
    DiskFull,

    /// <summary>The group as a whole is larger than <see cref="Journal.GroupBytesMax"/>. Nothing was kept; split it.</summary>
    GroupTooLarge,
}

/// <summary>Result of one append.</summary>
/// <param name="Status">How it ended; indices count only when it is Durable.</param>
/// <param name="FirstIndex">Index of the group's first record.</param>
/// <param name="NextIndex">Index after the group's last record.</param>
/// <param name="Sealed">A segment was sealed before this group: a good moment for a snapshot (TamperEvidentLog.WriteSnapshot).</param>
public readonly record struct AppendOutcome(AppendStatus Status, ulong FirstIndex, ulong NextIndex, bool Sealed);
