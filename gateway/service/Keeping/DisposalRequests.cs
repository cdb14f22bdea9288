using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Retention;
using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Gateway.Keeping;

/// <summary>A run of leaf indices, as a request file has it; bytes 0 = not counted.</summary>
internal sealed record LeafRun(ulong First, ulong Next, ulong Bytes);

/// <summary>What somebody asked to dispose of; a second person has to agree before it is a leaf.</summary>
internal sealed record DisposalRequest(
    uint Number,
    RetentionClass Class,
    string RequestedBy,
    ulong AtNs,
    ulong Bytes,
    IReadOnlyList<LeafRun> Leaves
)
{
    public LeafSet Set()
    {
        var set = new LeafSet();
        foreach (var run in Leaves)
        {
            set.Add(run.First, run.Next);
        }
        return set;
    }
}

/// <summary>
/// DATA/records/disposals: requests that wait for a second person, and the mark of a disposal that is under way, so that one which was cut
/// short is finished by whoever opens DATA next.
/// </summary>
internal sealed class DisposalRequests(string data)
{
    /// <summary>Requests open at once.</summary>
    public const int OpenMax = 100;

    private const string UnderWay = "under-way.json";
    private readonly RealDisk disk = new();
    private readonly string folder = Path.Combine(data, "records", "disposals");

    public IReadOnlyList<DisposalRequest> All() =>
        [
            .. disk.FileNames(folder)
                .Where(name => name.EndsWith(".request.json", StringComparison.Ordinal))
                .Select(Read)
                .OfType<DisposalRequest>(),
        ];

    public DisposalRequest? Find(uint number) => All().FirstOrDefault(request => request.Number == number);

    public uint NextNumber() => All().Select(request => request.Number).DefaultIfEmpty(0U).Max() + 1;

    public void Keep(DisposalRequest request) => Put(NameOf(request.Number), request);

    public void Remove(uint number)
    {
        disk.Delete(Path.Combine(folder, NameOf(number)));
        disk.SyncFolder(folder);
    }

    /// <summary>Says durably what is about to be zeroed.</summary>
    public void Begin(DisposalRequest due) => Put(UnderWay, due);

    /// <summary>What a disposal that did not end was about; null when there is none.</summary>
    public DisposalRequest? Unfinished() => disk.FileExists(Path.Combine(folder, UnderWay)) ? Read(UnderWay) : null;

    public void End()
    {
        disk.Delete(Path.Combine(folder, UnderWay));
        disk.SyncFolder(folder);
    }

    public static IReadOnlyList<LeafRun> Runs(LeafSet set) => [.. set.Ranges().Select(range => new LeafRun(range.First, range.Next, 0))];

    private static string NameOf(uint number) => string.Create(CultureInfo.InvariantCulture, $"{number:D8}.request.json");

    private DisposalRequest? Read(string name) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, name)), DisposalJson.Default.DisposalRequest);

    private void Put(string name, DisposalRequest request)
    {
        disk.CreateFolder(folder);
        var staged = Path.Combine(folder, name + ".tmp");
        File.Delete(staged);
        using (var file = disk.Open(staged, DiskAccess.CreateNew))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(request, DisposalJson.Default.DisposalRequest), 0);
            file.Sync();
        }
        disk.Rename(staged, Path.Combine(folder, name));
        disk.SyncFolder(folder);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DisposalRequest))]
[JsonSerializable(typeof(IReadOnlyList<PointPurge>))]
internal sealed partial class DisposalJson : JsonSerializerContext;
