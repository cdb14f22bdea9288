using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Doors;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Hosting;

/// <summary>Opens the doors once the journal is open, and closes them before it is closed.</summary>
internal sealed class DoorsService(
    GatewaySettings settings,
    JournalService journal,
    IngestQueue queue,
    DoorStates states,
    TimeProvider clock,
    DoorMeters meters,
    ILoggerFactory logs
) : IHostedService, IAsyncDisposable
{
    private readonly List<SerialDoor> serial = [];
    private readonly CancellationTokenSource stopping = new();
    private BrokerListener? listener;
    private EmbeddedBroker? embedded;
    private ExternalBroker? broker;
    private Task external = Task.CompletedTask;

    /// <summary>Where docks that speak MQTT come in; empty when nowhere.</summary>
    public string MqttAddress => embedded?.Address ?? settings.Mqtt.Broker;

    /// <summary>Connections of the embedded broker.</summary>
    public int Connections => embedded?.Connections ?? 0;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.Mqtt.Broker.Length > 0)
        {
            states.Set(settings.Mqtt.Broker, DoorState.Starting, "");
            broker = new ExternalBroker(settings, queue, states, clock, logs.CreateLogger<ExternalBroker>(), meters, NoteLostSession);
            external = Task.Run(() => broker.RunAsync(stopping.Token), CancellationToken.None);
        }
        else if (settings.Mqtt.Listen.Length > 0)
        {
            listener = new BrokerListener(settings.Mqtt, Limits.MqttMessageBytesMax, clock, logs.CreateLogger<BrokerListener>(), meters);
            embedded = new EmbeddedBroker(listener, settings, queue, clock, logs.CreateLogger<EmbeddedBroker>(), meters);
            await embedded.StartAsync();
            states.Set(embedded.Address, DoorState.Up, "");
        }
        foreach (var port in settings.SerialPorts)
        {
            var enrolled = settings.Docks.Find(d => d.Name == port.Dock);
            var address = new DockAddress(enrolled?.Force ?? "", enrolled?.Armoury ?? "", port.Dock);
            var door = new SerialDoor(port, address, queue, states, clock, logs.CreateLogger<SerialDoor>(), meters);
            serial.Add(door);
            door.Start();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // Each dock is told while there is still a way to it; then the ways are closed.
        await journal.SayGoodbyeAsync();
        await (broker?.SaidAsync(stopping.Token) ?? Task.CompletedTask);
        await stopping.CancelAsync();
        await external;
        serial.ForEach(door => door.BeginStop());
        serial.ForEach(door => door.Dispose());
        serial.Clear();
        if (embedded is not null)
        {
            await embedded.SaidAsync();
            await embedded.StopAsync();
        }
    }

    private void NoteLostSession(ulong awaySinceNs) =>
        _ = journal.Loop.AppendAsync(group => group.AddOwn(new BrokerSessionLost(UnixTime.NowNs(clock), awaySinceNs)));

    public async ValueTask DisposeAsync()
    {
        if (embedded is not null)
        {
            await embedded.DisposeAsync();
        }
        listener?.Dispose();
        stopping.Dispose();
    }
}
