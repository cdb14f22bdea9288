using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Ledger.Verifying;

/// <summary>What to verify, and against what.</summary>
/// <param name="Place">The log's folders.</param>
public sealed record VerifyOptions(LogPlace Place)
{
    /// <summary>
    /// The log's keys as the auditor knows them. Empty: those that the log itself names are taken, and only self-consistency can come out.
    /// </summary>
    public IReadOnlyList<VerifierKey> Keys { get; init; } = [];

    /// <summary>Checkpoints kept outside.</summary>
    public IReadOnlyList<RememberedCheckpoint> Remembered { get; init; } = [];

    /// <summary>
    /// A gateway is writing: verify up to the newest published checkpoint as it is at the start, and leave what comes behind alone.
    /// </summary>
    public bool IsLive { get; init; }

    /// <summary>Folder searched for private keys; null = not searched.</summary>
    public string? Data { get; init; }

    /// <summary>Threads; the hashing is spread over them.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Problems listed; further ones are counted.</summary>
    public int ProblemsMax { get; init; } = 1000;

    /// <summary>Told now and then, from any thread, how far it is; null = nobody is told.</summary>
    public Action<VerifyProgress>? Progress { get; init; }

    /// <summary>The file system.</summary>
    public IDisk Disk { get; init; } = new RealDisk();
}

/// <summary>What a verification found.</summary>
public sealed record VerifyResult
{
    /// <summary>Records in the journal, or those below the newest checkpoint when it was live.</summary>
    public required ulong Records { get; init; }

    /// <summary>The newest signed checkpoint; null when the log has none.</summary>
    public required Checkpoint? Newest { get; init; }

    /// <summary>Its note, as published; null when there is none.</summary>
    public required SignedNote? NewestNote { get; init; }

    /// <summary>Checkpoints in <c>checkpoints.log</c> whose signature and root were checked.</summary>
    public required int Checkpoints { get; init; }

    /// <summary>What is wrong; empty when the log is intact.</summary>
    public required IReadOnlyList<VerifyProblem> Problems { get; init; }

    /// <summary>Derived files that are damaged: they can be rebuilt, and the log is intact without them.</summary>
    public IReadOnlyList<VerifyProblem> DamagedDerived { get; init; } = [];

    /// <summary>Problems found beyond the listed ones.</summary>
    public required long ProblemsOmitted { get; init; }

    /// <summary>
    /// Records whose salt and received bytes are all zero, CRC included: disposed of, if a disposal leaf covers them, else damage. The
    /// caller reads the leaves and knows.
    /// </summary>
    public required IReadOnlyList<IndexRange> Zeroed { get; init; }

    /// <summary>A group at the very end that is not whole: a crash, or a writer at work. Nothing in it was acknowledged.</summary>
    public required VerifyProblem? UnfinishedGroup { get; init; }

    /// <summary>Whether the keys came from the auditor and not from the log itself.</summary>
    public required bool KeyIsEstablished { get; init; }

    /// <summary>Whether every remembered checkpoint, and at least one, was found to be part of this log's history.</summary>
    public required bool HistoryIsRemembered { get; init; }

    /// <summary>Records behind the newest checkpoint: durable, and not yet signed for.</summary>
    public ulong Unanchored => Records - Math.Min(Records, Newest?.Size ?? 0);

    /// <summary>Nothing is wrong, disposals aside.</summary>
    public bool IsIntact => Problems.Count == 0;
}
