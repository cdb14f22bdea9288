using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>One client object, its PUBACKs and its outgoing messages; all of them end with it.</summary>
internal sealed class BrokerConnection(ExternalBroker door, CancellationTokenSource ended) : IAsyncDisposable
{
    private readonly IMqttClient client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<MqttApplicationMessageReceivedEventArgs> owed =
        Channel.CreateUnbounded<MqttApplicationMessageReceivedEventArgs>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<Inbound> received = Channel.CreateUnbounded<Inbound>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource probed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] probe = RandomNumberGenerator.GetBytes(Limits.MqttMessageBytesMax);

    // Random and the same in birth and will (SPEC clause 4.5); the low bit keeps it from being zero.
    private readonly ulong connectionId = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;

    public string Why { get; private set; } = "The connection ended.";

    public bool Overfull { get; private set; }

    private MqttSettings Mqtt => door.Settings.Mqtt;

    public async Task<(bool Present, IMqttClient Client)> OpenAsync()
    {
        // A resumed session delivers at once: handlers stand before the connection does.
        client.ApplicationMessageReceivedAsync += ReceiveAsync;
        client.DisconnectedAsync += async gone =>
        {
            Why = gone.ReasonString ?? gone.Exception?.Message ?? gone.Reason.ToString();
            await ended.CancelAsync();
        };
        var answer = await client.ConnectAsync(BrokerOptions.Client(door.Settings, connectionId, door.Clock), ended.Token);
        if (answer.ResultCode != MqttClientConnectResultCode.Success)
        {
            throw new IOException($"The broker refuses the connection: {answer.ResultCode} {answer.ReasonString}");
        }
        var subscriptions = await client.SubscribeAsync(BrokerOptions.Subscriptions(door.Settings.Name), ended.Token);
        var refused = subscriptions.Items.FirstOrDefault(i => (int)i.ResultCode > 2);
        if (refused is not null)
        {
            throw new IOException(
                $"The broker refuses the subscription to {refused.TopicFilter.Topic} ({refused.ResultCode}): allow it in its ACL."
            );
        }
        return (answer.IsSessionPresent, client);
    }

    /// <summary>A broker that cuts large messages acks them to the dock and never delivers them (tried): found out before ready.</summary>
    public async Task ProbeAsync()
    {
        var topic = GatewayTopics.Probe(door.Settings.Name);
        try
        {
            await client.PublishAsync(Message(topic, probe, MqttQualityOfServiceLevel.AtLeastOnce), ended.Token);
            await probed.Task.WaitAsync(TimeSpan.FromSeconds(10), door.Clock, ended.Token);
        }
        catch (Exception failed) when (failed is TimeoutException or MqttCommunicationException or OperationCanceledException)
        {
            throw new IOException(
                $"A message of {Limits.MqttMessageBytesMax} bytes does not come back from the broker ({failed.Message}). Raise its message_size_limit and max_packet_size, and allow {topic} in its ACL.",
                failed
            );
        }
        var state = Message(
            Topics.GatewayState(door.Settings.Name),
            BrokerOptions.Presence(door.Settings.Name, true, connectionId, door.Clock),
            MqttQualityOfServiceLevel.AtLeastOnce
        );
        state.Retain = true;
        await client.PublishAsync(state, ended.Token);
    }

    public async Task ServeAsync(IMqttClient serving)
    {
        await Task.WhenAll(PumpInAsync(), AckAsync(), SendAsync(serving));
    }

    public async ValueTask DisposeAsync()
    {
        owed.Writer.TryComplete();
        received.Writer.TryComplete();
        await ended.CancelAsync();
        // What was received stays on its way to the journal, but can no longer be acked here: the broker delivers it again.
        while (received.Reader.TryRead(out var left))
        {
            door.Owe(-left.CostBytes);
        }
        if (client.IsConnected)
        {
            try
            {
                await client.DisconnectAsync();
            }
            catch (Exception broken) when (broken is MqttCommunicationException or OperationCanceledException or InvalidOperationException)
            {
                door.Log.ConnectionEnded(broken.Message);
            }
        }
        client.Dispose();
    }

    // Must never throw: a throwing handler wedges the flow, the client stays "connected" and nothing more arrives (tried).
    private Task ReceiveAsync(MqttApplicationMessageReceivedEventArgs came)
    {
        came.AutoAcknowledge = false;
        var message = came.ApplicationMessage;
        var payload = message.Payload.IsSingleSegment ? message.Payload.First : message.Payload.ToArray();
        if (message.Topic == GatewayTopics.Probe(door.Settings.Name))
        {
            if (payload.Span.SequenceEqual(probe))
            {
                probed.TrySetResult();
            }
            owed.Writer.TryWrite(came);
            return Task.CompletedTask;
        }
        var topic = Topics.Parse(message.Topic);
        if (topic.Kind is not (TopicKind.Hello or TopicKind.Up or TopicKind.State) || door.LinkFor(topic.Address) is not { } link)
        {
            door.Meters.MessageRefused(MessageRefusal.ForeignTopic);
            owed.Writer.TryWrite(came);
            return Task.CompletedTask;
        }
        if (topic.Kind == TopicKind.Up && message.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce)
        {
            door.Meters.MessageRefused(MessageRefusal.QosZero);
            link.QosZeroSeen = true;
            return Task.CompletedTask;
        }
        var kind = topic.Kind == TopicKind.State ? InboundKind.State : InboundKind.Frames;
        Accept(new Inbound(link, kind, payload, UnixTime.NowNs(door.Clock)) { Retained = message.Retain }, came);
        return Task.CompletedTask;
    }

    private void Accept(Inbound inbound, MqttApplicationMessageReceivedEventArgs came)
    {
        var cost = inbound.CostBytes;
        var counted = inbound with
        {
            Durable = () =>
            {
                door.Owe(-cost);
                owed.Writer.TryWrite(came);
            },
        };
        if (door.Owe(cost) > door.Settings.Limits.UnackedBytesMax)
        {
            // Withheld PUBACKs do not stop a broker from sending (wire 11): leaving does, and the session keeps what we did not take.
            door.Owe(-cost);
            Overfull = true;
            door.Meters.ConnectionRefused(ConnectionRefusal.Overfull);
            ended.Cancel();
            return;
        }
        received.Writer.TryWrite(counted);
    }

    private async Task PumpInAsync()
    {
        try
        {
            await foreach (var inbound in received.Reader.ReadAllAsync(ended.Token))
            {
                if (!await door.Queue.EnqueueAsync(inbound, CancellationToken.None))
                {
                    door.Owe(-inbound.CostBytes);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection ended; the broker delivers the rest again.
        }
    }

    private async Task AckAsync()
    {
        try
        {
            await foreach (var came in owed.Reader.ReadAllAsync(ended.Token))
            {
                await came.AcknowledgeAsync(ended.Token);
            }
        }
        catch (Exception broken) when (Ended(broken))
        {
            await ended.CancelAsync();
        }
    }

    private async Task SendAsync(IMqttClient serving)
    {
        try
        {
            await foreach (var (topic, frames) in door.Outgoing.ReadAllAsync(ended.Token))
            {
                await serving.PublishAsync(Message(topic, frames, MqttQualityOfServiceLevel.AtMostOnce), ended.Token);
            }
        }
        catch (Exception broken) when (Ended(broken))
        {
            await ended.CancelAsync();
        }
    }

    // An ack while disconnected is a NullReferenceException in the library (tried): every failure here means that the connection is over.
    private static bool Ended(Exception broken) =>
        broken
            is OperationCanceledException
                or MqttCommunicationException
                or MqttClientNotConnectedException
                or InvalidOperationException
                or NullReferenceException;

    private static MqttApplicationMessage Message(string topic, ReadOnlyMemory<byte> payload, MqttQualityOfServiceLevel quality) =>
        new()
        {
            Topic = topic,
            Payload = new ReadOnlySequence<byte>(payload),
            QualityOfServiceLevel = quality,
        };
}
