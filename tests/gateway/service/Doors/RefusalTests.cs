using MQTTnet.Protocol;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Tests.Ingest;

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

        public override void Close(string why) { }
    }
}
