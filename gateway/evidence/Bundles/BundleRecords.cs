using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Bundles;

/// <summary>What two bundles say of one device, record by record: the comparison with a second download.</summary>
/// <param name="Equal">Records that both hold, alike in every byte.</param>
/// <param name="Differing">Records that both hold and that are not alike, in words; at most <see cref="BundleRecords.ShownMax"/>.</param>
/// <param name="DifferingCount">How many of those.</param>
/// <param name="OnlyFirst">Records that only the first holds.</param>
/// <param name="OnlySecond">Records that only the second holds.</param>
/// <param name="Contradictions">Leaves of one log that stand differently in the two: two histories under one name.</param>
public sealed record BundleComparison(
    ulong Equal,
    IReadOnlyList<string> Differing,
    ulong DifferingCount,
    ulong OnlyFirst,
    ulong OnlySecond,
    IReadOnlyList<string> Contradictions
)
{
    /// <summary>Nothing that both hold differs.</summary>
    public bool Agrees => DifferingCount == 0 && Contradictions.Count == 0;
}

/// <summary>The records of a bundle by log, epoch and sequence, each with every copy it was delivered in. Check the bundle first.</summary>
public sealed class BundleRecords
{
    /// <summary>Records of one bundle that are compared; a longer period is cut into several bundles.</summary>
    public const int RecordsMax = 5_000_000;

    /// <summary>Differences told one by one.</summary>
    public const int ShownMax = 50;

    private readonly Dictionary<RecordAt, EventRecord> first = [];
    private readonly Dictionary<RecordAt, HashSet<EventRecord>> others = [];
    private readonly Dictionary<ulong, string> leafHashes = [];
    private readonly string origin;

    private BundleRecords(string origin) => this.origin = origin;

    private readonly record struct RecordAt(LogKind Log, uint Epoch, ulong Incarnation, ulong Sequence);

    /// <summary>Reads the records of a bundle; the stream must be seekable and stays open.</summary>
    /// <exception cref="InvalidDataException">No bundle, or more records than are compared.</exception>
    public static BundleRecords Read(Stream bundle)
    {
        using var zip = new ZipArchive(bundle, ZipArchiveMode.Read, leaveOpen: true);
        var manifest = Bytes(zip, BundleFiles.Manifest, BundleFiles.FileBytesMax) is { } bytes
            ? JsonSerializer.Deserialize(bytes, BundleJson.Readable.BundleManifest)
            : null;
        var records = new BundleRecords(manifest?.Origin ?? throw new InvalidDataException($"It holds no {BundleFiles.Manifest}."));
        foreach (var item in manifest.Items)
        {
            records.leafHashes[item.Index] = item.LeafHash;
            if (
                item is { Leaf: PartState.Present, Bytes: PartState.Present }
                && Bytes(zip, BundleFiles.Leaf(item.Index), BundleFiles.PartBytesMax) is { } leaf
                && Bytes(zip, BundleFiles.Received(item.Index), BundleFiles.PartBytesMax) is { } received
                && Leaf.Decode(leaf).Leaf is StoredBatch batch
                && batch.Device == manifest.Device
            )
            {
                records.Add(batch, received);
            }
        }
        return records;
    }

    /// <summary>Lays another bundle beside this one.</summary>
    public BundleComparison CompareWith(BundleRecords second)
    {
        ArgumentNullException.ThrowIfNull(second);
        var (equal, onlyFirst, count) = (0UL, 0UL, 0UL);
        var differing = new List<string>();
        foreach (var at in first.Keys.OrderBy(k => k.Log).ThenBy(k => k.Epoch).ThenBy(k => k.Sequence))
        {
            if (!second.first.ContainsKey(at))
            {
                onlyFirst++;
            }
            else if (CopiesOf(at).SetEquals(second.CopiesOf(at)))
            {
                equal++;
            }
            else if (++count <= ShownMax)
            {
                differing.Add(string.Create(CultureInfo.InvariantCulture, $"{at.Log} log, epoch {at.Epoch}, sequence {at.Sequence}"));
            }
        }
        var onlySecond = (ulong)second.first.Keys.Count(at => !first.ContainsKey(at));
        var contradictions = leafHashes
            .Where(leaf => origin == second.origin && second.leafHashes.TryGetValue(leaf.Key, out var hash) && hash != leaf.Value)
            .OrderBy(leaf => leaf.Key)
            .Take(ShownMax)
            .Select(leaf => string.Create(CultureInfo.InvariantCulture, $"leaf {leaf.Key} of {origin} is not the same in both"));
        return new BundleComparison(equal, differing, count, onlyFirst, onlySecond, [.. contradictions]);
    }

    private void Add(StoredBatch leaf, byte[] received)
    {
        if (!BundleAnalysis.TryDecode(leaf, received, out var batch))
        {
            return;
        }
        for (var i = 0; i < batch.Count; i++)
        {
            var at = new RecordAt(leaf.Log, leaf.Epoch.Number, leaf.Epoch.Incarnation, leaf.First + (ulong)i);
            var record = batch[i];
            if (first.TryAdd(at, record))
            {
                if (first.Count > RecordsMax)
                {
                    throw new InvalidDataException($"It holds more than {RecordsMax:N0} records: make bundles of shorter periods.");
                }
            }
            else if (first[at] != record)
            {
                if (!others.TryGetValue(at, out var copies))
                {
                    others.Add(at, copies = []);
                }
                copies.Add(record);
            }
        }
    }

    private HashSet<EventRecord> CopiesOf(RecordAt at) => others.TryGetValue(at, out var copies) ? [first[at], .. copies] : [first[at]];

    private static byte[]? Bytes(ZipArchive zip, string name, long bytesMax)
    {
        if (zip.GetEntry(name) is not { } entry || entry.Length > bytesMax)
        {
            return null;
        }
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
