using System.Buffers;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Simulator.Replay;

/// <summary>
/// Listens at a broker to what docks and gateways say to each other and writes it into a capture file. A listener: it subscribes with
/// QoS 0 beside the gateways and takes nothing away from them.
/// </summary>
internal sealed class Recorder(Uri broker, Stream output, TimeProvider time)
{
    private static readonly string[] Filters = ["taser/1/+/+/+/hello", "taser/1/+/+/+/up/+", "taser/1/+/+/+/down"];

    private readonly CaptureWriter _writer = new(output, Ns(time));
    private readonly Lock _gate = new();

    public long Messages { get; private set; }

    public long NotOurs { get; private set; }

    public async Task RunAsync(Action listening, CancellationToken stop)
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.ApplicationMessageReceivedAsync += e =>
        {
            Take(e.ApplicationMessage);
            return Task.CompletedTask;
        };
        client.DisconnectedAsync += e =>
        {
            lost.TrySetException(new IOException("the connection to the broker was lost: " + e.ReasonString));
            return Task.CompletedTask;
        };
        var user = Uri.UnescapeDataString(broker.UserInfo).Split(':', 2);
        var options = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithTcpServer(broker.Host, broker.Port > 0 ? broker.Port : 1883)
            .WithCleanStart();
        options = user[0].Length > 0 ? options.WithCredentials(user[0], user.Length > 1 ? user[1] : "") : options;
        await client.ConnectAsync(options.Build(), stop);
        foreach (var filter in Filters)
        {
            await client.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtMostOnce, stop);
        }

        listening();
        await lost.Task.WaitAsync(stop);
    }

    private void Take(MqttApplicationMessage message)
    {
        var topic = Topics.Parse(message.Topic);
        var direction = topic.Kind == TopicKind.Down ? CaptureDirection.Down : CaptureDirection.Up;
        var payload = message.Payload.ToArray();
        lock (_gate)
        {
            if (topic.Kind == TopicKind.NotOurs || payload.Length is 0 or > Limits.MqttMessageBytesMax)
            {
                NotOurs++;
                return;
            }

            _writer.Write(Ns(time), Transport.Mqtt, direction, topic.Address, payload);
            Messages++;
        }
    }

    private static ulong Ns(TimeProvider time) => (ulong)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
