namespace TaserTelemetry.Ledger.Journals;

/// <summary>Where a journal lies and how it writes.</summary>
/// <param name="Folder">DATA/journal, or DATA/access/journal.</param>
/// <param name="Origin">The log's origin line; every segment carries its hash.</param>
public sealed record JournalOptions(string Folder, string Origin)
{
    /// <summary>A second folder, synced before an append returns (setting <c>journal.mirror</c>); null = none.</summary>
    public string? Mirror { get; init; }

    /// <summary>Length of a new segment, <see cref="JournalFormat.SegmentBytesMin"/> to <see cref="JournalFormat.SegmentBytesMax"/>.</summary>
    public int SegmentBytes { get; init; } = JournalFormat.SegmentBytesDefault;

    /// <summary>Whether the next segment is made ready in the background. Off, it is made when it is needed.</summary>
    public bool PrepareAhead { get; init; } = true;

    /// <summary>Whether a disposal leaf covers an index: its last part may then be zero.</summary>
    public Func<ulong, bool> IsDisposed { get; init; } = static _ => false;
}
