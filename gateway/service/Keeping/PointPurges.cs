using System.Text.Json;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Evidence.Retention;
using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Keeping;

/// <summary>Points of one device in a time-series server, to be deleted: both ends in ns UTC, both included.</summary>
internal sealed record PointPurge(string Device, long FromNs, long ToNs);

/// <summary>
/// DATA/records/disposals/points.json: which points a disposal leaves behind in a server that is not in DATA. Point times follow from raw
/// bytes, so they are written down, durably, before the bytes go, and the file stays until the server has deleted them.
/// </summary>
internal sealed class PointPurges(string data)
{
    private const int FileBytesMax = 64 << 20;
    private readonly RealDisk disk = new();
    private readonly string folder = Path.Combine(data, "records", "disposals");

    private string FilePath => Path.Combine(folder, "points.json");

    /// <summary>What is still to be deleted.</summary>
    public IReadOnlyList<PointPurge> Pending() =>
        disk.FileExists(FilePath) && new FileInfo(FilePath).Length <= FileBytesMax
            ? JsonSerializer.Deserialize(File.ReadAllBytes(FilePath), DisposalJson.Default.IReadOnlyListPointPurge) ?? []
            : [];

    /// <summary>Adds the points of records whose bytes are about to go.</summary>
    public void Add(EvidenceReader evidence, LeafSet due)
    {
        var purges = Pending().ToList();
        using var reader = new SeriesReader(evidence);
        while (reader.Read() == ReadStatus.Record)
        {
            if (!due.Contains(reader.Index))
            {
                continue;
            }
            if (reader.Fact is { Pulses: not null } block)
            {
                purges.Add(new PointPurge(block.Device, block.PointTimeNs, block.PointTimeNs));
            }
            if (reader.Source is { } source)
            {
                var (from, to) = (long.MaxValue, long.MinValue);
                foreach (ref readonly var happened in reader.Events.Span)
                {
                    from = Math.Min(from, happened.PointTimeNs);
                    to = Math.Max(to, happened.PointTimeNs);
                }
                purges.Add(new PointPurge(source.Device, from, to));
            }
        }
        if (purges.Count == 0)
        {
            return;
        }
        disk.CreateFolder(folder);
        var staged = FilePath + ".tmp";
        File.Delete(staged);
        using (var file = disk.Open(staged, DiskAccess.CreateNew))
        {
            file.Write(
                JsonSerializer.SerializeToUtf8Bytes<IReadOnlyList<PointPurge>>(purges, DisposalJson.Default.IReadOnlyListPointPurge),
                0
            );
            file.Sync();
        }
        disk.Rename(staged, FilePath);
        disk.SyncFolder(folder);
    }

    /// <summary>The server has deleted them all.</summary>
    public void End()
    {
        if (disk.FileExists(FilePath))
        {
            disk.Delete(FilePath);
            disk.SyncFolder(folder);
        }
    }
}
