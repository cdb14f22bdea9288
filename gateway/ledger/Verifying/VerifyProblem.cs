using System.Globalization;

namespace TaserTelemetry.Ledger.Verifying;

/// <summary>What part of a log a problem is in.</summary>
public enum VerifyArea
{
    /// <summary>A segment file as a whole, its header, or its place in the sequence.</summary>
    Segment,

    /// <summary>A record, a commit entry, or the space behind them.</summary>
    Journal,

    /// <summary>A leaf's commitment does not fit salt and received bytes.</summary>
    Commitment,

    /// <summary>
    /// Salt and received bytes fail their CRC. Where a disposal leaf covers the record it is a disposal that was cut short, else damage;
    /// the caller reads the leaves and knows.
    /// </summary>
    Received,

    /// <summary>A tile of hashes.</summary>
    Tile,

    /// <summary>An entry bundle.</summary>
    Entries,

    /// <summary>A signed checkpoint, published or kept.</summary>
    Checkpoint,

    /// <summary>A checkpoint remembered outside does not fit this log: history was changed or rolled back.</summary>
    Remembered,

    /// <summary>A private key lies under DATA.</summary>
    PrivateKey,

    /// <summary>A derived file beside the segments: a snapshot or a key index.</summary>
    Derived,
}

/// <summary>One thing that is not as it must be.</summary>
/// <param name="Area">Which part.</param>
/// <param name="File">The file, below DATA or as it was named.</param>
/// <param name="Offset">Byte offset in it; null when the file as a whole is meant.</param>
/// <param name="Index">Leaf index, where one can be named.</param>
/// <param name="What">What is wrong, in words.</param>
/// <param name="IsUnanchored">It lies behind the last signed checkpoint, where a power failure can have done it.</param>
public sealed record VerifyProblem(VerifyArea Area, string File, long? Offset, ulong? Index, string What, bool IsUnanchored = false)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var offset = Offset is { } at ? string.Create(CultureInfo.InvariantCulture, $" at byte {at}") : "";
        var index = Index is { } leaf ? string.Create(CultureInfo.InvariantCulture, $" (record {leaf})") : "";
        return $"{(IsUnanchored ? "unanchored tail: " : "")}{File}{offset}{index}: {What}";
    }
}

/// <summary>A run of leaf indices.</summary>
/// <param name="First">First index.</param>
/// <param name="Next">Index behind the last.</param>
public readonly record struct IndexRange(ulong First, ulong Next);

/// <summary>A checkpoint that somebody outside has kept.</summary>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">Root over them.</param>
/// <param name="Source">Where it comes from, for the report.</param>
public sealed record RememberedCheckpoint(ulong Size, Hash256 Root, string Source);

/// <summary>How far a verification is.</summary>
/// <param name="BytesDone">Journal bytes read.</param>
/// <param name="BytesTotal">Journal bytes there are.</param>
public readonly record struct VerifyProgress(long BytesDone, long BytesTotal);
