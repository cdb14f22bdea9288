using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>A frame of a serial line with a good header and a wrong check (wire 21, SPEC clause 2.8).</summary>
public sealed class DamagedFrameTests : IDisposable
{
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task A_damaged_frame_is_asked_for_again_and_kept_aside_only_if_no_good_copy_comes_within_a_minute_or_before_the_session_ends()
    {
        var clock = new PushedClock();
        await using var line = await SocatLine.PlugInAsync(ground, "line");
        var port = new SerialPortSettings { Path = line.GatewayEnd, Dock = RunningGateway.Dock.Dock };
        await using var gateway = await RunningGateway.StartAsync(settings => settings.SerialPorts.Add(port), clock: clock);
        await Ground.UntilAsync(
            () => Task.FromResult(gateway.Readiness.Report().Doors.Any(d => d.Door == line.GatewayEnd && d.State == "Up")),
            "the line open"
        );
        var hello = TestDock.HelloOf(RunningGateway.Dock) with
        {
            Transport = Transport.Serial,
            PayloadBytesMax = (ushort)Limits.SerialPayloadBytesMax,
        };
        line.Say(FrameWriter.ToArray(0, 0, hello));
        var session = (await line.HearAsync(MessageType.Welcome)).Session;
        async Task SayDamagedAsync(uint number)
        {
            var frame = Batch(number);
            frame[^1] ^= 1;
            line.Say(frame);
            await line.HearAsync(MessageType.Nack);
        }
        byte[] Batch(uint number) => TestDock.Batch(session, number, RunningGateway.Device, number, 1);
        Task StoredAsync(ulong first) =>
            Ground.UntilAsync(() => Task.FromResult(gateway.Leaves<StoredBatch>().Any(b => b.First == first)), $"batch {first}");

        await SayDamagedAsync(1);
        line.Say(Batch(1)); // mended
        await StoredAsync(1);
        await SayDamagedAsync(2);
        Assert.Empty(gateway.Leaves<Quarantined>());
        // Half a minute at a time: the line must not seem silent meanwhile.
        for (var half = 0; half < 2; half++)
        {
            clock.Push((DamagedFrame.MendWithin / 2) + TimeSpan.FromSeconds(1));
            line.Say(Batch(10 + (uint)half));
            await StoredAsync(10 + (ulong)half);
        }
        await Ground.UntilAsync(() => Task.FromResult(gateway.Leaves<Quarantined>().Any()), "the frame that nobody mended");
        await SayDamagedAsync(3);
        Assert.Single(gateway.Leaves<Quarantined>());
        line.Say(FrameWriter.ToArray(session, 0, new Goodbye(Reason.ConversationOver)));
        await Ground.UntilAsync(() => Task.FromResult(gateway.Leaves<Quarantined>().Count() == 2), "the frame of the session that ended");
        Assert.All(
            gateway.Leaves<Quarantined>(),
            item => Assert.Equal((QuarantineKind.BadFrame, Reason.FrameCheckWrong), (item.Kind, (Reason)item.Reason))
        );
    }
}
