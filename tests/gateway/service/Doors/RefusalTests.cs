using Microsoft.Extensions.Time.Testing;
using MQTTnet.Protocol;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Doors;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>What a door does not take is answered with a reason and an action, and keeps nobody else out.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task An_upload_with_QoS_0_is_not_kept_and_the_dock_is_told_to_send_it_again()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var batch = TestDock.Batch(dock.Session, dock.NextFrame(), RunningGateway.Device, 1, 3);
        await dock.PublishAsync(dock.UpTopic, batch, MqttQualityOfServiceLevel.AtMostOnce);
        var told = await dock.ReceiveAsync<Abort>();
        Assert.Equal((Reason.QosTooLow, ReasonAction.ResendNow), (told.Reason, told.Action));
        Assert.Empty(gateway.Leaves<StoredBatch>());
        await dock.OpenAsync(connectionId: 8);
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 3));
        Assert.Single(gateway.Leaves<StoredBatch>());
    }

    [Fact]
    public void A_docks_share_of_the_queue_is_taken_to_the_limit_and_not_one_byte_past_it()
    {
        var link = new SilentLink();
        Assert.True(link.TakeShare(100, 300));
        Assert.True(link.TakeShare(200, 300));
        Assert.False(link.TakeShare(1, 300));
        link.GiveShare(100);
        Assert.True(link.TakeShare(100, 300));
        link.GiveShare(300);
        Assert.True(link.TakeShare(1_000, 300)); // one message always passes: a limit below it must not shut a dock out for ever
    }

    [Fact]
    public async Task A_dock_that_sends_past_its_share_is_told_to_hold_and_the_other_is_served_meanwhile()
    {
        var other = RunningGateway.Dock with { Dock = "dock-2" };
        await using var gateway = await RunningGateway.StartAsync(settings =>
        {
            settings.Limits.QueueBytesPerDock = 131_072;
            settings.Docks.Add(
                new DockSettings
                {
                    Name = other.Dock,
                    Force = other.Force,
                    Armoury = other.Armoury,
                }
            );
        });
        await using var screaming = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await using var quiet = await TestDock.ConnectAsync(gateway.Mqtt, other);
        await screaming.OpenAsync();
        await quiet.OpenAsync();
        var noise = new byte[60_000];
        noise.AsSpan().Fill(0xEE);
        using var over = new CancellationTokenSource();
        var screams = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ScreamAsync(screaming, noise, over.Token)));
        var held = await screaming.ReceiveAsync<TaserTelemetry.FirmwareProtocol.Messages.Hold>();
        Assert.Equal(Reason.RateExceeded, held.Reason);
        for (var first = 1UL; first <= 50; first++)
        {
            await quiet.AckOfAsync(await quiet.SendBatchAsync(RunningGateway.Device, first, 1));
        }
        await over.CancelAsync();
        await screams;
        Assert.Equal(50UL, gateway.Leaves<StoredBatch>().Aggregate(0UL, (sum, b) => sum + b.NewRanges.SequenceCount));
    }

    [Fact]
    public void A_dock_is_heard_as_often_in_a_second_as_the_limit_says_and_not_once_more()
    {
        var clock = new FakeTimeProvider();
        var gate = new RateGate();
        Assert.Equal(20, Enumerable.Range(0, 40).Count(_ => gate.Take(clock, 20)));
        clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, Enumerable.Range(0, 40).Count(_ => gate.Take(clock, 20)));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(20, Enumerable.Range(0, 40).Count(_ => gate.Take(clock, 20)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dock_that_sends_more_messages_a_second_than_it_may_is_told_to_hold_and_loses_nothing(bool externalBroker)
    {
        using var ground = new Ground();
        await using var broker = externalBroker ? await Mosquitto.StartAsync(ground) : null;
        await using var gateway = await RunningGateway.StartAsync(settings =>
        {
            settings.Limits.MessagesPerSecondPerDock = 10;
            settings.Mqtt.Broker = broker is null ? "" : $"mqtt://127.0.0.1:{broker.Port}";
        });
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        for (var number = 1u; number <= 30; number++)
        {
            await dock.PublishAsync(dock.UpTopic, TestDock.Batch(dock.Session, number, RunningGateway.Device, number, 1));
        }
        var held = await dock.ReceiveAsync<TaserTelemetry.FirmwareProtocol.Messages.Hold>();
        Assert.Equal((true, Reason.RateExceeded), (held.DurationMs > 0, held.Reason));
        // As every dock does: what is not acked is sent again.
        await Ground.UntilAsync(
            async () =>
            {
                var stored = gateway.Leaves<StoredBatch>().Select(b => b.First).ToHashSet();
                foreach (var number in Enumerable.Range(1, 30).Where(n => !stored.Contains((ulong)n)).Take(1))
                {
                    await dock.PublishAsync(
                        dock.UpTopic,
                        TestDock.Batch(dock.Session, (uint)number, RunningGateway.Device, (ulong)number, 1)
                    );
                }
                return stored.Count == 30;
            },
            "every batch to be stored"
        );
        Assert.Equal(30UL, gateway.Leaves<StoredBatch>().Aggregate(0UL, (sum, b) => sum + b.NewRanges.SequenceCount));
    }

    [Fact]
    public void A_will_alone_ends_nothing_and_35_seconds_of_silence_after_it_do_or_an_hour_without_one()
    {
        var hello = TestDock.HelloOf(RunningGateway.Dock);
        var terms = new GatewayTerms(1, Transport.Mqtt, "gw1", "", 8_192, 1);
        var sender = new Sender(1, ArrivalVia.Mqtt, new Place("avon", "central", "dock-1"));
        var machine = new GatewaySession(hello, terms, new Credit(1, 9_000), default);
        var session = new DockingSession(sender, new SilentLink(), machine, new NothingDurable(), openedMs: 0);
        Assert.False(session.IsOffline(DockingSession.IdleMsMax));
        Assert.True(session.IsOffline(DockingSession.IdleMsMax + 1));
        session.SaidOffline(1_000);
        Assert.False(session.IsOffline(1_000 + Limits.SilenceMs));
        Assert.True(session.IsOffline(1_001 + Limits.SilenceMs));
        session.Heard(2_000_000);
        Assert.False(session.IsOffline(2_000_000 + DockingSession.IdleMsMax));
        Assert.True(session.IsOffline(2_000_001 + DockingSession.IdleMsMax));
    }

    private sealed class NothingDurable : IDurableLogs
    {
        public TaserTelemetry.FirmwareProtocol.Messages.SequenceRanges Missing(in TaserTelemetry.FirmwareProtocol.Messages.Docked docked) =>
            docked.Held;

        public Receipt? ReceiptFor(in TaserTelemetry.FirmwareProtocol.Messages.Docked docked) => null;
    }

    private static async Task ScreamAsync(TestDock dock, byte[] noise, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await dock.PublishAsync(dock.UpTopic, noise);
        }
    }

    private sealed class SilentLink() : DockLink(Transport.Mqtt, RunningGateway.Dock)
    {
        public override bool Send(ReadOnlyMemory<byte> frames) => true;
    }
}
