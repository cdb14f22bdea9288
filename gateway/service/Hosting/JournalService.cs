using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Judging;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Gateway.Ingest.Trust;
using TaserTelemetry.Gateway.Observability;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.Hosting;

/// <summary>
/// Registered first: starts before any listener and stops after all of them. Opens and recovers the journal, runs the ingest thread and
/// the signer, and on a clean stop leaves a final checkpoint.
/// </summary>
internal sealed class JournalService(
    GatewaySettings settings,
    IngestQueue queue,
    DurableMark durable,
    TimeProvider clock,
    IngestMeters meters,
    IHostApplicationLifetime lifetime,
    FatalEnd fatal,
    ILoggerFactory logs
) : IHostedService, IDisposable
{
    private static readonly TimeSpan SignTick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GoodbyeWithin = TimeSpan.FromSeconds(5);
    private readonly ILogger log = logs.CreateLogger<JournalService>();
    private readonly CancellationTokenSource stopping = new();
    private OpenJournal? journal;
    private IngestLoop? loop;
    private Conversations? conversations;
    private readonly TaskCompletionSource maySign = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task signing = Task.CompletedTask;
    private SegmentSealing? sealing;
    private CheckpointDesk? checkpoints;

    /// <summary>The ledger; there from the start of the first service on.</summary>
    public TamperEvidentLog Ledger => journal?.Ledger ?? throw new InvalidOperationException("The journal is not open yet.");

    /// <summary>The open journal; touched on the ingest thread alone.</summary>
    public OpenJournal Open => journal ?? throw new InvalidOperationException("The journal is not open yet.");

    /// <summary>The ingest thread; there from the start of the first service on.</summary>
    public IngestLoop Loop => loop ?? throw new InvalidOperationException("The journal is not open yet.");

    /// <summary>What a dock remembers that this ledger does not hold, in words; empty while none does.</summary>
    public string Contradiction => checkpoints?.Contradiction ?? "";

    /// <summary>Docking sessions open now.</summary>
    public int SessionCount => conversations?.SessionCount ?? 0;

    /// <summary>What there is to say of senders whose quarantine is full.</summary>
    public IReadOnlyList<string> FullQuarantines => conversations?.FullQuarantines.Words ?? [];

    /// <summary>Lets signing begin, once the witnesses have been heard or have not answered.</summary>
    public void MaySign() => maySign.TrySetResult();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        journal = OpenJournal.Open(settings);
        File.Delete(ControlSocket.PathIn(settings.Data)); // left behind by a kill: with the lock in hand nobody listens on it
        var report = journal.Ledger.Recovery;
        if (report.Created)
        {
            log.JournalMade(journal.Ledger.Key.Name);
        }
        else if (report.Recovered)
        {
            log.JournalRecovered(report.RewrittenRecords, report.Aside?.Bytes ?? 0);
        }
        journal.AppendStart(settings, UnixTime.NowNs(clock));
        durable.Advance(journal.Ledger.NextIndex);
        log.JournalOpened(journal.Ledger.NextIndex);
        conversations = Converse(journal);
        sealing = new SegmentSealing(journal, fatal, lifetime, log);
        loop = new IngestLoop(journal, sealing, conversations, queue, durable, clock, meters, logs.CreateLogger<IngestLoop>());
        loop.Start();
        sealing.CatchUp(loop.AppendAsync, stopping.Token);
        _ = StopWhenFatalAsync(loop);
        signing = SignAsync();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Ends every docking session with a Goodbye, and opens no other. Completes when that is durable and on its way; without a word where nothing
    /// can be made durable any more: such docks find out by silence.
    /// </summary>
    public async Task SayGoodbyeAsync()
    {
        if (loop is null || conversations is null || loop.DiskIsFull || loop.Ended.IsCompleted)
        {
            return;
        }
        var said = loop.AppendAsync(_ => conversations.StopAll());
        await Task.WhenAny(said, loop.Ended, Task.Delay(GoodbyeWithin, clock));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (loop is null || journal is null)
        {
            return;
        }
        await stopping.CancelAsync();
        loop.Stop();
        await signing;
        await (sealing?.Running ?? Task.CompletedTask);
        await journal.Chains.Running;
        if (await loop.Ended is null && fatal.Why is null)
        {
            journal.AppendStop(clock);
            durable.Advance(journal.Ledger.NextIndex);
        }
    }

    public void Dispose()
    {
        loop?.Dispose();
        Interlocked.Exchange(ref journal, null)?.Dispose();
        stopping.Dispose();
    }

    private Conversations Converse(OpenJournal open)
    {
        var receiptsShown = new ReceiptJudgement(open.Group, open.Gaps, open.Known, settings.Name, open.Receipts, open.OtherReceipts);
        var judgement = new Judgement(open.Group, open.Known, open.Gaps, open.Chains, open.Drifts, receiptsShown);
        var credits = new CreditBook(settings.Limits.CreditBatchesMax, settings.Limits.CreditBytesMax);
        var quarantine = judgement.Quarantine;
        var receipts = new ReceiptDesk(open.State, open.Known, open.Receipts, settings.Name, clock);
        var sessions = new OpenSessions(
            credits,
            open.Gaps,
            quarantine,
            settings.Limits.SessionsMax,
            clock,
            logs.CreateLogger<Conversations>()
        );
        var desk = new HelloDesk(open.State, sessions, new NonceDesk(open.Group, settings.Name), receipts, settings.Name, clock);
        checkpoints = new CheckpointDesk(open.Ledger, LogPlace.Ledger(settings.Data).Tlog, StopForCopy);
        return new Conversations(open, judgement, sessions, desk, checkpoints, settings.Limits, clock, meters);
    }

    private void StopForCopy(string why)
    {
        log.DockContradicts(why);
        fatal.Report(why);
        lifetime.StopApplication();
    }

    private async Task StopWhenFatalAsync(IngestLoop running)
    {
        if (await running.Ended is { } why)
        {
            fatal.Report(why.Message);
            lifetime.StopApplication();
        }
    }

    private async Task SignAsync()
    {
        using var timer = new PeriodicTimer(SignTick, clock);
        try
        {
            await maySign.Task.WaitAsync(stopping.Token);
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                if (Ledger.TrySign(clock.GetUtcNow()).Status == SignStatus.DiskFull)
                {
                    log.SigningFull();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The clean stop signs once more, after the last record.
        }
        catch (Exception broken) when (broken is LogSigningException or DiskException)
        {
            log.SigningFatal(broken.Message);
            fatal.Report(broken.Message);
            lifetime.StopApplication();
        }
    }
}
