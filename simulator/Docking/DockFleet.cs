using System.Security.Cryptography;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Trust;
using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>How one dock fared.</summary>
internal sealed record DockOutcome(
    string Dock,
    string Transport,
    string State,
    int Visits,
    int VisitsDone,
    long RecordsAcked,
    long Repeats,
    long Sessions,
    string Trouble
);

/// <summary>All docks of a history at once, each with its own connection, until everything is acked or the time is up.</summary>
internal sealed class DockFleet(History history, Uri? broker, string? serialPath, int baud, TimeProvider time)
{
    private readonly List<(
        Dock Dock,
        VisitWork Work,
        DockConversation Talk,
        Func<string> Trouble,
        Func<CancellationToken, Task> Run
    )> _docks = [];

    public async Task<IReadOnlyList<DockOutcome>> RunAsync(TimeSpan timeout, CancellationToken stop)
    {
        foreach (var dock in history.Armouries.SelectMany(a => a.Docks))
        {
            Add(dock);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(timeout);
        var all = Task.WhenAll(_docks.Select(d => UntilStopped(d.Run, limit.Token)));
        await DockProgressView.ShowAsync(all, () => (_docks.Sum(d => d.Work.Done), _docks.Sum(d => d.Work.Total)), time);
        stop.ThrowIfCancellationRequested();
        return [.. _docks.Select(Outcome)];
    }

    private void Add(Dock dock)
    {
        var serial = dock.Transport == "serial";
        if (serial ? serialPath is null : broker is null)
        {
            return;
        }

        var address = CaptureOutput.Address(history, dock);
        var visits = history.Visits.At(dock);
        var work = new VisitWork(history, visits);
        var boot = RandomId();
        var temper = new DockTemper(dock.Temper, Draw.For(history.Seed, "temper " + dock.Name));
        Sign? sign = dock.Signs ? bytes => SigningKeys.Sign(history.Seed, dock.Name, bytes) : null;
        var talk = new DockConversation(address, serial ? Transport.Serial : Transport.Mqtt, work, boot, RandomId, sign);
        if (serial)
        {
            var line = new SerialDock(serialPath!, baud, talk, temper, time);
            _docks.Add((dock, work, talk, () => line.LastTrouble, line.RunAsync));
        }
        else
        {
            var client = new MqttDock(broker!, address, talk, temper, time);
            _docks.Add((dock, work, talk, () => client.LastTrouble, client.RunAsync));
        }
    }

    private static async Task UntilStopped(Func<CancellationToken, Task> run, CancellationToken stop)
    {
        try
        {
            await run(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the outcome says how far it came
        }
    }

    private static DockOutcome Outcome(
        (Dock Dock, VisitWork Work, DockConversation Talk, Func<string> Trouble, Func<CancellationToken, Task> Run) d
    )
    {
        var state = d.Talk.Progress switch
        {
            DockProgress.Done => "done",
            DockProgress.Stopped => "stopped: " + d.Talk.StoppedBecause,
            _ => "unfinished",
        };
        return new DockOutcome(
            d.Dock.Name,
            d.Dock.Transport,
            state,
            d.Work.Total,
            d.Work.Done,
            d.Talk.RecordsAcked,
            d.Talk.Repeats,
            d.Talk.Sessions,
            d.Talk.Progress == DockProgress.Done ? "" : d.Trouble()
        );
    }

    /// <summary>Connection and boot ids must differ between runs, or a gateway would take a new connection for an old one.</summary>
    public static ulong RandomId()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes) | 1;
    }
}
