using System.Buffers;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>The scripted gateway behind a broker, one for each dock.</summary>
internal sealed class MqttGateway : IAsyncDisposable
{
    private readonly Mosquitto _broker;
    private readonly Dictionary<string, (DockAddress Address, ScriptedGateway Script)> _docks;
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IMqttClient? _client;
    private int _enoughAt = int.MaxValue;

    private MqttGateway(Mosquitto broker, History history)
    {
        _broker = broker;
        _docks = history
            .Armouries.SelectMany(a => a.Docks)
            .Select(d => CaptureOutput.Address(history, d))
            .ToDictionary(a => a.ToString(), a => (a, new ScriptedGateway(Topics.Up(a, "gateway"))));
    }

    public int Kept => _docks.Values.SelectMany(d => d.Script.Kept.Keys).Distinct().Count();

    public HashSet<RecordKey> Keys => [.. _docks.Values.SelectMany(d => d.Script.Kept.Keys)];

    public static async Task<MqttGateway> StartAsync(Mosquitto broker, History history, Func<RecordKey, bool>? forgets = null)
    {
        var gateway = new MqttGateway(broker, history);
        foreach (var (_, script) in gateway._docks.Values)
        {
            script.Forgets = forgets;
        }

        await gateway.ConnectAsync();
        return gateway;
    }

    public Task UntilKeptAsync(int records)
    {
        _enoughAt = records;
        return _enough.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async Task ConnectAsync()
    {
        var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += e => AnswerAsync(client, e.ApplicationMessage);
        await client.ConnectAsync(
            new MqttClientOptionsBuilder()
                .WithProtocolVersion(MqttProtocolVersion.V500)
                .WithTcpServer("127.0.0.1", _broker.Port)
                .WithClientId("gateway")
                .Build()
        );
        await client.SubscribeAsync("taser/1/+/+/+/hello", MqttQualityOfServiceLevel.AtLeastOnce);
        await client.SubscribeAsync(Topics.UpFilter("gateway"), MqttQualityOfServiceLevel.AtLeastOnce);
        _client = client;
    }

    public async ValueTask DisposeAsync()
    {
        await _client!.DisconnectAsync();
        _client!.Dispose();
    }

    private async Task AnswerAsync(IMqttClient client, MqttApplicationMessage message)
    {
        var (address, script) = _docks[Topics.Parse(message.Topic).Address.ToString()];
        foreach (var answer in script.Receive(message.Payload.ToArray()))
        {
            var down = new MqttApplicationMessage { Topic = Topics.Down(address), PayloadSegment = answer };
            try
            {
                await client.PublishAsync(down);
            }
            catch (MQTTnet.Exceptions.MqttCommunicationException)
            {
                // the broker was killed: what is not said now is said again when the dock repeats
            }
        }

        if (Kept >= _enoughAt)
        {
            _enough.TrySetResult();
        }
    }
}
