using TaserTelemetry.Evidence.Access;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Observability;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.Access;

/// <summary>
/// While the gateway runs: answers what taser-audit asks of DATA/access/spool, each request with a leaf first, and signs the access log.
/// </summary>
internal sealed class AccessService(GatewaySettings settings, JournalService journal, TimeProvider clock, ILogger<AccessService> log)
    : IHostedService,
        IDisposable
{
    /// <summary>How long an answered request stays, for whoever asked to find its receipt; they wait for 15 seconds.</summary>
    public static readonly TimeSpan ReceiptKept = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private readonly CancellationTokenSource stopping = new();
    private readonly AccessSpool spool = new(settings.Data, new RealDisk());
    private readonly Dictionary<string, DateTimeOffset> answered = [];
    private Task working = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        MakeFolder();
        RemoveLeftOver();
        working = WorkAsync();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await working;
    }

    public void Dispose() => stopping.Dispose();

    /// <summary>An auditor's account shares the folder's group: what either side puts there the other can read.</summary>
    private void MakeFolder()
    {
        if (Directory.Exists(spool.Folder))
        {
            return;
        }
        new RealDisk().CreateFolder(spool.Folder);
        const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(spool.Folder, All | Group | UnixFileMode.SetGroup);
        }
    }

    /// <summary>What stands there from before was answered to nobody, or nobody waits for it any more.</summary>
    private void RemoveLeftOver()
    {
        foreach (var file in new DirectoryInfo(spool.Folder).EnumerateFiles())
        {
            if (clock.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > ReceiptKept)
            {
                file.Delete();
            }
        }
    }

    private async Task WorkAsync()
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                Answer();
                Sign();
            }
        }
        catch (OperationCanceledException)
        {
            // The clean stop signs once more, when the ledger has signed.
        }
    }

    private void Answer()
    {
        try
        {
            var now = clock.GetUtcNow();
            foreach (var old in answered.Where(a => now - a.Value > ReceiptKept).Select(a => a.Key).ToList())
            {
                spool.Remove(old);
                answered.Remove(old);
            }
            var (requests, strangers) = spool.Pending();
            foreach (var stranger in strangers)
            {
                log.StrangeRequest(stranger);
                spool.Remove(stranger);
            }
            foreach (var request in requests)
            {
                spool.Answer(Receipt(request));
                answered[request.Id] = now;
            }
        }
        catch (Exception failed) when (failed is DiskException or IOException or UnauthorizedAccessException)
        {
            // Whoever waits gets no receipt and shows nothing; the next look tries again.
            log.SpoolFailed(failed.Message);
        }
    }

    private AccessReceipt Receipt(AccessRequest request)
    {
        try
        {
            var disclosure = new Disclosure(request.User, request.Verb, request.Device, request.FromNs, request.ToNs, request.Items);
            return new AccessReceipt(request.Id, true, journal.Open.Access.Record(disclosure, UnixTime.NowNs(clock)), "");
        }
        catch (AccessNotRecordedException refused)
        {
            return new AccessReceipt(request.Id, false, 0, refused.Message);
        }
    }

    private void Sign()
    {
        try
        {
            journal.Open.Access.Sign(clock.GetUtcNow());
        }
        catch (Exception broken) when (broken is LogSigningException or DiskException)
        {
            log.AccessNotSigned(broken.Message);
        }
    }
}
