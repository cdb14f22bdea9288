namespace TaserTelemetry.Ledger.Journals;

/// <summary>Bytes behind the last commit that recovery put aside. Nothing in them was ever acknowledged.</summary>
/// <param name="File">Their file in <c>journal/aside/</c>.</param>
/// <param name="Segment">The segment they stand in.</param>
/// <param name="Offset">Where they begin there.</param>
/// <param name="Bytes">How many, without trailing zeros.</param>
/// <param name="Hash">SHA-256 of the file.</param>
/// <param name="Why">Why they are no commit group.</param>
public sealed record SetAside(string File, string Segment, long Offset, long Bytes, Hash256 Hash, string Why);

/// <summary>What opening a journal found and did. The caller appends a <c>recovery</c> leaf when <see cref="Recovered"/>.</summary>
/// <param name="Created">The journal was made now.</param>
/// <param name="SignedSize">Size of the last signed checkpoint: what recovery trusted.</param>
/// <param name="NextIndex">Index of the next record.</param>
/// <param name="RewrittenRecords">Records behind that checkpoint that were copied to a new segment and synced.</param>
/// <param name="RewrittenBytes">Bytes of them.</param>
/// <param name="Aside">Bytes put aside; null when there were none.</param>
public sealed record RecoveryReport(
    bool Created,
    ulong SignedSize,
    ulong NextIndex,
    ulong RewrittenRecords,
    long RewrittenBytes,
    SetAside? Aside
)
{
    /// <summary>The stop before was not clean: there were records behind the last checkpoint, or bytes behind the last commit.</summary>
    public bool Recovered => RewrittenRecords > 0 || Aside is not null;

    /// <summary>Leaf hashes of the rewritten records from the first on, for the tree; not all of them when there are very many.</summary>
    internal IReadOnlyList<Hash256> RewrittenLeaves { get; init; } = [];

    /// <summary>The journal ends before the last signed checkpoint: an older copy was put in its place.</summary>
    public bool BehindCheckpoint => NextIndex < SignedSize;
}
