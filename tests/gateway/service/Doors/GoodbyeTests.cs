using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>At a clean stop every dock is told, through whatever door it came (SPEC clause 8.8).</summary>
public sealed class GoodbyeTests : IDisposable
{
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task A_dock_on_a_serial_line_is_told_when_the_gateway_stops()
    {
        await using var line = await SocatLine.PlugInAsync(ground, "line");
        var port = new SerialPortSettings { Path = line.GatewayEnd, Dock = RunningGateway.Dock.Dock };
        await using var gateway = await RunningGateway.StartAsync(settings => settings.SerialPorts.Add(port));
        var hello = TestDock.HelloOf(RunningGateway.Dock) with
        {
            Transport = Transport.Serial,
            PayloadBytesMax = (ushort)Limits.SerialPayloadBytesMax,
        };
        await Ground.UntilAsync(
            () => Task.FromResult(gateway.Readiness.Report().Doors.Any(d => d.Door == line.GatewayEnd && d.State == "Up")),
            "the line open"
        );
        line.Say(FrameWriter.ToArray(0, 0, hello));
        var session = (await line.HearAsync(MessageType.Welcome)).Session;
        var goodbye = line.HearAsync(MessageType.Goodbye);
        await gateway.StopAsync();
        Assert.Equal(session, (await goodbye).Session);
    }

    [Fact]
    public async Task A_dock_at_the_embedded_broker_is_told_when_the_gateway_stops()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await gateway.StopAsync();
        Assert.Equal(Reason.GatewayStopping, (await dock.ReceiveAsync<Goodbye>()).Reason);
    }

    [Fact]
    public async Task A_dock_behind_an_external_broker_is_told_when_the_gateway_stops()
    {
        await using var broker = await Mosquitto.StartAsync(ground);
        var url = $"mqtt://127.0.0.1:{broker.Port}";
        await using var gateway = await RunningGateway.StartAsync(settings => settings.Mqtt.Broker = url);
        await using var dock = await TestDock.ConnectAsync(url, RunningGateway.Dock);
        await dock.OpenAsync();
        await gateway.StopAsync();
        Assert.Equal(Reason.GatewayStopping, (await dock.ReceiveAsync<Goodbye>()).Reason);
    }
}
