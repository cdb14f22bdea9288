using TaserTelemetry.Evidence.Leaves;

namespace TaserTelemetry.Evidence.Retention;

/// <summary>What must not be disposed of while a finding is open.</summary>
/// <param name="Leaves">Leaves it rests on, by index and leaf hash.</param>
/// <param name="Devices">Serials of the devices it is about: what they recorded in its time may speak for or against it.</param>
/// <param name="FromNs">Its time from, ns UTC.</param>
/// <param name="ToNs">Its time to, ns UTC.</param>
public sealed record FindingKeep(
    IReadOnlyList<(ulong Index, Digest LeafHash)> Leaves,
    IReadOnlyList<string> Devices,
    ulong FromNs,
    ulong ToNs
);

/// <summary>Open findings, to be asked of each leaf which it keeps.</summary>
public sealed class FindingKeeps
{
    private readonly HashSet<(ulong Index, Digest LeafHash)> leaves = [];
    private readonly Dictionary<string, List<(ulong FromNs, ulong ToNs)>> times = new(StringComparer.Ordinal);

    /// <summary>Makes it; an empty list keeps nothing.</summary>
    public FindingKeeps(IEnumerable<FindingKeep> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        foreach (var finding in open)
        {
            leaves.UnionWith(finding.Leaves);
            foreach (var device in finding.Devices)
            {
                if (!times.TryGetValue(device, out var list))
                {
                    times.Add(device, list = []);
                }
                list.Add((finding.FromNs, finding.ToNs));
            }
        }
    }

    /// <summary>Keeps nothing.</summary>
    public static FindingKeeps None { get; } = new([]);

    /// <summary>Whether an open finding rests on that leaf, or is about that device at a time between those two.</summary>
    public bool Keeps(ulong index, Digest leafHash, string device, ulong earliestNs, ulong latestNs) =>
        leaves.Contains((index, leafHash))
        || (times.TryGetValue(device, out var list) && list.Exists(time => time.FromNs <= latestNs && earliestNs <= time.ToNs));

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => leaves.Count == 0 && times.Count == 0;
}
