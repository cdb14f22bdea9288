using System.Security.Cryptography;
using NSec.Cryptography;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Trust;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest.Trust;
using TaserTelemetry.Tests;
using SessionHead = TaserTelemetry.FirmwareProtocol.Messages.SessionHead;
using Signature = TaserTelemetry.FirmwareProtocol.Messages.Signature;
using SignatureAlgorithm = TaserTelemetry.FirmwareProtocol.Messages.SignatureAlgorithm;

namespace TaserTelemetry.Gateway.Tests.Ingest;

/// <summary>Keys of docks and devices: either algorithm, changed with an overlap, revoked; and what a head signed with them is worth behind the journal.</summary>
public sealed class IdentityTests
{
    private const string Device = RunningGateway.Device;
    private static readonly Ed25519 Algorithm = NSec.Cryptography.SignatureAlgorithm.Ed25519;
    private static readonly LogKey Log = new(Device, LogKind.Event, default);

    [Fact]
    public async Task A_device_may_sign_with_ECDSA_P256_and_its_key_be_given_raw_or_as_OpenSSL_writes_it()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        var raw = Convert.ToBase64String([4, .. point.X!, .. point.Y!]);
        Assert.True(EnrolledKey.TryParse(raw, out var parsed));
        Assert.True(EnrolledKey.TryParse(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), out var info));
        Assert.Equal((KeyAlgorithm.EcdsaP256, parsed), (info.Algorithm, info));
        Assert.False(EnrolledKey.TryParse(Convert.ToBase64String([4, .. point.X!, .. point.X!]), out _));
        Assert.False(EnrolledKey.TryParse(Convert.ToBase64String(new byte[33]), out _));

        await using var gateway = await RunningGateway.StartAsync(settings => settings.Devices[0].PublicKey = raw);
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var signed = Head(1, default, 1, default, 5)
            .Signed(bytes => new Signature(
                SignatureAlgorithm.EcdsaP256,
                key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            ));
        Assert.Equal(Reason.None, (await dock.AckOfAsync(await dock.SendAsync(signed))).Reason);
        Assert.Equal(AuthenticityGrade.B, Assert.Single(gateway.Leaves<Evidence.Leaves.SessionHead>()).Grade);
    }

    [Fact]
    public async Task After_a_rotation_both_keys_count_until_the_overlap_ends_and_each_step_is_a_leaf()
    {
        using var old = Key.Create(Algorithm);
        using var next = Key.Create(Algorithm);
        await using var gateway = await RunningGateway.StartAsync(settings => settings.Devices[0].PublicKey = PublicOf(old));
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var counter = 0UL;
        async Task<Reason> WithAsync(Key key) =>
            (await dock.AckOfAsync(await dock.SendAsync(Head(1, default, 1, default, ++counter).Signed(With(key))))).Reason;

        Assert.Equal(Reason.HeadSignatureWrong, await WithAsync(next));
        Assert.False((await EnrolDeviceAsync(gateway, "rotate", PublicOf(old))).Done);
        Assert.True((await EnrolDeviceAsync(gateway, "rotate", PublicOf(next))).Done);
        Assert.Equal((Reason.None, Reason.None), (await WithAsync(next), await WithAsync(old)));
        Assert.True((await EnrolDeviceAsync(gateway, "end-overlap")).Done);
        Assert.Equal((Reason.None, Reason.HeadSignatureWrong), (await WithAsync(next), await WithAsync(old)));
        Assert.Equal(
            [EnrolmentSource.Configuration, EnrolmentSource.Rotation, EnrolmentSource.Command],
            gateway.Leaves<DeviceEnrolment>().Select(leaf => leaf.Source)
        );
    }

    [Fact]
    public async Task What_a_revoked_device_recorded_is_stored_and_marked_as_that()
    {
        await using var gateway = await RunningGateway.StartAsync();
        Assert.True((await EnrolDeviceAsync(gateway, "revoke")).Done);
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var told = await dock.AckOfAsync(await dock.SendBatchAsync(Device, 1, 3));
        Assert.Equal((Verdict.Stored, Reason.DeviceRevoked), (told.Verdict, told.Reason));
        var marks = Assert.Single(gateway.Leaves<StoredBatch>()).Marks;
        Assert.Equal((true, false), (marks.HasFlag(BatchMarks.DeviceRevoked), marks.HasFlag(BatchMarks.DeviceUnknown)));
    }

    [Fact]
    public async Task A_signed_head_is_verified_behind_the_journal_once_all_it_covers_is_there_and_a_broken_chain_is_a_leaf()
    {
        using var key = Key.Create(Algorithm);
        await using var gateway = await RunningGateway.StartAsync(settings => settings.Devices[0].PublicKey = PublicOf(key));
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var start = HashChain.Start(Log, 1);
        var frames = new[] { (First: 1UL, Count: 10), (First: 11UL, Count: 10) }
            .Select(part => TestDock.Batch(dock.Session, dock.NextFrame(), Device, part.First, part.Count))
            .ToList();
        var end = frames.Aggregate(start, Over);
        // The head comes first, before anything it covers.
        await dock.AckOfAsync(await dock.SendAsync(Head(1, start, 21, end, 1).Signed(With(key))));
        foreach (var frame in frames)
        {
            await dock.PublishAsync(dock.UpTopic, frame);
        }
        await CheckedAsync(gateway, 1);
        await dock.AckOfAsync(await dock.SendAsync(Head(1, start, 20, end, 2).Signed(With(key))));
        await CheckedAsync(gateway, 2);
        var checks = gateway.Leaves<ChainCheck>().ToList();
        Assert.Equal((ChainResult.Verified, AuthenticityGrade.B), (checks[0].Result, checks[0].Grade));
        Assert.Equal((ChainResult.ChainBroken, AuthenticityGrade.D), (checks[1].Result, checks[1].Grade));
        Assert.IsType<Evidence.Leaves.SessionHead>(gateway.Leaves()[(int)checks[0].HeadLeaf.Index].Leaf);
    }

    [Fact]
    public async Task A_head_that_no_check_followed_is_checked_after_the_next_start()
    {
        using var key = Key.Create(Algorithm);
        var folder = Directory.CreateTempSubdirectory("taser-heads-").FullName;
        var settings = (Action<GatewaySettings>)(s => s.Devices[0].PublicKey = PublicOf(key));
        await using (var gateway = await RunningGateway.StartAsync(settings, folder))
        {
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            // What it covers never comes: while the docking session lasts it may, and nothing is said.
            await dock.AckOfAsync(await dock.SendAsync(Head(1, default, 5, default, 1).Signed(With(key))));
            Assert.Empty(gateway.Leaves<ChainCheck>());
        }
        await using (var gateway = await RunningGateway.StartAsync(settings, folder))
        {
            await CheckedAsync(gateway, 1);
            Assert.Equal(ChainResult.Incomplete, Assert.Single(gateway.Leaves<ChainCheck>()).Result);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_head_that_was_incomplete_is_checked_once_more_when_the_rest_has_come_in_a_later_session_or_after_a_restart()
    {
        using var key = Key.Create(Algorithm);
        var folder = Directory.CreateTempSubdirectory("taser-heads-").FullName;
        var settings = (Action<GatewaySettings>)(s => s.Devices[0].PublicKey = PublicOf(key));
        byte[] Frame(TestDock dock) => TestDock.Batch(dock.Session, dock.NextFrame(), Device, 1, 10);
        await using (var gateway = await RunningGateway.StartAsync(settings, folder))
        {
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            var start = HashChain.Start(Log, 1);
            var end = Over(start, TestDock.Batch(1, 1, Device, 1, 10));
            await dock.AckOfAsync(await dock.SendAsync(Head(1, start, 11, end, 1).Signed(With(key))));
            await dock.OpenAsync(connectionId: 8);
            await CheckedAsync(gateway, 1);
        }
        await using (var gateway = await RunningGateway.StartAsync(settings, folder))
        {
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            await dock.PublishAsync(dock.UpTopic, Frame(dock));
            await CheckedAsync(gateway, 2);
            Assert.Equal(
                [(ChainResult.Incomplete, AuthenticityGrade.D), (ChainResult.Verified, AuthenticityGrade.B)],
                gateway.Leaves<ChainCheck>().Select(check => (check.Result, check.Grade))
            );
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_head_goes_on_where_an_earlier_one_ended_also_after_a_restart_or_is_worth_nothing_though_it_holds_by_itself()
    {
        using var key = Key.Create(Algorithm);
        var folder = Directory.CreateTempSubdirectory("taser-heads-").FullName;
        var settings = (Action<GatewaySettings>)(s => s.Devices[0].PublicKey = PublicOf(key));
        var (own, other) = (
            Over(HashChain.Start(Log, 1), TestDock.Batch(1, 1, Device, 1, 10)),
            Over(default, TestDock.Batch(1, 1, Device, 1, 10))
        );
        var rest = TestDock.Batch(1, 1, Device, 11, 10);
        await using (var gateway = await RunningGateway.StartAsync(settings, folder))
        {
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            await dock.AckOfAsync(await dock.SendBatchAsync(Device, 1, 10));
            await dock.AckOfAsync(await dock.SendAsync(Head(1, HashChain.Start(Log, 1), 11, own, 1).Signed(With(key))));
            await CheckedAsync(gateway, 1);
        }
        await using (var gateway = await RunningGateway.StartAsync(settings, folder))
        {
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            await dock.AckOfAsync(await dock.SendBatchAsync(Device, 11, 10));
            await dock.AckOfAsync(await dock.SendAsync(Head(11, other, 21, Over(other, rest), 2).Signed(With(key))));
            await dock.AckOfAsync(await dock.SendAsync(Head(11, own, 21, Over(own, rest), 3).Signed(With(key))));
            var anew = HashChain.Start(Log, 11);
            await dock.AckOfAsync(await dock.SendAsync(Head(11, anew, 21, Over(anew, rest), 4).Signed(With(key))));
            await CheckedAsync(gateway, 4);
            Assert.Equal(
                [ChainResult.Verified, ChainResult.NotContinued, ChainResult.Verified, ChainResult.Verified],
                gateway.Leaves<ChainCheck>().Select(check => check.Result)
            );
        }
        Directory.Delete(folder, recursive: true);
    }

    private static SessionHead Head(ulong first, Hash32 chainAtFirst, ulong next, Hash32 chainAtNext, ulong counter) =>
        new(HeadGrade.B, Log, first, chainAtFirst, next, chainAtNext, counter, default, 0, Device, default);

    private static Hash32 Over(Hash32 chain, byte[] frame)
    {
        Assert.True(RecordBatch.Decode(FrameReader.Read(frame, Limits.MqttPayloadBytesMax).Frame, out var batch).IsNone);
        return HashChain.Over(chain, batch);
    }

    private static Task CheckedAsync(RunningGateway gateway, int count) =>
        Ground.UntilAsync(() => Task.FromResult(gateway.Leaves<ChainCheck>().Count() == count), $"{count} heads checked");

    private static Task<ControlAnswer> EnrolDeviceAsync(RunningGateway gateway, string doing, string key = "")
    {
        var data = Path.Combine(gateway.Folder, "data");
        var arguments = new Dictionary<string, string>
        {
            ["name"] = Device,
            ["key"] = key,
            [doing] = "true",
        };
        var message = new ControlMessage(ControlActions.EnrolDevice, "an operator", arguments);
        return ControlSocket.AskAsync(data, message, new DataInUseException(data, "?"), CancellationToken.None);
    }

    private static Sign With(Key key) => bytes => new Signature(SignatureAlgorithm.Ed25519, Algorithm.Sign(key, bytes));

    private static string PublicOf(Key key) => Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
}
