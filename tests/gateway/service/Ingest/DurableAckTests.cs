using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class DurableAckTests
{
    [Fact]
    public async Task A_batch_is_acked_when_it_is_in_the_journal_exactly_as_it_came()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var number = await dock.SendBatchAsync(RunningGateway.Device, first: 10, count: 5);
        var verdict = await dock.AckOfAsync(number);
        Assert.Equal((Verdict.Stored, Reason.None), (verdict.Verdict, verdict.Reason));
        var (_, leaf, received) = gateway.Leaves().Single(l => l.Leaf is StoredBatch);
        var stored = (StoredBatch)leaf;
        Assert.Equal((10UL, 5u, RunningGateway.Device), (stored.First, stored.Count, stored.Device));
        Assert.Equal(TestDock.Batch(dock.Session, number, RunningGateway.Device, 10, 5), received);
    }

    [Fact]
    public async Task A_repeated_batch_is_acked_again_and_stored_once()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 20));
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 20));
        await dock.OpenAsync(connectionId: 8);
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 11, 20));
        var batches = gateway.Leaves<StoredBatch>().ToList();
        Assert.Equal(2, batches.Count);
        Assert.Equal(30UL, batches.Aggregate(0UL, (sum, b) => sum + b.NewRanges.SequenceCount));
        Assert.All(batches, b => Assert.Equal(0, b.VariantRanges.Count));
    }

    [Fact]
    public async Task A_dock_that_starts_over_on_its_connection_is_not_taken_for_repeating_itself()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 4));
        await dock.OpenAsync(); // the same connection id, and frame numbers from 1 again
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 5, 4));
        Assert.Equal(8UL, gateway.Leaves<StoredBatch>().Aggregate(0UL, (sum, batch) => sum + batch.NewRanges.SequenceCount));
    }

    [Fact]
    public async Task A_known_sequence_with_other_bytes_is_stored_as_a_variant_and_said_so()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 4));
        var verdict = await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 3, 4, durationMs: 1));
        Assert.Equal((Verdict.Stored, Reason.BytesDiffer), (verdict.Verdict, verdict.Reason));
        var variant = gateway.Leaves<StoredBatch>().Last();
        Assert.Equal("3+2", variant.VariantRanges.ToString());
        Assert.Equal("5+2", variant.NewRanges.ToString());
    }

    [Fact]
    public async Task What_an_unlisted_dock_sends_is_kept_aside_and_acked_as_such()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock with { Dock = "stranger" });
        await dock.OpenAsync();
        var verdict = await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 3));
        Assert.Equal((Verdict.KeptAside, Reason.DockUnknown), (verdict.Verdict, verdict.Reason));
        Assert.Empty(gateway.Leaves<StoredBatch>());
        Assert.Equal((ushort)Reason.DockUnknown, Assert.Single(gateway.Leaves<Quarantined>()).Reason);
    }

    [Fact]
    public async Task An_unlisted_device_at_a_known_dock_is_stored_and_marked()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var verdict = await dock.AckOfAsync(await dock.SendBatchAsync("X99-UNKNOWN", 1, 3));
        Assert.Equal((Verdict.Stored, Reason.DeviceUnknown), (verdict.Verdict, verdict.Reason));
        Assert.True(Assert.Single(gateway.Leaves<StoredBatch>()).Marks.HasFlag(BatchMarks.DeviceUnknown));
    }

    [Fact]
    public async Task A_frame_with_a_wrong_check_is_kept_aside_and_asked_for_again()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var number = dock.NextFrame();
        var frame = TestDock.Batch(dock.Session, number, RunningGateway.Device, 1, 3);
        var broken = frame.ToArray();
        broken[40] ^= 1;
        await dock.PublishAsync(dock.UpTopic, broken);
        Assert.Equal(number, (await dock.ReceiveAsync<Nack>()).Frame);
        await dock.PublishAsync(dock.UpTopic, frame);
        Assert.Equal(Verdict.Stored, (await dock.AckOfAsync(number)).Verdict);
        var aside = Assert.Single(gateway.Leaves(), l => l.Leaf is Quarantined);
        Assert.Equal(broken, aside.Received);
    }

    [Fact]
    public async Task A_well_formed_message_of_an_unknown_type_is_kept_whole_and_acked()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var frame = new byte[FrameHeader.Bytes + 5 + FrameHeader.CheckBytes];
        var number = dock.NextFrame();
        FrameWriter.Seal(frame, new FrameHeader((MessageType)0x7e, FrameFlags.None, dock.Session, number, 5));
        await dock.PublishAsync(dock.UpTopic, frame);
        Assert.Equal(
            (Verdict.Stored, Reason.MessageTypeUnknown),
            ((await dock.AckOfAsync(number)) is var told ? (told.Verdict, told.Reason) : default)
        );
        Assert.Equal(frame, gateway.Leaves().Single(l => l.Leaf is OtherFrame).Received);
    }

    [Fact]
    public async Task After_a_clean_stop_and_start_a_repeat_is_still_a_repeat()
    {
        var folder = Directory.CreateTempSubdirectory("taser-restart-").FullName;
        for (var round = 0; round < 2; round++)
        {
            await using var gateway = await RunningGateway.StartAsync(folder: folder);
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 10));
        }
        var leaves = RunningGateway.LeavesIn(folder).Select(l => l.Leaf).ToList();
        Assert.Single(leaves.OfType<StoredBatch>());
        Assert.Equal(2, leaves.OfType<StartStop>().Count(s => s.State == RunState.StoppedClean));
        Assert.Empty(leaves.OfType<Recovery>());
        Directory.Delete(folder, recursive: true);
    }
}
