using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Observability;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.Keeping;

/// <summary>
/// Carries each new checkpoint to the witnesses and keeps what they cosign. Ingest never waits for it; "unwitnessed" is a state that
/// health and page show. A witness that can show a checkpoint of this ledger's own key which this DATA does not lead to stops the
/// gateway: the DATA is a restored or changed copy, and whatever it signed would be a second past.
/// </summary>
internal sealed class WitnessService : IHostedService, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly WitnessSettings settings;
    private readonly JournalService journal;
    private readonly FatalEnd fatal;
    private readonly IHostApplicationLifetime lifetime;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping = new();
    private readonly List<WitnessDesk> desks;
    private readonly LogPlace place;
    private Task working = Task.CompletedTask;
    private ulong witnessed;

    public WitnessService(
        GatewaySettings settings,
        JournalService journal,
        FatalEnd fatal,
        IHostApplicationLifetime lifetime,
        TimeProvider clock,
        ILogger<WitnessService> log
    )
    {
        this.settings = settings.Witness;
        this.journal = journal;
        this.fatal = fatal;
        this.lifetime = lifetime;
        this.clock = clock;
        this.log = log;
        place = LogPlace.Ledger(settings.Data);
        desks = [.. settings.Witness.Members.Select(member => new WitnessDesk(member, place.Tlog))];
    }

    /// <summary>Records under a checkpoint that the quorum has cosigned; 0 = none, which is "unwitnessed".</summary>
    public ulong WitnessedRecords => Volatile.Read(ref witnessed);

    /// <summary>What is wrong with whom; empty when all is well or nobody is asked.</summary>
    public IEnumerable<string> Problems => desks.Where(d => d.Words.Length > 0).Select(d => $"Witness {d.Key.Name}: {d.Words}.");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (desks.Count == 0)
        {
            journal.MaySign();
            return Task.CompletedTask;
        }
        foreach (var (checkpoint, note) in CheckpointNotes.ReadNewest(place))
        {
            Count(checkpoint, note);
        }
        working = WorkAsync();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await working;
    }

    public void Dispose()
    {
        stopping.Dispose();
        desks.ForEach(desk => desk.Dispose());
    }

    private async Task WorkAsync()
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        try
        {
            do
            {
                await RoundAsync();
                // What the witnesses remember is heard before the first new signature, or they do not answer.
                journal.MaySign();
            } while (await timer.WaitForNextTickAsync(stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // stopping; the next start asks again
        }
        catch (LogSigningException broken)
        {
            log.WitnessingEnds(broken.Message);
        }
    }

    private async Task RoundAsync()
    {
        if (journal.Ledger.LastCheckpoint is not { } checkpoint || journal.Ledger.LastNote is not { } note)
        {
            return;
        }
        var now = clock.GetUtcNow();
        var asked = desks.Where(desk => desk.IsDue(now, note)).ToList();
        var words = await Task.WhenAll(asked.Select(d => d.AskAsync(checkpoint, note, journal.Ledger.Key, now, stopping.Token)));
        for (var i = 0; i < asked.Count; i++)
        {
            if (words[i].Words.Length > 0)
            {
                log.WitnessSilent(asked[i].Key.Name, words[i].Words);
            }
            if (words[i].Proof is { } proof)
            {
                StopFor(asked[i], proof);
                return;
            }
        }
        var lines = words.SelectMany(word => word.Lines).ToList();
        if (lines.Count > 0 && journal.Ledger.TryAddCosignatures(checkpoint, lines) && journal.Ledger.LastNote is { } cosigned)
        {
            Count(checkpoint, cosigned);
        }
    }

    private void Count(Checkpoint checkpoint, SignedNote note)
    {
        if (
            desks.Count(desk => note.IsSignedBy(desk.Key)) >= settings.Quorum
            && note.Text == checkpoint.Text
            && checkpoint.Size > witnessed
        )
        {
            Volatile.Write(ref witnessed, checkpoint.Size);
        }
    }

    private void StopFor(WitnessDesk desk, Checkpoint proof)
    {
        var why =
            $"Witness {desk.Key.Name} holds a checkpoint under this ledger's own key over {proof.Size} records (root {proof.Root}), which this DATA does not lead to. "
            + RestoredCopy.WhatToDo;
        log.WitnessContradicts(why);
        fatal.Report(why);
        lifetime.StopApplication();
    }
}
