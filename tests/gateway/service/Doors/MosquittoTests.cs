using Microsoft.Extensions.DependencyInjection;
using MQTTnet;
using MQTTnet.Protocol;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Observability;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Doors;

public sealed class MosquittoTests : IDisposable
{
    private static readonly DockAddress OtherDock = RunningGateway.Dock with { Dock = "dock-2" };
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task A_broker_that_is_killed_and_comes_back_costs_nothing_and_needs_no_hand()
    {
        await using var broker = await Mosquitto.StartAsync(ground);
        var url = $"mqtt://127.0.0.1:{broker.Port}";
        await using var gateway = await ReadyAsync(url);
        await using (var dock = await TestDock.ConnectAsync(url, RunningGateway.Dock))
        {
            await dock.OpenAsync();
            await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 10));
        }
        await broker.RestartAsync(ground);
        await Ground.UntilAsync(() => Task.FromResult(gateway.Readiness.Report().Ready), "the gateway back at the broker");
        await using var again = await TestDock.ConnectAsync(url, RunningGateway.Dock);
        await again.OpenAsync(connectionId: 8);
        await again.AckOfAsync(await again.SendBatchAsync(RunningGateway.Device, 1, 20));
        Assert.Single(gateway.Leaves<BrokerSessionLost>()); // without persistence this broker forgot the session that was expected
        Assert.Equal(20UL, gateway.Leaves<StoredBatch>().Aggregate(0UL, (sum, b) => sum + b.NewRanges.SequenceCount));
    }

    [Fact]
    public async Task Through_the_sample_configuration_a_dock_is_heard_and_can_neither_speak_nor_listen_as_another()
    {
        using var certificates = new TestCertificates(ground.Folder);
        certificates.Issue("broker").Dispose();
        certificates.Issue("gw1").Dispose();
        using var one = certificates.Issue("dock-1");
        using var two = certificates.Issue("dock-2");
        await using var broker = await StartSampleAsync();
        var url = $"mqtts://localhost:{broker.Port}";
        await using var gateway = await ReadyAsync(url, withCertificates: true);
        Task<TestDock> ConnectAsync() => TestDock.ConnectAsync(url, RunningGateway.Dock, options => WithCertificate(options, one));

        using var others = new TestCertificates(Directory.CreateDirectory(ground.At("elsewhere")).FullName);
        using var strange = others.Issue("dock-1");
        await Assert.ThrowsAnyAsync<Exception>(() =>
            TestDock.ConnectAsync(url, RunningGateway.Dock, options => WithCertificate(options, strange))
        );
        // The broker may end a connection that tried: each attempt has one of its own.
        foreach (
            var topic in new[]
            {
                Topics.Hello(OtherDock),
                Topics.Hello(RunningGateway.Dock with { Force = "kent" }),
                Topics.Down(OtherDock),
                Topics.Down(RunningGateway.Dock),
            }
        )
        {
            await using var attempt = await ConnectAsync();
            var answer = await attempt.Client.PublishAsync(Hello(topic, OtherDock));
            Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, answer.ReasonCode);
        }
        // mosquitto grants such a subscription and then delivers nothing: so what comes is what is asked.
        await using var dock = await ConnectAsync();
        await dock.Client.SubscribeAsync(Topics.Down(OtherDock));
        await using var other = await TestDock.ConnectAsync(url, OtherDock, options => WithCertificate(options, two));
        await other.OpenAsync();
        await dock.OpenAsync();
        Assert.Equal(Topics.Up(RunningGateway.Dock, "gw1"), dock.UpTopic);
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 5));
        Assert.All(gateway.Leaves<StoredBatch>(), b => Assert.Equal("dock-1", b.Arrival.Place.Dock));
        Assert.Empty(gateway.Leaves<Quarantined>());
    }

    [Fact]
    public async Task What_docks_publish_while_the_gateway_is_away_is_queued_whole_by_the_sample_configuration_also_over_a_restart_of_the_broker()
    {
        // mosquitto's own default keeps 1,000. Of one dock the gateway holds limits:queueBytesPerDock, which is 3,672 of these: how many of more it
        // takes depends on how fast they come, and what it does with the rest is RefusalTests' matter.
        const int Messages = 2_500;
        using var certificates = new TestCertificates(ground.Folder);
        certificates.Issue("broker").Dispose();
        certificates.Issue("gw1").Dispose();
        using var one = certificates.Issue("dock-1");
        await using var broker = await StartSampleAsync();
        var url = $"mqtts://localhost:{broker.Port}";
        await using (await ReadyAsync(url, withCertificates: true, ground.At("gateway"))) { }
        await using (var dock = await TestDock.ConnectAsync(url, RunningGateway.Dock, options => WithCertificate(options, one)))
        {
            var up = Topics.Up(RunningGateway.Dock, "gw1");
            for (var sequence = 1; sequence <= Messages; sequence++)
            {
                await dock.PublishAsync(up, TestDock.Batch(9, (uint)sequence, RunningGateway.Device, (ulong)sequence, 1));
            }
        }
        await broker.StopAndStartAsync(ground);
        await using var gateway = await ReadyAsync(url, withCertificates: true, ground.At("gateway"));
        await Ground.UntilAsync(
            () => Task.FromResult(gateway.Leaves<StoredBatch>().Count() >= Messages),
            "every message that was published while the gateway was away"
        );
        Assert.Equal((ulong)Messages, gateway.Leaves<StoredBatch>().Aggregate(0UL, (sum, b) => sum + b.NewRanges.SequenceCount));
        Assert.Empty(gateway.Leaves<BrokerSessionLost>());
    }

    [Fact]
    public async Task A_broker_that_sends_more_than_may_be_unacked_is_left_and_returned_to_until_all_is_taken()
    {
        const int Messages = 150;
        const int RecordsEach = 200;
        // Far more than mosquitto's own 20 at once: what holds it back is that the gateway leaves.
        await using var broker = await Mosquitto.StartAsync(
            ground,
            "allow_anonymous true",
            "max_queued_messages 0",
            "max_inflight_messages 1000"
        );
        var url = $"mqtt://127.0.0.1:{broker.Port}";
        await using (await ReadyAsync(url, folder: ground.At("gateway"))) { }
        await using (var dock = await TestDock.ConnectAsync(url, RunningGateway.Dock))
        {
            var up = Topics.Up(RunningGateway.Dock, "gw1");
            for (var number = 0; number < Messages; number++)
            {
                var batch = TestDock.Batch(9, (uint)number + 1, RunningGateway.Device, (ulong)(number * RecordsEach), RecordsEach);
                await dock.PublishAsync(up, batch);
            }
        }
        await using var gateway = await RunningGateway.StartAsync(
            settings =>
            {
                settings.Mqtt.Broker = url;
                (settings.Limits.UnackedBytesMax, settings.Limits.QueueBytesPerDock) = (131_072, 64 << 20);
            },
            ground.At("gateway")
        );
        ulong Stored() => gateway.Leaves<StoredBatch>().Aggregate(0UL, (sum, batch) => sum + batch.NewRanges.SequenceCount);
        await Ground.UntilAsync(() => Task.FromResult(Stored() == Messages * RecordsEach), "every message that was published");
        Assert.NotEqual(0, gateway.Services.GetRequiredService<DoorMeters>().ConnectionsRefused);
        Assert.Empty(gateway.Leaves<BrokerSessionLost>());
        Assert.Empty(gateway.Leaves<Quarantined>());
    }

    [Fact]
    public async Task Names_that_nobody_bears_shut_no_dock_out_at_a_broker_that_lets_anybody_publish()
    {
        await using var broker = await Mosquitto.StartAsync(ground);
        var url = $"mqtt://127.0.0.1:{broker.Port}";
        await using var gateway = await RunningGateway.StartAsync(settings =>
            (settings.Mqtt.Broker, settings.Limits.SessionsMax) = (url, 4)
        );
        await Ground.UntilAsync(() => Task.FromResult(gateway.Readiness.Report().Ready), "the gateway at the broker");
        await using (var rogue = await TestDock.ConnectAsync(url, OtherDock))
        {
            for (var number = 0; number < 20; number++)
            {
                await rogue.PublishAsync(Topics.Hello(OtherDock with { Dock = $"nobody-{number}" }), [1, 2, 3]);
            }
        }
        await using var dock = await TestDock.ConnectAsync(url, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 1));
        Assert.Equal(20, gateway.Leaves<Quarantined>().Count());
    }

    [Fact]
    public async Task Docks_read_from_the_gateways_own_state_whether_it_is_there_also_after_a_clean_stop()
    {
        await using var broker = await Mosquitto.StartAsync(ground);
        var url = $"mqtt://127.0.0.1:{broker.Port}";
        await using var gateway = await ReadyAsync(url);
        await using var dock = await TestDock.ConnectAsync(url, RunningGateway.Dock);
        await dock.Client.SubscribeAsync(Topics.GatewayState("gw1"));
        var birth = await dock.ReceiveAsync<State>();
        await gateway.StopAsync();
        var will = await dock.ReceiveAsync<State>();
        Assert.Equal((true, "gw1"), (birth.IsOnline, birth.Name));
        Assert.Equal((false, birth.ConnectionId), (will.IsOnline, will.ConnectionId));
    }

    [Fact]
    public async Task Two_gateways_on_one_broker_share_hello_and_all_else_goes_to_the_one_that_welcomed_the_dock()
    {
        await using var broker = await Mosquitto.StartAsync(ground);
        var url = $"mqtt://127.0.0.1:{broker.Port}";
        await using var one = await NamedAsync(url, "gw1");
        await using var two = await NamedAsync(url, "gw2");
        var welcomed = new List<string>();
        foreach (var address in Docks)
        {
            await using var dock = await TestDock.ConnectAsync(url, address);
            await dock.OpenAsync();
            await dock.AckOfAsync(await dock.SendBatchAsync($"X-{address.Dock}", 1, 10));
            welcomed.Add(dock.Welcome.Gateway);
        }
        Assert.Equal(["gw1", "gw2"], welcomed.Distinct().Order(StringComparer.Ordinal));
        foreach (var (gateway, name) in new[] { (one, "gw1"), (two, "gw2") })
        {
            var its = Docks.Where((_, at) => welcomed[at] == name).Select(dock => dock.Dock);
            Assert.Equal(its, gateway.Leaves<StoredBatch>().Select(batch => batch.Arrival.Place.Dock));
            Assert.Empty(gateway.Leaves<Quarantined>());
        }
    }

    private static IEnumerable<DockAddress> Docks =>
        Enumerable.Range(1, 6).Select(number => RunningGateway.Dock with { Dock = $"dock-{number}" });

    private static async Task<RunningGateway> NamedAsync(string url, string name)
    {
        var gateway = await RunningGateway.StartAsync(settings =>
        {
            (settings.Name, settings.Mqtt.Broker) = (name, url);
            settings.Docks.AddRange(
                Docks
                    .Skip(1)
                    .Select(dock => new DockSettings
                    {
                        Name = dock.Dock,
                        Force = dock.Force,
                        Armoury = dock.Armoury,
                    })
            );
        });
        await Ground.UntilAsync(() => Task.FromResult(gateway.Readiness.Report().Ready), $"{name} at the broker");
        return gateway;
    }

    [Fact]
    public async Task A_broker_that_cuts_large_messages_keeps_the_gateway_unready_and_the_limit_is_named()
    {
        await using var broker = await Mosquitto.StartAsync(ground, "allow_anonymous true", "message_size_limit 10000");
        await using var gateway = await RunningGateway.StartAsync(s => s.Mqtt.Broker = $"mqtt://127.0.0.1:{broker.Port}");
        await Ground.UntilAsync(() => Task.FromResult(gateway.Readiness.Report().Problems.Count > 0), "the broker's limit found");
        Assert.Contains("message_size_limit", Assert.Single(gateway.Readiness.Report().Problems));
        Assert.False(gateway.Readiness.Report().Ready);
    }

    [Fact]
    public async Task A_broker_that_is_away_is_waited_for_and_health_says_so()
    {
        var port = Ground.FreePort();
        await using var gateway = await RunningGateway.StartAsync(s => s.Mqtt.Broker = $"mqtt://127.0.0.1:{port}");
        await Ground.UntilAsync(() => Task.FromResult(gateway.Readiness.Report().Problems.Count > 0), "the broker missed");
        Assert.False(gateway.Readiness.Report().Ready);
    }

    private async Task<Mosquitto> StartSampleAsync()
    {
        var sample = Path.Combine(Campaign.RepositoryRoot, "gateway", "service", "mosquitto");
        File.Copy(Path.Combine(sample, "acl"), ground.At("acl"));
        var lines = File.ReadAllLines(Path.Combine(sample, "mosquitto.conf"))
            .Where(l =>
                l.Length > 0
                && l[0] != '#'
                && !l.StartsWith("listener", StringComparison.Ordinal)
                && !l.StartsWith("per_listener", StringComparison.Ordinal)
            )
            .Select(l => l.Replace("/etc/taser-gateway/broker", ground.Folder, StringComparison.Ordinal));
        return await Mosquitto.StartAsync(ground, [.. lines, $"persistence_location {ground.Folder}/"]);
    }

    private async Task<RunningGateway> ReadyAsync(string url, bool withCertificates = false, string? folder = null)
    {
        void Change(GatewaySettings settings)
        {
            settings.Mqtt.Broker = url;
            if (withCertificates)
            {
                settings.Mqtt.BrokerCaFile = ground.At("ca.pem");
                settings.Mqtt.BrokerCertificateFile = ground.At("gw1.pem");
                settings.Mqtt.BrokerKeyFile = ground.At("gw1.key");
            }
        }
        var gateway = await RunningGateway.StartAsync(Change, folder);
        await Ground.UntilAsync(() => Task.FromResult(gateway.Readiness.Report().Ready), "the gateway at the broker");
        return gateway;
    }

    private void WithCertificate(
        MqttClientOptionsBuilder options,
        System.Security.Cryptography.X509Certificates.X509Certificate2 certificate
    )
    {
        var authorities = new System.Security.Cryptography.X509Certificates.X509Certificate2Collection();
        authorities.ImportFromPemFile(ground.At("ca.pem"));
        options.WithTlsOptions(tls =>
            tls.UseTls().WithTargetHost("localhost").WithTrustChain(authorities).WithClientCertificates([certificate])
        );
    }

    private static MqttApplicationMessage Hello(string topic, DockAddress address) =>
        new()
        {
            Topic = topic,
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            Payload = new System.Buffers.ReadOnlySequence<byte>(
                TaserTelemetry.FirmwareProtocol.Frames.FrameWriter.ToArray(0, 0, TestDock.HelloOf(address))
            ),
        };
}
