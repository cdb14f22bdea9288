using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Ledger;

/// <summary>Where a log lies, where its keys lie, and how it writes.</summary>
/// <param name="Place">Its folders in DATA.</param>
/// <param name="KeysFolder">The keys folder, outside DATA.</param>
public sealed record LogOptions(LogPlace Place, string KeysFolder)
{
    /// <summary>
    /// Origin line. Null: the one the log has, or for a new log <c>taser-telemetry.invalid/</c> and 16 random hex digits. It is fixed at
    /// creation: another one is refused later.
    /// </summary>
    public string? Origin { get; init; }

    /// <summary>Second folder for segments, synced before an append returns (setting <c>journal.mirror</c>); null = none.</summary>
    public string? Mirror { get; init; }

    /// <summary>Length of a new segment.</summary>
    public int SegmentBytes { get; init; } = JournalFormat.SegmentBytesDefault;

    /// <summary>Whether the next segment is made ready in the background.</summary>
    public bool PrepareAhead { get; init; } = true;

    /// <summary>
    /// Whether a disposal leaf covers an index. Null: a part that is all zero counts as disposed of in any record that is signed for; the
    /// verifier, who reads the leaves, tells it from damage.
    /// </summary>
    public Func<ulong, bool>? IsDisposed { get; init; }

    /// <summary>The file system; the crash tests put a simulated one here.</summary>
    public IDisk Disk { get; init; } = new RealDisk();
}
