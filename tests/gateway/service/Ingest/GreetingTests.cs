using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.Tests.Ingest;

/// <summary>A firmware that errs in its first words is told what is wrong and at which byte (SPEC clause 8.7).</summary>
public sealed class GreetingTests
{
    private const int ForceAt = FrameHeader.Bytes + 38;

    [Fact]
    public async Task A_Hello_that_does_not_decode_is_answered_with_the_byte_that_is_wrong()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        var frame = FrameWriter.ToArray(0, 0, TestDock.HelloOf(RunningGateway.Dock));
        frame[ForceAt + 1] = (byte)' ';
        await dock.PublishAsync(Topics.Hello(RunningGateway.Dock), Sealed(frame, 0, MessageType.Hello));
        Assert.Equal(new Abort(Reason.TextNotAllowed, ReasonAction.StopAndCall, ForceAt + 1), await dock.ReceiveAsync<Abort>());
    }

    [Fact]
    public async Task A_Docked_that_does_not_decode_is_answered_with_the_byte_that_is_wrong_and_ends_the_session()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var log = new LogKey(RunningGateway.Device, LogKind.Event, default);
        var frame = FrameWriter.ToArray(dock.Session, 0, new Docked(log, DockedFlags.None, 0, default, "", "", ""));
        frame[FrameHeader.Bytes + 2] = 7;
        await dock.PublishAsync(dock.UpTopic, Sealed(frame, dock.Session, MessageType.Docked));
        Assert.Equal(
            new Abort(Reason.SequenceBitsWrong, ReasonAction.StopAndCall, FrameHeader.Bytes + 2),
            await dock.ReceiveAsync<Abort>()
        );
        await dock.DockAsync(log, 1, 2);
        Assert.Equal(Reason.SessionUnknown, (await dock.ReceiveAsync<Abort>()).Reason);
    }

    /// <summary>The same frame with its checks made right again.</summary>
    private static byte[] Sealed(byte[] frame, uint session, MessageType type)
    {
        var payloadBytes = (ushort)(frame.Length - FrameHeader.Bytes - FrameHeader.CheckBytes);
        FrameWriter.Seal(frame, new(type, FrameFlags.None, session, 0, payloadBytes));
        return frame;
    }
}
