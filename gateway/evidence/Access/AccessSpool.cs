using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Evidence.Access;

/// <summary>
/// DATA/access/spool, where a tool asks the running gateway to record a reading, and gets its receipt. The asking side writes one fsynced
/// file and waits; the gateway records, answers with a file of its own, and takes both away later.
/// </summary>
public sealed class AccessSpool
{
    /// <summary>Requests looked at in one go; more wait for the next.</summary>
    public const int PendingMax = 256;

    private const string RequestEnd = ".request";
    private const string ReceiptEnd = ".receipt";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private readonly IDisk disk;

    /// <summary>The spool of a DATA folder.</summary>
    public AccessSpool(string data, IDisk disk)
    {
        this.disk = disk;
        Folder = Path.Combine(data, "access", "spool");
    }

    /// <summary>The spool folder.</summary>
    public string Folder { get; }

    /// <summary>A request with a fresh id.</summary>
    public static AccessRequest NewRequest(AuditVerb verb, string user, ulong items) =>
        new()
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            User = user,
            Verb = verb,
            Items = items,
        };

    /// <summary>Puts a request down, durably.</summary>
    /// <exception cref="DiskException">The folder is not there or may not be written.</exception>
    public void Submit(AccessRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Put(request.Id + RequestEnd, JsonSerializer.SerializeToUtf8Bytes(request, AccessJson.Default.AccessRequest));
    }

    /// <summary>The gateway's receipt, or null while there is none.</summary>
    public AccessReceipt? Receipt(string id)
    {
        var path = Path.Combine(Folder, id + ReceiptEnd);
        if (!disk.FileExists(path))
        {
            return null;
        }
        var receipt = AccessJson.Parse(ReadSmall(path), AccessJson.Default.AccessReceipt);
        return receipt?.Id == id ? receipt : null;
    }

    /// <summary>Waits for the receipt; null when the time is over.</summary>
    public async Task<AccessReceipt?> WaitAsync(string id, TimeSpan atMost, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(time);
        var start = time.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), time);
        while (true)
        {
            if (Receipt(id) is { } receipt)
            {
                return receipt;
            }
            if (time.GetElapsedTime(start) >= atMost || !await timer.WaitForNextTickAsync(cancel))
            {
                return null;
            }
        }
    }

    /// <summary>
    /// For the gateway: requests without a receipt, oldest id first, and files that are no requests (to be taken away). At most
    /// <see cref="PendingMax"/> of both.
    /// </summary>
    public (IReadOnlyList<AccessRequest> Requests, IReadOnlyList<string> Strangers) Pending()
    {
        var names = disk.FileNames(Folder);
        var answered = names
            .Where(n => n.EndsWith(ReceiptEnd, StringComparison.Ordinal))
            .Select(n => n[..^ReceiptEnd.Length])
            .ToHashSet(StringComparer.Ordinal);
        var requests = new List<AccessRequest>();
        var strangers = new List<string>();
        foreach (
            var name in names
                .Where(n => n.EndsWith(RequestEnd, StringComparison.Ordinal) && !answered.Contains(n[..^RequestEnd.Length]))
                .Take(PendingMax)
        )
        {
            var request = AccessJson.Parse(ReadSmall(Path.Combine(Folder, name)), AccessJson.Default.AccessRequest);
            if (request is { Schema: AccessRequest.SchemaName } && request.Id + RequestEnd == name && IsPlain(request))
            {
                requests.Add(request);
            }
            else
            {
                strangers.Add(name);
            }
        }
        return (requests, strangers);
    }

    /// <summary>For the gateway: answers a request, durably. Call it only when the leaf is durable.</summary>
    public void Answer(AccessReceipt receipt)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        Put(receipt.Id + ReceiptEnd, JsonSerializer.SerializeToUtf8Bytes(receipt, AccessJson.Default.AccessReceipt));
    }

    /// <summary>For the gateway: takes a request and its receipt away, or a file that is no request.</summary>
    public void Remove(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var stem = name.EndsWith(RequestEnd, StringComparison.Ordinal) ? name[..^RequestEnd.Length] : name;
        foreach (var path in new[] { Path.Combine(Folder, stem + RequestEnd), Path.Combine(Folder, stem + ReceiptEnd) })
        {
            if (disk.FileExists(path))
            {
                disk.Delete(path);
            }
        }
        disk.SyncFolder(Folder);
    }

    private static bool IsPlain(AccessRequest request) =>
        request.Id.Length == 32
        && !request.Id.AsSpan().ContainsAnyExcept(HexDigits)
        && LeafName.IsPlain(request.Device)
        && request.User.Length is > 0 and <= 64
        && Enum.IsDefined(request.Verb);

    private byte[] ReadSmall(string path)
    {
        using var file = disk.Open(path, DiskAccess.Read);
        if (file.Length > AccessRequest.BytesMax)
        {
            return [];
        }
        var bytes = new byte[file.Length];
        return file.Read(bytes, 0) == bytes.Length ? bytes : [];
    }

    /// <summary>Whole or not there: written beside, synced, renamed, and the folder synced.</summary>
    private void Put(string name, byte[] bytes)
    {
        var path = Path.Combine(Folder, name);
        using (var file = disk.Open(path + ".part", DiskAccess.CreateNew))
        {
            file.Write(bytes, 0);
            file.Sync();
        }
        disk.Rename(path + ".part", path);
        disk.SyncFolder(Folder);
    }
}
