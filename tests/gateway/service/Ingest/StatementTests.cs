using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using Leaves = TaserTelemetry.Evidence.Leaves;

namespace TaserTelemetry.Gateway.Tests.Ingest;

/// <summary>What docks state besides records, and what a log with too many holes is told (wire 6, 19).</summary>
public sealed class StatementTests
{
    [Fact]
    public async Task A_dock_says_how_it_is_and_that_a_device_went_before_all_was_read_and_each_is_a_record()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.SendAsync(new DockHealth(ClockState.NotSet, 0b101, 99, 1, 0, 4_096, "1.0"));
        await dock.AckOfAsync(await dock.SendAsync(new Undocked(Reason.CarrierRemoved, false, 99, 1, RunningGateway.Device, "PACK-1")));
        var health = Assert.Single(gateway.Leaves<Leaves.DockHealth>());
        Assert.Equal((4_096UL, 0b101u, 99UL), (health.StorageLeftBytes, health.BayFaults, health.DockBoot));
        var undocked = Assert.Single(gateway.Leaves<Leaves.Undocked>());
        Assert.Equal((RunningGateway.Device, false), (undocked.Device, undocked.Complete));
    }

    [Fact]
    public async Task A_log_with_as_many_holes_as_may_be_takes_no_further_one_until_one_is_filled_and_the_dock_is_told_to_wait()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var epoch = new Epoch(1, 7);
        Task<uint> SendAsync(int run) => dock.SendBatchAsync(RunningGateway.Device, (ulong)run * 10, 1, epoch: epoch);
        var runs = DurableRanges.OpenHolesMax + 1;
        for (var run = 0; run < runs; run++)
        {
            Assert.Equal(Verdict.Stored, (await dock.AckOfAsync(await SendAsync(run))).Verdict);
        }
        var told = await dock.AckOfAsync(await SendAsync(runs));
        Assert.Equal((Verdict.Refused, Reason.TooManyGaps, ReasonAction.Wait), (told.Verdict, told.Reason, told.Action));
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 9, epoch: epoch));
        Assert.Equal(Verdict.Stored, (await dock.AckOfAsync(await SendAsync(runs))).Verdict);
    }
}
