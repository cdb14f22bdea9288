using Microsoft.Extensions.DependencyInjection;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.Tests.Access;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Keeping;

/// <summary>A backup of some time ago, its keys of the same time, and somebody outside who remembers more.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task A_dock_that_shows_a_signed_checkpoint_that_DATA_does_not_lead_to_stops_the_gateway_and_a_restore_cites_it()
    {
        var given = await GrownBehindItsBackupAsync();
        var ahead = new CheckpointHeld(given.NewSize, given.NewRoot, given.Origin, given.Signature);
        WitnessTests.Copy(ground.At("backup"), ground.At("data"));
        await using (var copy = await RunningGateway.StartAsync(folder: ground.Folder))
        {
            await using var dock = await TestDock.ConnectAsync(copy.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            // the same words under no signature, and under that of another checkpoint, stop nothing
            await dock.AckOfAsync(await dock.SendAsync(ahead with { Signature = default }));
            await dock.AckOfAsync(await dock.SendAsync(ahead with { TreeSize = ahead.TreeSize + 1 }));
            var fatal = copy.Services.GetRequiredService<FatalEnd>();
            Assert.Null(fatal.Why);
            await dock.SendAsync(ahead);
            await Ground.UntilAsync(() => Task.FromResult(fatal.Why is not null), "the gateway to stop");
            Assert.Contains($"over {ahead.TreeSize} records", fatal.Why!, StringComparison.Ordinal);
            Assert.Contains("taser-gateway restore", fatal.Why!, StringComparison.Ordinal);
        }
        var signed = Newest(ground.At("data"));
        Assert.Contains(
            "does not lead to the last checkpoint",
            await RunningGateway.EndOfAsync(_ => { }, ground.Folder),
            StringComparison.Ordinal
        );
        Assert.Equal(signed.Text, Newest(ground.At("data")).Text);

        Directory.Delete(ground.At("data"), recursive: true);
        var restored = await RestoreAsync();
        Assert.Contains($"somebody remembers {ahead.TreeSize} records", restored.Lines[0], StringComparison.Ordinal);
        await using var next = await RunningGateway.StartAsync(folder: ground.Folder);
        var link = Assert.IsType<OriginLink>(next.Leaves()[0].Leaf);
        Assert.Equal((OriginEvent.OpenedAfterRestore, ahead.TreeSize), (link.Event, link.Size));
        Assert.NotEqual(ahead.Origin, next.Services.GetRequiredService<JournalService>().Ledger.Key.Name);
    }

    [Fact]
    public async Task A_checkpoint_that_a_person_kept_speaks_at_a_restore_and_one_of_another_ledger_is_refused_before_anything_is_done()
    {
        await GrownBehindItsBackupAsync();
        var kept = Newest(ground.At("lost"));
        var foreign = ground.At("foreign");
        using (var other = new Ground())
        {
            await using (await RunningGateway.StartAsync(folder: other.Folder)) { }
            File.Copy(LogPlace.Ledger(other.At("data")).CheckpointFile, foreign);
        }
        var refused = await RestoreAsync(foreign);
        Assert.False(refused.Done);
        Assert.Contains("is no checkpoint of", refused.Lines[0], StringComparison.Ordinal);
        Assert.False(Directory.Exists(ground.At("data")));

        var restored = await RestoreAsync(LogPlace.Ledger(ground.At("lost")).CheckpointFile);
        Assert.True(restored.Done, restored.Lines[0]);
        Assert.Contains($"somebody remembers {kept.Size} records", restored.Lines[0], StringComparison.Ordinal);
        Assert.Equal(kept.Size, Assert.IsType<OriginLink>(RunningGateway.LeavesIn(ground.Folder)[0].Leaf).Size);
    }

    [Fact]
    public async Task A_witness_that_is_named_and_down_is_nobody_who_answers()
    {
        await GrownBehindItsBackupAsync();
        var settings = RunningGateway.SettingsIn(ground.Folder);
        var witness = await TestWitness.StartAsync("one.example");
        WitnessTests.Name(settings, 1, witness);
        await witness.DisposeAsync();
        var restored = await Restore.RunAsync(settings, ground.At("backup"), "", [], TimeProvider.System, CancellationToken.None);
        Assert.True(restored.Done, restored.Lines[0]);
        Assert.Contains("no witness answered", restored.Lines[0], StringComparison.Ordinal);
        Assert.Equal(OriginEvent.OpenedAfterRestore, Assert.IsType<OriginLink>(RunningGateway.LeavesIn(ground.Folder)[0].Leaf).Event);
    }

    /// <summary>Backed up, grown, stopped; the keys are put back to the day of the backup and DATA is lost. What the dock was given last.</summary>
    private async Task<ConsistencyProof> GrownBehindItsBackupAsync()
    {
        ConsistencyProof given;
        await using (var gateway = await RunningGateway.StartAsync(folder: ground.Folder))
        {
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 3));
            var copied = await gateway.CheckpointAsync();
            var answer = await AccessLogTests.AskAsync(gateway, ControlActions.Backup, new() { ["to"] = ground.At("backup") });
            Assert.True(answer.Done, answer.Lines[0]);
            for (ulong first = 4; first < 120; first += 3)
            {
                await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, first, 3));
            }
            await gateway.CheckpointAsync(above: Newest(ground.At("backup")).Size + 20);
            await dock.SendAsync(new CheckpointHeld(0, default, "", default));
            given = await dock.ReceiveAsync<ConsistencyProof>();
            Assert.True(given.NewSize > copied.Size && given.Signature.IsPresent);
        }
        Directory.Move(ground.At("data"), ground.At("lost"));
        new KeyFolder(new Ledger.Disks.RealDisk(), ground.At("keys")).WriteLast("ledger", Newest(ground.At("backup")));
        return given;
    }

    private Task<ControlAnswer> RestoreAsync(params string[] checkpoints) =>
        Restore.RunAsync(
            RunningGateway.SettingsIn(ground.Folder),
            ground.At("backup"),
            "an operator",
            checkpoints,
            TimeProvider.System,
            CancellationToken.None
        );

    private static Checkpoint Newest(string data) =>
        Checkpoint.ParseNote(File.ReadAllBytes(LogPlace.Ledger(data).CheckpointFile))!.Value.Checkpoint;
}
