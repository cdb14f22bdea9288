using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Statistics;

namespace TaserTelemetry.Reconciler.Returns;

/// <summary>A group within which the sample is drawn.</summary>
/// <param name="Name">"uses", or "excused: " and the class.</param>
/// <param name="Members">How many there are.</param>
/// <param name="Drawn">Those drawn: use ids, or device/epoch/sequence of an activation.</param>
public sealed record SampleStratum(string Name, int Members, IReadOnlyList<string> Drawn);

/// <summary>
/// A stratified random audit sample that nobody can steer: each member is ranked by SHA-256 of a witnessed checkpoint's root, which did
/// not exist when the records were made, and its own leaf index and id.
/// </summary>
public sealed record AuditSample(string CheckpointRootHex, ulong CheckpointSize, IReadOnlyList<SampleStratum> Strata)
{
    /// <summary>Members drawn from one stratum at most.</summary>
    public const int PerStratumMax = 10_000;

    /// <summary>
    /// Draws at most <paramref name="perStratum"/> from each stratum. Members whose leaf is not older than the checkpoint are left out:
    /// whoever made them could have known the root.
    /// </summary>
    /// <param name="result">A run.</param>
    /// <param name="checkpointRoot">32 bytes of a witnessed checkpoint later than the records.</param>
    /// <param name="checkpointSize">Leaves under it.</param>
    /// <param name="perStratum">1 to <see cref="PerStratumMax"/>.</param>
    public static AuditSample Draw(ReconciliationResult result, ReadOnlySpan<byte> checkpointRoot, ulong checkpointSize, int perStratum)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentOutOfRangeException.ThrowIfNotEqual(checkpointRoot.Length, 32);
        ArgumentOutOfRangeException.ThrowIfLessThan(perStratum, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perStratum, PerStratumMax);
        byte[] root = checkpointRoot.ToArray();
        var strata = result
            .Activations.Where(a => a.Leaf.Index < checkpointSize)
            .GroupBy(a => a.UseId.Length > 0 ? "uses" : "excused: " + a.Class.ToString().ToLowerInvariant(), StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => Stratum(g.Key, Members(g), root, perStratum))
            .ToList();
        return new AuditSample(Convert.ToHexStringLower(root), checkpointSize, strata);
    }

    /// <summary>Error rate of adjudicated members with its 95 % interval (Wilson).</summary>
    public static (double Rate, double Low, double High) ErrorRate(int wrong, int adjudicated)
    {
        var (low, high) = Proportion.Wilson95(wrong, adjudicated);
        return (adjudicated == 0 ? 0 : (double)wrong / adjudicated, low, high);
    }

    /// <summary>The sample as a table.</summary>
    public OutputTable Table() =>
        new(
            "sample",
            ["Stratum", "Members", "Order", "Id", "CheckpointSize", "CheckpointRoot"],
            Strata.SelectMany(s =>
                s.Drawn.Select((id, i) => (IReadOnlyList<object>)[s.Name, s.Members, i + 1, id, CheckpointSize, CheckpointRootHex])
            )
        );

    private static IEnumerable<(string Id, ulong Leaf)> Members(IEnumerable<ActivationLine> lines) =>
        lines
            .Select(a =>
                (
                    Id: a.UseId.Length > 0
                        ? a.UseId
                        : string.Create(CultureInfo.InvariantCulture, $"{a.Device}/{a.Epoch.Number}-{a.Epoch.Incarnation:x}/{a.Sequence}"),
                    Leaf: a.Leaf.Index
                )
            )
            .GroupBy(m => m.Id, StringComparer.Ordinal)
            .Select(g => (g.Key, g.Min(m => m.Leaf)));

    private static SampleStratum Stratum(string name, IEnumerable<(string Id, ulong Leaf)> members, byte[] root, int perStratum)
    {
        var ranked = members
            .Select(m => (m.Id, Rank: Rank(root, m.Leaf, m.Id)))
            .OrderBy(m => m.Rank, StringComparer.Ordinal)
            .ThenBy(m => m.Id, StringComparer.Ordinal)
            .ToList();
        return new SampleStratum(name, ranked.Count, ranked.Take(perStratum).Select(m => m.Id).ToList());
    }

    private static string Rank(byte[] root, ulong leaf, string id)
    {
        byte[] text = Encoding.UTF8.GetBytes(id);
        byte[] message = new byte[root.Length + 8 + text.Length];
        root.CopyTo(message, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(root.Length), leaf);
        text.CopyTo(message, root.Length + 8);
        return Convert.ToHexStringLower(SHA256.HashData(message));
    }
}
