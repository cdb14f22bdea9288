using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Observability;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.Keeping;

/// <summary>
/// One RFC 3161 token a day over the newest checkpoint as signed: an outside authority says that it was there at that time. Token and
/// checkpoint stay side by side in DATA/ledger/timestamps; the ledger has a leaf that names both. Ingest never waits for it.
/// </summary>
internal sealed class TimeStampService : IHostedService, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WaitMax = TimeSpan.FromHours(1);
    private readonly TimeStampSettings settings;
    private readonly JournalService journal;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping = new();
    private readonly HttpClient http = new() { Timeout = Patience, MaxResponseContentBufferSize = TimeStamp.AnswerBytesMax };
    private readonly string folder;
    private Task working = Task.CompletedTask;
    private TimeSpan wait;
    private DateTimeOffset notBefore;

    public TimeStampService(GatewaySettings settings, JournalService journal, TimeProvider clock, ILogger<TimeStampService> log)
    {
        this.settings = settings.TimeStamp;
        this.journal = journal;
        this.clock = clock;
        this.log = log;
        folder = TimeStampFiles.FolderOf(LogPlace.Ledger(settings.Data));
    }

    /// <summary>What is wrong; empty when all is well or no authority is named.</summary>
    public string Words { get; private set; } = "";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.Url.Length > 0)
        {
            working = WorkAsync();
        }
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await working;
    }

    public void Dispose()
    {
        http.Dispose();
        stopping.Dispose();
    }

    private async Task WorkAsync()
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        try
        {
            do
            {
                await LookAsync();
            } while (await timer.WaitForNextTickAsync(stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // stopping; a day without a token gets one at the next start
        }
    }

    private async Task LookAsync()
    {
        var now = clock.GetUtcNow();
        var day = now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (now < notBefore || journal.Ledger.LastNote is not { } note || TimeStampFiles.HasDay(folder, day))
        {
            return;
        }
        Words = await StampAsync(Checkpoint.ParseNote(note.ToBytes())!.Value.Checkpoint, note, day);
        wait =
            Words.Length == 0 ? TimeSpan.Zero
            : wait == TimeSpan.Zero ? TimeSpan.FromMinutes(1)
            : wait * 2;
        wait = wait > WaitMax ? WaitMax : wait;
        notBefore = now + wait;
        if (Words.Length > 0)
        {
            log.NotStamped(settings.Url, Words);
        }
    }

    /// <summary>Empty when the token is kept, else why not.</summary>
    private async Task<string> StampAsync(Checkpoint checkpoint, SignedNote note, string day)
    {
        var bytes = note.ToBytes();
        var request = TimeStamp.Request(bytes, RandomNumberGenerator.GetBytes(8));
        byte[] answer;
        try
        {
            using var content = new ByteArrayContent(request);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
            using var response = await http.PostAsync(new Uri(settings.Url), content, stopping.Token);
            response.EnsureSuccessStatusCode();
            answer = await response.Content.ReadAsByteArrayAsync(stopping.Token);
        }
        catch (Exception away)
            when (away is HttpRequestException || (away is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return away.Message;
        }
        if (TimeStamp.TokenOf(request, answer, out var why) is not { } token)
        {
            return why;
        }
        using var roots = new Roots(settings.CaFile);
        var verdict = TimeStamp.Verify(token, bytes, roots.All);
        if (!verdict.Holds || !verdict.Trusted)
        {
            return $"the token is not accepted: {verdict.Why}";
        }
        TimeStampFiles.Keep(folder, day, checkpoint.Size, bytes, token);
        var root = new byte[32];
        checkpoint.Root.CopyTo(root);
        var assertedNs = UnixTime.ToNs(verdict.Time);
        var anchor = new CheckpointAnchor(
            UnixTime.NowNs(clock),
            AnchorKind.TimeStamp,
            NameOf(settings.Url),
            checkpoint.Size,
            Digest.Read(root),
            Digest.Read(SHA256.HashData(token)),
            assertedNs
        );
        await journal.Loop.AppendAsync(group => group.AddOwn(anchor));
        return "";
    }

    private static string NameOf(string url)
    {
        var host = new Uri(url).Host;
        return LeafName.IsPlain(host) ? host : "";
    }

    private sealed class Roots : IDisposable
    {
        public Roots(string file) => All.ImportFromPemFile(file);

        public X509Certificate2Collection All { get; } = [];

        public void Dispose()
        {
            foreach (var certificate in All)
            {
                certificate.Dispose();
            }
        }
    }
}
