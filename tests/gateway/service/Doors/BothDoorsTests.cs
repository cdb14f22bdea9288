using MQTTnet.Protocol;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Tests.Vectors;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Tests;
using State = TaserTelemetry.FirmwareProtocol.Messages.State;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>
/// What was tried at the embedded broker and behind a real mosquitto alike; after each an honest dock is served in the session that it had open all
/// the while. The table stands in tests/gateway/service/HOSTILE.md.
/// </summary>
public sealed class BothDoorsTests : IDisposable
{
    private const string Embedded = "the embedded broker";
    private const string External = "mosquitto";
    private static readonly DockAddress Honest = RunningGateway.Dock with { Dock = "dock-2" };
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Theory]
    [InlineData(Embedded)]
    [InlineData(External)]
    public async Task Random_bytes_on_every_topic_of_a_dock_are_kept_aside_and_cost_nobody_else_anything(string door)
    {
        await using var sides = await StartAsync(door);
        await using var rogue = await TestDock.ConnectAsync(sides.Url, RunningGateway.Dock);
        await rogue.OpenAsync();
        var random = new Random(11);
        var topics = new[] { Topics.Hello(RunningGateway.Dock), rogue.UpTopic, Topics.State(RunningGateway.Dock) };
        for (var i = 0; i < 90; i++)
        {
            var bytes = new byte[random.Next(1, 3_000)];
            random.NextBytes(bytes);
            await rogue.PublishAsync(topics[i % topics.Length], bytes);
        }
        await sides.ServedAsync();
        Assert.Equal(90, sides.Gateway.Leaves<Quarantined>().Count(item => item.Arrival.Place.Dock == rogue.Address.Dock));
    }

    [Theory]
    [InlineData(Embedded)]
    [InlineData(External)]
    public async Task Valid_frames_of_every_type_in_every_wrong_order_cost_nobody_else_anything(string door)
    {
        await using var sides = await StartAsync(door);
        var frames = Vector.All.Where(vector => vector is { Kind: "frame", Expect: "ok" }).Select(vector => vector.Bytes).ToList();
        Assert.InRange(frames.Count, 100, int.MaxValue);
        foreach (var seed in new[] { 1, 2, 3 })
        {
            // Acks, receipts and welcomes that only gateways give are among them, a session of its own or of nobody, numbers again and again.
            var random = new Random(seed);
            await using var rogue = await TestDock.ConnectAsync(sides.Url, RunningGateway.Dock);
            if (seed > 1)
            {
                await rogue.OpenAsync(connectionId: (ulong)seed);
            }
            foreach (var bytes in frames.OrderBy(_ => random.Next()).ToList())
            {
                var session = random.Next(4) == 0 ? 0 : rogue.Session;
                var topic = seed == 1 ? Topics.Up(rogue.Address, "gw1") : rogue.UpTopic;
                await rogue.PublishAsync(topic, Sealed(bytes, session, (uint)random.Next(0, 40)));
            }
        }
        await sides.ServedAsync();
        await using var sober = await TestDock.ConnectAsync(sides.Url, RunningGateway.Dock);
        await sober.OpenAsync(connectionId: 99);
        await sober.AckOfAsync(await sober.SendBatchAsync(RunningGateway.Device, 1_000_000, 1));
    }

    [Theory]
    [InlineData(Embedded)]
    [InlineData(External)]
    public async Task A_message_at_the_limit_is_taken_and_one_byte_longer_is_refused_with_its_reason(string door)
    {
        await using var sides = await StartAsync(door);
        await using var rogue = await TestDock.ConnectAsync(sides.Url, RunningGateway.Dock);
        await rogue.OpenAsync();
        byte[] Padded(uint number, int length)
        {
            var message = new byte[length];
            TestDock.Batch(rogue.Session, number, RunningGateway.Device, number, 1).CopyTo(message, 0);
            return message;
        }
        await rogue.PublishAsync(rogue.UpTopic, Padded(1, Limits.MqttMessageBytesMax));
        await rogue.AckOfAsync(1);
        await rogue.PublishAsync(rogue.UpTopic, Padded(2, Limits.MqttMessageBytesMax + 1));
        var abort = await rogue.ReceiveAsync<Abort>();
        Assert.Equal((Reason.MessageTooLong, ReasonAction.HelloAgain), (abort.Reason, abort.Action));
        await sides.ServedAsync();
        Assert.Equal([1UL], sides.Gateway.Leaves<StoredBatch>().Where(batch => batch.Arrival.Place.Dock == "dock-1").Select(b => b.First));
    }

    [Theory]
    [InlineData(Embedded)]
    [InlineData(External)]
    public async Task What_is_retained_sent_without_qos_or_on_a_topic_it_may_not_come_on_is_not_stored(string door)
    {
        await using var sides = await StartAsync(door);
        await using var rogue = await TestDock.ConnectAsync(sides.Url, RunningGateway.Dock);
        await rogue.OpenAsync();
        byte[] Batch(uint number) => TestDock.Batch(rogue.Session, number, RunningGateway.Device, number, 1);
        await rogue.PublishAsync(rogue.UpTopic, Batch(1), retain: true);
        await rogue.PublishAsync(Topics.Hello(rogue.Address), Batch(2));
        var misplaced = await rogue.ReceiveAsync<Abort>();
        Assert.Equal((Reason.TopicWrong, ReasonAction.Skip), (misplaced.Reason, misplaced.Action));
        await rogue.PublishAsync(rogue.UpTopic, Batch(3), MqttQualityOfServiceLevel.AtMostOnce);
        Assert.Equal(Reason.QosTooLow, (await rogue.ReceiveAsync<Abort>()).Reason);
        await sides.ServedAsync();
        Assert.Equal(
            [Reason.RetainedNotAllowed, Reason.TopicWrong],
            sides.Gateway.Leaves<Quarantined>().Select(item => (Reason)item.Reason)
        );
        Assert.All(sides.Gateway.Leaves<StoredBatch>(), batch => Assert.Equal(Honest.Dock, batch.Arrival.Place.Dock));
    }

    [Theory]
    [InlineData(Embedded)]
    [InlineData(External)]
    public async Task A_flood_of_strange_bytes_ends_at_the_quota_of_its_sender_and_is_counted_beyond_it(string door)
    {
        await using var sides = await StartAsync(door, settings => settings.Limits.QuarantineItemsPerSender = 5);
        await using var rogue = await TestDock.ConnectAsync(sides.Url, RunningGateway.Dock);
        await rogue.OpenAsync();
        for (byte i = 0; i < 25; i++)
        {
            await rogue.PublishAsync(rogue.UpTopic, [0xAA, i]);
        }
        await sides.ServedAsync();
        ulong Counted() => sides.Gateway.Leaves<QuarantineRefused>().Aggregate(0UL, (sum, refused) => sum + refused.Count);
        await Ground.UntilAsync(() => Task.FromResult(Counted() == 20), "the refusals written down");
        Assert.Equal(5, sides.Gateway.Leaves<Quarantined>().Count());
        var problem = Assert.Single(sides.Gateway.Readiness.Report().Problems);
        Assert.StartsWith("The quarantine of dock-1 is full: 20 items were not kept", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Embedded)]
    [InlineData(External)]
    public async Task A_session_replayed_with_its_hello_adds_nothing(string door)
    {
        await using var sides = await StartAsync(door);
        await using var rogue = await TestDock.ConnectAsync(sides.Url, RunningGateway.Dock);
        var hello = TestDock.HelloOf(RunningGateway.Dock);
        await rogue.OpenAsync(hello);
        var recorded = Enumerable
            .Range(1, 5)
            .Select(number => TestDock.Batch(rogue.Session, (uint)number, RunningGateway.Device, (ulong)number * 10, 10))
            .ToList();
        var (first, up) = (rogue.Session, rogue.UpTopic);
        await PublishAllAsync();
        await rogue.AckOfAsync(5);
        await rogue.OpenAsync(connectionId: 9);
        await PublishAllAsync();
        Assert.Equal(ReasonAction.HelloAgain, (await rogue.ReceiveAsync<Abort>()).Action);
        // The hello again, word for word, opens a new session: under the old number nothing is acked any more.
        await rogue.OpenAsync(hello);
        Assert.NotEqual(first, rogue.Session);
        await PublishAllAsync();
        await sides.ServedAsync();
        Assert.Equal(5, sides.Gateway.Leaves<StoredBatch>().Count(batch => batch.Arrival.Place.Dock == rogue.Address.Dock));

        async Task PublishAllAsync()
        {
            foreach (var frame in recorded)
            {
                await rogue.PublishAsync(up, frame);
            }
        }
    }

    [Theory]
    [InlineData(Embedded)]
    [InlineData(External)]
    public async Task A_dock_that_says_hello_under_another_name_or_in_another_place_is_kept_aside_and_the_one_it_named_is_served(
        string door
    )
    {
        await using var sides = await StartAsync(door);
        await using var rogue = await TestDock.ConnectAsync(sides.Url, RunningGateway.Dock);
        await rogue.OpenAsync(TestDock.HelloOf(RunningGateway.Dock) with { Dock = Honest.Dock });
        Assert.Equal(Reason.DockNameMismatch, await KeptAsideAsync(rogue));
        await rogue.OpenAsync(TestDock.HelloOf(RunningGateway.Dock) with { Force = "elsewhere" });
        Assert.Equal(Reason.ForceMismatch, await KeptAsideAsync(rogue));
        await rogue.OpenAsync(TestDock.HelloOf(RunningGateway.Dock) with { Armoury = "elsewhere" });
        Assert.Equal(Reason.ArmouryMismatch, await KeptAsideAsync(rogue));
        await sides.ServedAsync();
        Assert.All(sides.Gateway.Leaves<StoredBatch>(), batch => Assert.Equal(Honest.Dock, batch.Arrival.Place.Dock));
    }

    [Theory]
    [InlineData(Embedded)]
    [InlineData(External)]
    public async Task The_will_of_the_connection_before_ends_no_session_however_late_it_comes_and_that_of_the_current_one_does(string door)
    {
        var clock = new PushedClock();
        await using var sides = await StartAsync(door, clock: clock);
        var gone = RunningGateway.Dock with { Dock = "dock-3" };
        // The same client id again: the broker sends the will of the connection that is pushed out.
        await using var old = await TestDock.ConnectAsync(
            sides.Url,
            RunningGateway.Dock,
            options => options.WithWillTopic(Topics.State(RunningGateway.Dock)).WithWillPayload(Offline(6)).WithWillRetain()
        );
        await old.OpenAsync(connectionId: 6);
        await using var back = await TestDock.ConnectAsync(sides.Url, RunningGateway.Dock);
        await back.OpenAsync(connectionId: 7);
        await back.PublishAsync(Topics.State(RunningGateway.Dock), Offline(6), retain: true);
        await using var third = await TestDock.ConnectAsync(sides.Url, gone);
        await third.OpenAsync(connectionId: 8);
        await third.PublishAsync(Topics.State(gone), Offline(8), retain: true);
        await Ground.UntilAsync(() => Task.FromResult(sides.Gateway.Readiness.Report().DockingSessions == 3), "three docks in session");
        await sides.ServedAsync();
        clock.Push(TimeSpan.FromMilliseconds(Limits.SilenceMs + 1_000));
        await Ground.UntilAsync(() => Task.FromResult(sides.Gateway.Readiness.Report().DockingSessions == 2), "the third to be gone");
        var session = back.Session;
        await back.AckOfAsync(await back.SendBatchAsync(RunningGateway.Device, 1, 1));
        Assert.Equal(session, back.Session);
        await sides.ServedAsync();
    }

    private static byte[] Offline(ulong connectionId) => FrameWriter.ToArray(0, 0, new State(false, connectionId, 0, "dock-1"));

    private static async Task<Reason> KeptAsideAsync(TestDock dock)
    {
        var verdict = await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 1));
        Assert.Equal(Verdict.KeptAside, verdict.Verdict);
        return verdict.Reason;
    }

    private static byte[] Sealed(byte[] vector, uint session, uint number)
    {
        var frame = vector.ToArray();
        Assert.True(FrameHeader.Read(frame, Limits.MqttPayloadBytesMax, out var header).IsNone);
        FrameWriter.Seal(frame, header with { Session = session, FrameNumber = number });
        return frame;
    }

    private async Task<Sides> StartAsync(string door, Action<GatewaySettings>? change = null, TimeProvider? clock = null)
    {
        var broker = door == External ? await Mosquitto.StartAsync(ground) : null;
        var gateway = await RunningGateway.StartAsync(
            settings =>
            {
                settings.Mqtt.Broker = broker is null ? "" : $"mqtt://127.0.0.1:{broker.Port}";
                settings.Docks.AddRange(
                    new[] { "dock-2", "dock-3" }.Select(name => new DockSettings
                    {
                        Name = name,
                        Force = Honest.Force,
                        Armoury = Honest.Armoury,
                    })
                );
                change?.Invoke(settings);
            },
            clock: clock
        );
        await Ground.UntilAsync(() => Task.FromResult(gateway.Readiness.Report().Ready), "the gateway to be ready");
        var url = broker is null ? gateway.Mqtt : $"mqtt://127.0.0.1:{broker.Port}";
        var honest = await TestDock.ConnectAsync(url, Honest);
        await honest.OpenAsync(connectionId: 77);
        return new Sides(gateway, url, broker, honest);
    }

    /// <summary>A gateway behind one of its doors, and an honest dock in session there.</summary>
    private sealed class Sides(RunningGateway gateway, string url, Mosquitto? broker, TestDock honest) : IAsyncDisposable
    {
        private ulong sent;

        public RunningGateway Gateway => gateway;

        public string Url => url;

        /// <summary>What the honest dock sends is stored, in the session that it had; and nothing so far was what the program stumbled over.</summary>
        public async Task ServedAsync()
        {
            var verdict = await honest.AckOfAsync(await honest.SendBatchAsync("X-HONEST", ++sent, 1));
            Assert.Equal(Verdict.Stored, verdict.Verdict);
            Assert.DoesNotContain(
                gateway.Leaves<Quarantined>(),
                item => item.Kind == QuarantineKind.MessageRest && (Reason)item.Reason == Reason.MessageNotExpected
            );
        }

        public async ValueTask DisposeAsync()
        {
            await honest.DisposeAsync();
            await gateway.DisposeAsync();
            if (broker is not null)
            {
                await broker.DisposeAsync();
            }
        }
    }
}
