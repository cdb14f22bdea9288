using Microsoft.Extensions.DependencyInjection;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Access;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.Tests.Access;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Keeping;

public sealed class BackupTests : IDisposable
{
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task A_backup_of_a_running_gateway_is_whole_verified_recorded_and_holds_no_private_key()
    {
        await using var gateway = await RunningGateway.StartAsync(folder: ground.Folder);
        await UploadAsync(gateway, 1);
        var answer = await BackUpAsync(gateway);
        Assert.True(answer.Done, string.Join(" ", answer.Lines));
        Assert.Equal([], Backup.Verify(ground.At("backup")));
        Assert.DoesNotContain(Directory.GetFiles(ground.At("backup"), "*.key", SearchOption.AllDirectories), _ => true);
        Assert.Contains(AccessLogTests.Reads(ground.Folder), read => read.Verb == AuditVerb.Copy);
        Assert.Contains(gateway.Leaves<OperatorAction>(), action => action.Doing == OperatorDoing.BackupMade);
        Assert.False((await BackUpAsync(gateway)).Done, "a backup never takes the place of another");
        File.Copy(ground.At("keys", "ledger.key"), ground.At("backup", "oops"));
        Assert.Contains(Backup.Verify(ground.At("backup")), problem => problem.Contains("private key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restored_ledger_goes_on_when_a_witness_answers_and_nobody_remembers_more()
    {
        await using var witness = await TestWitness.StartAsync("one.example");
        var settings = await BackedUpAsync(witness, more: false);
        var restored = await RestoreAsync(settings);
        Assert.True(restored.Done, restored.Lines[0]);
        Assert.Contains("goes on", restored.Lines[0], StringComparison.Ordinal);
        await using var gateway = await RunningGateway.StartAsync(s => WitnessTests.Name(s, 1, witness), ground.Folder);
        Assert.Contains(gateway.Leaves<OperatorAction>(), action => action.Doing == OperatorDoing.Restored);
        Assert.True(await WitnessTests.WitnessedAsync(gateway) > 0);
    }

    [Fact]
    public async Task When_a_witness_remembers_more_the_old_origin_is_frozen_a_new_one_cites_it_and_docks_are_asked_again()
    {
        await using var witness = await TestWitness.StartAsync("one.example");
        var settings = await BackedUpAsync(witness, more: true);
        // with the keys of that day, so that nothing here but the witness can know
        var ahead = witness.Held;
        var restored = await RestoreAsync(settings);
        Assert.True(restored.Done, restored.Lines[0]);
        Assert.Contains("remembers", restored.Lines[0], StringComparison.Ordinal);
        var frozen = Directory.GetDirectories(ground.Folder, "data.frozen-*").Single();
        Assert.Equal([], Backup.Verify(frozen));
        await using var gateway = await RunningGateway.StartAsync(s => WitnessTests.Name(s, 1, witness), ground.Folder);
        var link = Assert.IsType<OriginLink>(gateway.Leaves()[0].Leaf);
        Assert.Equal((OriginEvent.OpenedAfterRestore, ahead.Size), (link.Event, link.Size));
        Assert.NotEqual(ahead.Origin, gateway.Services.GetRequiredService<JournalService>().Ledger.Key.Name);
        // the dock still holds what it had sent, and is heard as if for the first time
        Assert.Equal(Verdict.Stored, await UploadAsync(gateway, 1));
        Assert.Equal(3UL, gateway.Leaves<StoredBatch>().Single().NewRanges.SequenceCount);
    }

    [Fact]
    public async Task Copies_outside_the_gateways_reach_are_listed_with_the_disposals()
    {
        await using (var gateway = await RunningGateway.StartAsync(folder: ground.Folder))
        {
            await UploadAsync(gateway, 1);
            Assert.True((await BackUpAsync(gateway)).Done);
            var access = gateway.Services.GetRequiredService<JournalService>().Open.Access;
            foreach (var verb in new[] { AuditVerb.Bundle, AuditVerb.Bundle, AuditVerb.Export, AuditVerb.Reconcile })
            {
                access.Record(new Disclosure("an auditor", verb), UnixTime.NowNs(TimeProvider.System));
            }
        }
        var listed = RetentionTests.With(
            RunningGateway.SettingsIn(ground.Folder),
            journal => RetentionTests.Ask(journal, ControlActions.ListDisposals, default).Lines
        );
        var outside = listed.Where(line => line.StartsWith("outside the gateway's reach: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, outside.Count);
        Assert.Contains("a backup of ", outside[0], StringComparison.Ordinal);
        Assert.Contains("evidence bundles given out: 2;", outside[1], StringComparison.Ordinal);
        Assert.Contains("exports given out: 1;", outside[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_answer_from_any_witness_a_restored_ledger_does_not_go_on()
    {
        await using var witness = await TestWitness.StartAsync("one.example");
        var settings = await BackedUpAsync(witness, more: false);
        settings.Witness = new WitnessSettings();
        var restored = await RestoreAsync(settings);
        Assert.Contains("no witness answered", restored.Lines[0], StringComparison.Ordinal);
        Assert.False((await RestoreAsync(settings)).Done, "DATA is there already");
    }

    /// <summary>Backs up, lets the ledger grow or not, and loses DATA; keys come back as they were at the time of the backup.</summary>
    private async Task<GatewaySettings> BackedUpAsync(TestWitness witness, bool more)
    {
        await using (var gateway = await RunningGateway.StartAsync(s => WitnessTests.Name(s, 1, witness), ground.Folder))
        {
            await UploadAsync(gateway, 1);
            var answer = await BackUpAsync(gateway);
            Assert.True(answer.Done, answer.Lines[0]);
            if (more)
            {
                var copied = Checkpoint
                    .ParseNote(await File.ReadAllBytesAsync(LogPlace.Ledger(ground.At("backup")).CheckpointFile))!
                    .Value.Checkpoint;
                await UploadAsync(gateway, 4);
                await WitnessTests.WitnessedAsync(gateway, above: copied.Size);
            }
        }
        // the backup is of the time before the stop: what the keys folder and the witness remember has to be of that time, or later
        var size = Checkpoint
            .ParseNote(await File.ReadAllBytesAsync(LogPlace.Ledger(ground.At("backup")).CheckpointFile))!
            .Value.Checkpoint;
        new KeyFolder(new Ledger.Disks.RealDisk(), ground.At("keys")).WriteLast("ledger", size);
        if (!more)
        {
            witness.Remember(
                Checkpoint.ParseNote(await File.ReadAllBytesAsync(LogPlace.Ledger(ground.At("backup")).CheckpointFile))!.Value
            );
        }
        else
        {
            Assert.True(witness.Held.Size > size.Size);
        }
        Directory.Delete(ground.At("data"), recursive: true);
        var settings = RunningGateway.SettingsIn(ground.Folder);
        WitnessTests.Name(settings, 1, witness);
        return settings;
    }

    private Task<ControlAnswer> RestoreAsync(GatewaySettings settings) =>
        Restore.RunAsync(settings, ground.At("backup"), "an operator", [], TimeProvider.System, CancellationToken.None);

    private Task<ControlAnswer> BackUpAsync(RunningGateway gateway) =>
        AccessLogTests.AskAsync(gateway, ControlActions.Backup, new() { ["to"] = ground.At("backup") });

    private static async Task<Verdict> UploadAsync(RunningGateway gateway, ulong first)
    {
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync(first + 6);
        var ack = await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, first, 3));
        // a witness is to know a checkpoint over it
        await gateway.CheckpointAsync();
        var witnesses = gateway.Services.GetRequiredService<WitnessService>();
        if (gateway.Services.GetRequiredService<GatewaySettings>().Witness.Members.Count > 0)
        {
            await Ground.UntilAsync(() => Task.FromResult(witnesses.WitnessedRecords > 0), "the witness");
        }
        return ack.Verdict;
    }
}
