using Microsoft.Extensions.DependencyInjection;
using TaserTelemetry.Evidence.Verification;
using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Keeping;

public sealed class WitnessTests : IDisposable
{
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task A_checkpoint_is_witnessed_when_its_quorum_has_cosigned_it_and_the_auditors_policy_says_so_too()
    {
        await using var one = await TestWitness.StartAsync("one.example");
        await using var two = await TestWitness.StartAsync("two.example");
        ulong size;
        await using (var gateway = await RunningGateway.StartAsync(s => Name(s, 2, one, two), ground.Folder))
        {
            size = await WitnessedAsync(gateway);
            Assert.Equal("witnessed", gateway.Readiness.Report().Witnessing);
            // it grows, and each witness is asked with a proof from what it holds
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 3));
            var grown = await WitnessedAsync(gateway, above: size);
            Assert.True(grown > size);
            size = grown;
        }
        var place = LogPlace.Ledger(ground.At("data"));
        var policy = LogPolicy.Parse(
            $"log {(await File.ReadAllTextAsync(place.VkeyFile)).Trim()}\nwitness one {one.Member.Vkey}\nwitness two {two.Member.Vkey}\ngroup both all one two\nquorum both\n",
            out var error
        );
        Assert.Equal("", error);
        var outcome = LedgerVerification.Run(ground.At("data"), place, new VerificationRequest(policy, [], false, true, null));
        Assert.True(outcome.Established.HasFlag(Established.Witnessed), string.Join("\n", outcome.Problems));
        Assert.True(outcome.WitnessedSize >= size);
    }

    [Fact]
    public async Task Without_its_witnesses_ingest_goes_on_and_the_state_is_there_to_be_seen()
    {
        await using var one = await TestWitness.StartAsync("one.example");
        var away = await TestWitness.StartAsync("away.example");
        var gone = away.Member;
        await away.DisposeAsync();
        await using var gateway = await RunningGateway.StartAsync(s =>
        {
            Name(s, 2, one);
            s.Witness.Members.Add(gone);
        });
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        Assert.Equal(Verdict.Stored, (await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 3))).Verdict);
        await gateway.CheckpointAsync();
        await Ground.UntilAsync(
            () => Task.FromResult(gateway.Readiness.Report().Problems.Any(p => p.Contains("away.example", StringComparison.Ordinal))),
            "the silent witness to be named"
        );
        var health = gateway.Readiness.Report();
        Assert.True(health.Ready);
        Assert.Equal((0UL, true), (health.WitnessedRecords, health.Witnessing.StartsWith("unwitnessed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task With_no_witness_named_the_state_is_unwitnessed()
    {
        await using var gateway = await RunningGateway.StartAsync();
        Assert.Equal("unwitnessed: no witness is named", gateway.Readiness.Report().Witnessing);
    }

    [Fact]
    public async Task A_restored_copy_that_its_keys_do_not_betray_is_betrayed_by_a_witness_before_it_signs()
    {
        await using var one = await TestWitness.StartAsync("one.example");
        await using (var first = await RunningGateway.StartAsync(s => Name(s, 1, one), ground.Folder))
        {
            await WitnessedAsync(first);
        }
        var (data, keys) = (ground.At("data"), ground.At("keys"));
        Copy(data, ground.At("old-data"));
        Copy(keys, ground.At("old-keys"));
        await using (var second = await RunningGateway.StartAsync(s => Name(s, 1, one), ground.Folder))
        {
            // the clean stop before signed once more than the witness has seen: more than the copy is more than that
            var known = Checkpoint
                .ParseNote(await File.ReadAllBytesAsync(LogPlace.Ledger(ground.At("old-data")).CheckpointFile))!
                .Value.Checkpoint.Size;
            await second.CheckpointAsync(above: known);
            await Ground.UntilAsync(() => Task.FromResult(one.Held.Size > known), "the witness to hold more than the copy");
        }
        Directory.Delete(data, recursive: true);
        Directory.Delete(keys, recursive: true);
        Directory.Move(ground.At("old-data"), data);
        Directory.Move(ground.At("old-keys"), keys);
        var signed = await File.ReadAllTextAsync(LogPlace.Ledger(data).CheckpointFile);
        Assert.Contains("restored", await RunningGateway.EndOfAsync(s => Name(s, 1, one), ground.Folder), StringComparison.Ordinal);
        Assert.Equal(signed, await File.ReadAllTextAsync(LogPlace.Ledger(data).CheckpointFile));
    }

    [Fact]
    public async Task A_fork_that_was_signed_with_the_real_key_and_grew_longer_is_found_by_a_witness()
    {
        await using var one = await TestWitness.StartAsync("one.example");
        await using (var first = await RunningGateway.StartAsync(s => Name(s, 1, one), ground.Folder))
        {
            await WitnessedAsync(first);
        }
        var (data, keys) = (ground.At("data"), ground.At("keys"));
        Copy(data, ground.At("twin-data"));
        Copy(keys, ground.At("twin-keys"));
        await using (var second = await RunningGateway.StartAsync(s => Name(s, 1, one), ground.Folder))
        {
            var known = Checkpoint
                .ParseNote(await File.ReadAllBytesAsync(LogPlace.Ledger(ground.At("twin-data")).CheckpointFile))!
                .Value.Checkpoint.Size;
            await second.CheckpointAsync(above: known);
            await Ground.UntilAsync(() => Task.FromResult(one.Held.Size > known), "the witness to hold more than the twin");
        }
        Directory.Delete(data, recursive: true);
        Directory.Delete(keys, recursive: true);
        Directory.Move(ground.At("twin-data"), data);
        Directory.Move(ground.At("twin-keys"), keys);
        await using (var twin = await RunningGateway.StartAsync(folder: ground.Folder))
        {
            // nobody is asked: the key signs another past, and more of it than the witness has seen
            await using var dock = await TestDock.ConnectAsync(twin.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            for (ulong first = 1; first < 60; first += 3)
            {
                await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, first, 3));
            }
            await twin.CheckpointAsync(above: one.Held.Size);
        }
        Assert.Contains("does not lead to", await RunningGateway.EndOfAsync(s => Name(s, 1, one), ground.Folder), StringComparison.Ordinal);
    }

    internal static void Name(Gateway.Configuration.GatewaySettings settings, int quorum, params TestWitness[] witnesses)
    {
        settings.Witness.Quorum = quorum;
        settings.Witness.Members = [.. witnesses.Select(w => w.Member)];
    }

    internal static async Task<ulong> WitnessedAsync(RunningGateway gateway, ulong above = 0)
    {
        var witnesses = gateway.Services.GetRequiredService<WitnessService>();
        await gateway.CheckpointAsync(above);
        await Ground.UntilAsync(() => Task.FromResult(witnesses.WitnessedRecords > above), "the quorum");
        return witnesses.WitnessedRecords;
    }

    internal static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
