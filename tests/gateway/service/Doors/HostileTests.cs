using System.Net.Sockets;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>What was tried against the embedded broker; each leaves the service up and an honest dock served. The table stands in tests/gateway/service/HOSTILE.md.</summary>
public sealed class HostileTests
{
    [Fact]
    public async Task Five_bytes_that_claim_a_huge_packet_end_the_connection_and_nothing_else()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var socket = await ConnectAsync(gateway);
        await socket.GetStream().WriteAsync(new byte[] { 0x10, 0xff, 0xff, 0xff, 0x7f });
        Assert.Equal(0, await socket.GetStream().ReadAsync(new byte[16]));
        await ServedAsync(gateway);
    }

    [Fact]
    public async Task Random_bytes_end_the_connection_and_nothing_else()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var random = new Random(7);
        for (var i = 0; i < 50; i++)
        {
            using var socket = await ConnectAsync(gateway);
            var bytes = new byte[random.Next(1, 2_000)];
            random.NextBytes(bytes);
            await socket.GetStream().WriteAsync(bytes);
        }
        await ServedAsync(gateway);
    }

    [Fact]
    public async Task Connections_above_the_limit_are_refused_and_room_comes_back_when_silent_ones_are_closed()
    {
        await using var gateway = await RunningGateway.StartAsync(s => (s.Mqtt.ConnectionsMax, s.Mqtt.ConnectWithinSeconds) = (10, 1));
        var silent = new List<TcpClient>();
        for (var i = 0; i < 40; i++)
        {
            silent.Add(await ConnectAsync(gateway));
        }
        foreach (var socket in silent)
        {
            // Refused at once or closed after a second: either way the other side hangs up by itself.
            Assert.Equal(0, await ReadToEndAsync(socket));
            socket.Dispose();
        }
        await ServedAsync(gateway);
    }

    [Fact]
    public async Task A_client_of_mqtt_3_or_without_a_dock_name_is_turned_away()
    {
        await using var gateway = await RunningGateway.StartAsync();
        foreach (var (version, id) in new[] { (MqttProtocolVersion.V311, "dock-1"), (MqttProtocolVersion.V500, "no dock") })
        {
            using var client = new MqttClientFactory().CreateMqttClient();
            var uri = new Uri(gateway.Mqtt);
            var options = new MqttClientOptionsBuilder()
                .WithTcpServer(uri.Host, uri.Port)
                .WithProtocolVersion(version)
                .WithClientId(id)
                .Build();
            var answer = await Record.ExceptionAsync(async () =>
                Assert.NotEqual(MqttClientConnectResultCode.Success, (await client.ConnectAsync(options)).ResultCode)
            );
            Assert.True(answer is null or MQTTnet.Exceptions.MqttCommunicationException, answer?.ToString());
            Assert.False(client.IsConnected);
        }
        await ServedAsync(gateway);
    }

    [Fact]
    public async Task A_dock_reaches_no_topic_but_its_own()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        var other = RunningGateway.Dock with { Dock = "dock-9" };
        foreach (
            var topic in new[] { Topics.Hello(other), Topics.Down(RunningGateway.Dock), Topics.Up(RunningGateway.Dock, "gw9"), "elsewhere" }
        )
        {
            var answer = await dock.Client.PublishAsync(
                new MqttApplicationMessage { Topic = topic, QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce }
            );
            Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, answer.ReasonCode);
        }
        foreach (var filter in new[] { "#", Topics.Down(other), "taser/1/+/+/+/down", "$SYS/#" })
        {
            var answer = await dock.Client.SubscribeAsync(filter);
            Assert.Equal(MqttClientSubscribeResultCode.NotAuthorized, answer.Items.Single().ResultCode);
        }
        await ServedAsync(gateway);
    }

    [Fact]
    public async Task What_is_retained_is_kept_aside_and_an_upload_without_qos_is_not_taken()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var batch = TestDock.Batch(dock.Session, 1, RunningGateway.Device, 1, 3);
        await dock.PublishAsync(dock.UpTopic, batch, retain: true);
        await dock.PublishAsync(
            dock.UpTopic,
            TestDock.Batch(dock.Session, 2, RunningGateway.Device, 50, 3),
            MqttQualityOfServiceLevel.AtMostOnce
        );
        Assert.Equal(Reason.QosTooLow, (await dock.ReceiveAsync<Abort>()).Reason);
        await dock.OpenAsync(connectionId: 8);
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 100, 1));
        Assert.Equal((ushort)Reason.RetainedNotAllowed, Assert.Single(gateway.Leaves<Quarantined>()).Reason);
        Assert.Equal([100UL], gateway.Leaves<StoredBatch>().Select(b => b.First));
    }

    [Fact]
    public async Task A_flood_of_strange_bytes_ends_at_the_quota_and_one_record_says_how_much_was_refused()
    {
        await using var gateway = await RunningGateway.StartAsync(s => s.Limits.QuarantineItemsPerSender = 5);
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        for (byte i = 0; i < 12; i++)
        {
            await dock.PublishAsync(dock.UpTopic, [0xAA, i]);
        }
        await ServedAsync(gateway, dock);
        await Ground.UntilAsync(() => Task.FromResult(gateway.Leaves<QuarantineRefused>().Any()), "the refusals written down");
        Assert.Equal(5, gateway.Leaves<Quarantined>().Count());
        Assert.Equal(7UL, gateway.Leaves<QuarantineRefused>().Aggregate(0UL, (sum, r) => sum + r.Count));
    }

    [Fact]
    public async Task A_replayed_session_of_frames_adds_nothing()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var recorded = new List<byte[]>();
        for (var i = 0u; i < 5; i++)
        {
            recorded.Add(TestDock.Batch(dock.Session, dock.NextFrame(), RunningGateway.Device, 1 + (i * 10), 10));
            await dock.PublishAsync(dock.UpTopic, recorded[^1]);
        }
        await dock.AckOfAsync(5);
        var up = dock.UpTopic;
        await dock.OpenAsync(connectionId: 9);
        foreach (var frame in recorded)
        {
            await dock.PublishAsync(up, frame);
        }
        Assert.Equal(ReasonAction.HelloAgain, (await dock.ReceiveAsync<Abort>()).Action);
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 1));
        Assert.Equal(5, gateway.Leaves<StoredBatch>().Count());
    }

    [Fact]
    public async Task The_will_of_an_older_connection_ends_nothing()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync(connectionId: 7);
        await dock.PublishAsync(
            Topics.State(RunningGateway.Dock),
            FrameWriter.ToArray(0, 0, new State(false, 6, 0, "dock-1")),
            retain: true
        );
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 1));
        Assert.Equal(1, gateway.Readiness.Report().DockingSessions);
    }

    private static async Task ServedAsync(RunningGateway gateway, TestDock? known = null)
    {
        if (known is not null)
        {
            await known.AckOfAsync(await known.SendBatchAsync(RunningGateway.Device, 1, 1));
            return;
        }
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync(connectionId: 77);
        Assert.Equal(Verdict.Stored, (await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 1))).Verdict);
    }

    private static async Task<TcpClient> ConnectAsync(RunningGateway gateway)
    {
        var uri = new Uri(gateway.Mqtt);
        var socket = new TcpClient();
        await socket.ConnectAsync(uri.Host, uri.Port);
        return socket;
    }

    private static async Task<int> ReadToEndAsync(TcpClient socket)
    {
        try
        {
            return await socket.GetStream().ReadAsync(new byte[16]);
        }
        catch (IOException)
        {
            return 0; // reset instead of closed: gone all the same
        }
    }
}
