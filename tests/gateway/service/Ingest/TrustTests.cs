using NSec.Cryptography;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Trust;
using TaserTelemetry.Gateway.Configuration;
using Docked = TaserTelemetry.FirmwareProtocol.Messages.Docked;
using NonceGrant = TaserTelemetry.FirmwareProtocol.Messages.NonceGrant;
using SequenceRanges = TaserTelemetry.FirmwareProtocol.Messages.SequenceRanges;
using SessionHead = TaserTelemetry.FirmwareProtocol.Messages.SessionHead;
using Signature = TaserTelemetry.FirmwareProtocol.Messages.Signature;
using SignatureAlgorithm = TaserTelemetry.FirmwareProtocol.Messages.SignatureAlgorithm;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class TrustTests
{
    private static readonly Ed25519 Algorithm = NSec.Cryptography.SignatureAlgorithm.Ed25519;

    [Fact]
    public async Task A_receipt_comes_once_everything_offered_is_durable_and_names_its_leaves()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.EchoAsync();
        var log = new LogKey(RunningGateway.Device, LogKind.Event, default);
        await dock.DockAsync(log, 5, 10);
        Assert.Equal("5+10", (await dock.ReceiveAsync<Want>()).Ranges.ToString());
        await dock.SendBatchAsync(RunningGateway.Device, 5, 10);
        var receipt = await dock.ReceiveAsync<Receipt>();
        var range = receipt.Ranges[0];
        Assert.Equal((new SequenceRange(5, 10), log), (range.Range, receipt.Log));
        Assert.IsType<StoredBatch>(gateway.Leaves()[(int)range.LeafFirst].Leaf);
        var key = gateway.Leaves<KeyEvent>().Single(k => k.Use == KeyUse.Receipt).Key;
        Assert.True(Holds(key, receipt.BytesToSign(), receipt.Signature));
    }

    [Fact]
    public async Task A_head_signed_over_a_nonce_is_grade_a_once_and_shown_again_it_is_lowered()
    {
        using var device = Key.Create(Algorithm);
        await using var gateway = await RunningGateway.StartAsync(settings => settings.Devices[0].PublicKey = PublicOf(device));
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var nonce = (await dock.ReceiveAsync<NonceGrant>()).Nonces[3];
        var log = new LogKey(RunningGateway.Device, LogKind.Event, default);
        var head = new SessionHead(HeadGrade.A, log, 1, default, 4, default, 0, nonce, 0, RunningGateway.Device, default).Signed(
            With(device)
        );
        Assert.Equal(Reason.None, (await dock.AckOfAsync(await dock.SendAsync(head))).Reason);
        Assert.Equal(Reason.NonceSpent, (await dock.AckOfAsync(await dock.SendAsync(head))).Reason);
        Assert.Equal([AuthenticityGrade.A, AuthenticityGrade.D], gateway.Leaves<Evidence.Leaves.SessionHead>().Select(h => h.Grade));
    }

    [Fact]
    public async Task A_head_with_a_foreign_signature_is_stored_marked_and_worth_nothing()
    {
        using var device = Key.Create(Algorithm);
        using var other = Key.Create(Algorithm);
        await using var gateway = await RunningGateway.StartAsync(settings => settings.Devices[0].PublicKey = PublicOf(device));
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var log = new LogKey(RunningGateway.Device, LogKind.Event, default);
        var head = new SessionHead(HeadGrade.B, log, 1, default, 4, default, 9, default, 0, RunningGateway.Device, default).Signed(
            With(other)
        );
        Assert.Equal(Reason.HeadSignatureWrong, (await dock.AckOfAsync(await dock.SendAsync(head))).Reason);
        Assert.Equal(AuthenticityGrade.D, Assert.Single(gateway.Leaves<Evidence.Leaves.SessionHead>()).Grade);
    }

    [Fact]
    public async Task A_dock_with_an_enrolled_key_is_challenged_and_its_signed_hello_is_not_marked()
    {
        using var key = Key.Create(Algorithm);
        await using var gateway = await RunningGateway.StartAsync(settings => settings.Docks[0].PublicKey = PublicOf(key));
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        var hello = TestDock.HelloOf(RunningGateway.Dock);
        await dock.PublishAsync(Topics.Hello(RunningGateway.Dock), FrameWriter.ToArray(0, 0, hello));
        var challenge = await dock.ReceiveAsync<Challenge>();
        await dock.OpenAsync((hello with { Nonce = challenge.Nonce }).Signed(With(key)));
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 2));
        Assert.False(Assert.Single(gateway.Leaves<StoredBatch>()).Marks.HasFlag(BatchMarks.DockUnsigned));
    }

    [Fact]
    public async Task A_hello_signed_by_another_key_opens_no_session()
    {
        using var key = Key.Create(Algorithm);
        using var forger = Key.Create(Algorithm);
        await using var gateway = await RunningGateway.StartAsync(settings => settings.Docks[0].PublicKey = PublicOf(key));
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        var hello = TestDock.HelloOf(RunningGateway.Dock);
        await dock.PublishAsync(Topics.Hello(RunningGateway.Dock), FrameWriter.ToArray(0, 0, hello));
        var challenge = await dock.ReceiveAsync<Challenge>();
        await dock.PublishAsync(
            Topics.Hello(RunningGateway.Dock),
            FrameWriter.ToArray(0, 0, (hello with { Nonce = challenge.Nonce }).Signed(With(forger)))
        );
        Assert.Equal(Reason.SignatureWrong, (await dock.ReceiveAsync<Abort>()).Reason);
        Assert.Equal(0, gateway.Readiness.Report().DockingSessions);
    }

    [Fact]
    public async Task A_head_over_a_nonce_of_nobody_or_with_a_counter_that_came_before_is_stored_lowered_and_told()
    {
        using var device = Key.Create(Algorithm);
        await using var gateway = await RunningGateway.StartAsync(settings => settings.Devices[0].PublicKey = PublicOf(device));
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var granted = (await dock.ReceiveAsync<NonceGrant>()).Nonces[0];
        var log = new LogKey(RunningGateway.Device, LogKind.Event, default);
        async Task<Reason> SendAsync(HeadGrade grade, Nonce nonce, ulong counter)
        {
            var head = new SessionHead(grade, log, 1, default, 4, default, counter, nonce, 0, RunningGateway.Device, default);
            return (await dock.AckOfAsync(await dock.SendAsync(head.Signed(With(device))))).Reason;
        }

        Assert.Equal(
            Reason.NonceUnknown,
            await SendAsync(
                HeadGrade.A,
                Nonce.From(
                    new byte[16]
                        .Select((_, at) => (byte)at)
                        .ToArray()
                ),
                0
            )
        );
        Assert.Equal(Reason.None, await SendAsync(HeadGrade.B, default, 5));
        Assert.Equal(Reason.HeadCounterWentBack, await SendAsync(HeadGrade.B, default, 5)); // the pack was put in again, or copied
        Assert.Equal(Reason.HeadCounterWentBack, await SendAsync(HeadGrade.B, default, 4));
        Assert.Equal(Reason.None, await SendAsync(HeadGrade.B, default, 6));
        Assert.Equal(Reason.None, await SendAsync(HeadGrade.A, granted, 0));
        Assert.Equal("DBDDBA", string.Concat(gateway.Leaves<Evidence.Leaves.SessionHead>().Select(head => head.Grade)));
    }

    [Fact]
    public async Task Where_docks_must_sign_one_that_does_not_opens_no_session_with_a_key_or_without()
    {
        using var key = Key.Create(Algorithm);
        foreach (var publicKey in new[] { PublicOf(key), "" })
        {
            await using var gateway = await RunningGateway.StartAsync(settings =>
                (settings.Docks[0].PublicKey, settings.Limits.UnsignedDocks) = (publicKey, false)
            );
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
            var hello = FrameWriter.ToArray(0, 0, TestDock.HelloOf(RunningGateway.Dock));
            await dock.PublishAsync(Topics.Hello(RunningGateway.Dock), hello);
            if (publicKey.Length > 0)
            {
                await dock.ReceiveAsync<Challenge>();
                await dock.PublishAsync(Topics.Hello(RunningGateway.Dock), hello);
            }
            var abort = await dock.ReceiveAsync<Abort>();
            Assert.Equal((Reason.SignatureNeeded, ReasonAction.StopAndCall), (abort.Reason, abort.Action));
            Assert.Equal(0, gateway.Readiness.Report().DockingSessions);
        }
    }

    [Fact]
    public async Task A_dock_that_remembers_a_checkpoint_is_given_proof_that_it_still_holds()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var first = await gateway.CheckpointAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 20));
        var newer = await gateway.CheckpointAsync(above: first.Size);
        var root = new byte[32];
        first.Root.CopyTo(root);
        await dock.SendAsync(new CheckpointHeld(first.Size, Hash32.From(root), first.Origin, default));
        var proof = await dock.ReceiveAsync<ConsistencyProof>();
        Assert.Equal((first.Size, newer.Size, newer.Origin), (proof.OldSize, proof.NewSize, proof.Origin));
        root[0] ^= 1;
        await dock.AckOfAsync(await dock.SendAsync(new CheckpointHeld(first.Size, Hash32.From(root), first.Origin, default)));
        Assert.Equal(CheckpointShownResult.Inconsistent, gateway.Leaves<CheckpointShown>().Last().Result);
    }

    [Fact]
    public async Task A_dock_that_remembers_more_than_the_ledger_holds_is_recorded_and_told_to_people()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var now = await gateway.CheckpointAsync();
        var root = new byte[32];
        now.Root.CopyTo(root);
        Assert.DoesNotContain(gateway.Readiness.Report().Problems, problem => problem.Contains("remembers", StringComparison.Ordinal));
        await dock.AckOfAsync(await dock.SendAsync(new CheckpointHeld(now.Size + 1_000, Hash32.From(root), now.Origin, default)));
        Assert.Equal(CheckpointShownResult.Ahead, gateway.Leaves<CheckpointShown>().Last().Result);
        var problem = Assert.Single(
            gateway.Readiness.Report().Problems,
            problem => problem.Contains("remembers", StringComparison.Ordinal)
        );
        Assert.Contains("taser-gateway restore", problem, StringComparison.Ordinal);
        // what it holds is not signed: it can be told, and stops nothing
        Assert.Equal(Verdict.Stored, (await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 3))).Verdict);
    }

    private static Sign With(Key key) => bytes => new Signature(SignatureAlgorithm.Ed25519, Algorithm.Sign(key, bytes));

    private static string PublicOf(Key key) => Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    private static bool Holds(Evidence.Leaves.PublicKey key, byte[] bytes, Signature signature) =>
        Algorithm.Verify(NSec.Cryptography.PublicKey.Import(Algorithm, key.Bytes, KeyBlobFormat.RawPublicKey), bytes, signature.Bytes);
}
