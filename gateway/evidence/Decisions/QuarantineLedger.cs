using System.Security.Cryptography;
using TaserTelemetry.Evidence.Leaves;

namespace TaserTelemetry.Evidence.Decisions;

/// <summary>How much of a source is kept aside.</summary>
/// <param name="Bytes">Received bytes.</param>
/// <param name="Entries">Items.</param>
public readonly record struct QuarantineUse(ulong Bytes, uint Entries);

/// <summary>
/// What is kept aside for whom, and which payloads are there already. Sources are dock names; bytes with no dock count for the empty
/// name. Not thread-safe.
/// </summary>
public sealed class QuarantineLedger
{
    // The wire's frame: 16 bytes of header, payload, 4 bytes of check.
    private const int FrameHeaderBytes = 16;
    private const int FrameCheckBytes = 4;

    private readonly Dictionary<string, QuarantineUse> uses = new(StringComparer.Ordinal);
    private readonly HashSet<(string Source, Digest Payload)> known = [];

    /// <summary>All sources together.</summary>
    public QuarantineUse Total { get; private set; }

    /// <summary>Sources that have something kept aside.</summary>
    public IReadOnlyDictionary<string, QuarantineUse> Uses => uses;

    internal IEnumerable<(string Source, Digest Payload)> Known => known;

    /// <summary>What is kept aside for a source; nothing for one never heard.</summary>
    public QuarantineUse Of(string source) => uses.GetValueOrDefault(source);

    /// <summary>
    /// Whether as many bytes more may be kept aside for this source under the policy: by enrolment, and in total. Quotas are inclusive.
    /// </summary>
    public bool HasRoom(string source, bool enrolled, int bytes, IngestPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var use = Of(source);
        var (bytesMax, entriesMax) = enrolled
            ? (policy.QuarantineBytesPerSource, policy.QuarantineEntriesPerSource)
            : (policy.QuarantineBytesUnenrolled, policy.QuarantineEntriesUnenrolled);
        return use.Entries < entriesMax
            && use.Bytes + (ulong)bytes <= bytesMax
            && Total.Bytes + (ulong)bytes <= policy.QuarantineBytesTotal;
    }

    /// <summary>True when the same payload of the same source is kept aside already: it is answered as kept, and not kept again.</summary>
    public bool Knows(string source, QuarantineKind kind, ReadOnlySpan<byte> received) =>
        known.Contains((source, PayloadDigest(kind, received)));

    internal void Add(string source, QuarantineKind kind, uint bytes, ReadOnlySpan<byte> received)
    {
        var use = Of(source);
        uses[source] = new QuarantineUse(use.Bytes + bytes, use.Entries + 1);
        Total = new QuarantineUse(Total.Bytes + bytes, Total.Entries + 1);
        if (!received.IsEmpty)
        {
            known.Add((source, PayloadDigest(kind, received)));
        }
    }

    internal void Restore(string source, QuarantineUse use)
    {
        uses[source] = use;
        Total = new QuarantineUse(Total.Bytes + use.Bytes, Total.Entries + use.Entries);
    }

    internal void RestoreKnown(string source, Digest payload) => known.Add((source, payload));

    /// <summary>A frame sent again has another session and frame number in its header, so only type and payload count.</summary>
    private static Digest PayloadDigest(QuarantineKind kind, ReadOnlySpan<byte> received)
    {
        var framed = (kind is QuarantineKind.Frame or QuarantineKind.BadFrame) && received.Length >= FrameHeaderBytes + FrameCheckBytes;
        Span<byte> hash = stackalloc byte[Digest.Bytes];
        SHA256.HashData(framed ? received[FrameHeaderBytes..^FrameCheckBytes] : received, hash);
        return Digest.Read(hash);
    }
}
