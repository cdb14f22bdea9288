using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>One client object, its PUBACKs and its outgoing messages; all of them end with it.</summary>
internal sealed class BrokerConnection : IAsyncDisposable
{
    // Topics known by heart on one connection; strangers' names beyond are parsed again each time.
    private const int WaysMax = 20_000;

    // A word to the broker that is lost with its connection may wait for ever in the library: what is waited for has an end.
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly ExternalBroker door;
    private readonly CancellationTokenSource ended;
    private readonly IMqttClient client;
    private readonly Dictionary<string, (TopicKind Kind, DockLink Link)> ways = new(StringComparer.Ordinal);
    private readonly GatheredChannels channels = new();
    private readonly BrokerWriter writer;
    private readonly Channel<Inbound> received = Channel.CreateUnbounded<Inbound>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource probed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] probe = RandomNumberGenerator.GetBytes(Limits.MqttMessageBytesMax);

    // Random and the same in birth and will (SPEC clause 4.5); the low bit keeps it from being zero.
    private readonly ulong connectionId = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;

    // When more became unacked than may be; 0 = it is not.
    private long overfullSince;

    // Messages in `received`: while there are any, newer ones queue behind them.
    private int pending;

    public BrokerConnection(ExternalBroker door, CancellationTokenSource ended)
    {
        (this.door, this.ended) = (door, ended);
        client = new MqttClientFactory(new MqttNetNullLogger(), channels).CreateMqttClient();
        writer = new BrokerWriter(door, ended, () => channels.Current!.FlushAsync(ended.Token));
    }

    public string Why { get; private set; } = "The connection ended.";

    /// <summary>More is unacked than may be: nothing further is taken on this connection, which ends when what was taken is PUBACKed.</summary>
    public bool Overfull => Volatile.Read(ref overfullSince) != 0;

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
        var subscriptions = await client
            .SubscribeAsync(BrokerOptions.Subscriptions(door.Settings.Name), ended.Token)
            .WaitAsync(AnswerWithin, door.Clock, ended.Token);
        var refused = subscriptions.Items.FirstOrDefault(i => (int)i.ResultCode > 2);
        if (refused is not null)
        {
            throw new IOException(
                $"The broker refuses the subscription to {refused.TopicFilter.Topic} ({refused.ResultCode}): allow it in its ACL."
            );
        }
        return (answer.IsSessionPresent, client);
    }

    /// <summary>
    /// A broker that cuts large messages acks them to the dock and never delivers them (tried): found out before ready. False when so much came before
    /// the probe that the connection ends first.
    /// </summary>
    public async Task<bool> ProbeAsync()
    {
        var topic = GatewayTopics.Probe(door.Settings.Name);
        try
        {
            await client
                .PublishAsync(Message(topic, probe, MqttQualityOfServiceLevel.AtLeastOnce), ended.Token)
                .WaitAsync(AnswerWithin, door.Clock, ended.Token);
            await probed.Task.WaitAsync(TimeSpan.FromSeconds(10), door.Clock, ended.Token);
        }
        catch (Exception failed) when (failed is TimeoutException or MqttCommunicationException or OperationCanceledException)
        {
            if (Overfull)
            {
                return false;
            }
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
        await client.PublishAsync(state, ended.Token).WaitAsync(AnswerWithin, door.Clock, ended.Token);
        return true;
    }

    public async Task ServeAsync(IMqttClient serving)
    {
        await Task.WhenAll(PumpInAsync(), writer.RunAsync(said => SayAsync(serving, said), () => Overfull), WatchAsync(serving));
    }

    /// <summary>Ends a connection that is over, also where the library does not say so.</summary>
    private async Task WatchAsync(IMqttClient serving)
    {
        try
        {
            using var timer = new PeriodicTimer(LookEvery, door.Clock);
            while (await timer.WaitForNextTickAsync(ended.Token))
            {
                var isStuck = Overfull && door.Clock.GetElapsedTime(Volatile.Read(ref overfullSince)) > AnswerWithin;
                if (!serving.IsConnected || isStuck || (Overfull && writer.IsEmpty))
                {
                    await ended.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection ended, as it should be known.
        }
    }

    public async ValueTask DisposeAsync()
    {
        received.Writer.TryComplete();
        await ended.CancelAsync();
        // What was received stays on its way to the journal, but can no longer be acked here: the broker delivers it again.
        while (received.Reader.TryRead(out var left))
        {
            door.Owe(-left.CostBytes);
            left.Link.GiveShare(left.ShareBytes);
        }
        writer.End();
        if (client.IsConnected)
        {
            try
            {
                // With the will: docks read from the gateway's state that they need not try (SPEC clause 4.5).
                await client.DisconnectAsync(
                    new MqttClientDisconnectOptions { Reason = MqttClientDisconnectOptionsReason.DisconnectWithWillMessage }
                );
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
        if (Overfull)
        {
            return Task.CompletedTask; // neither taken nor PUBACKed: the broker delivers it again
        }
        var message = came.ApplicationMessage;
        var payload = message.Payload.IsSingleSegment ? message.Payload.First : message.Payload.ToArray();
        if (message.Topic == GatewayTopics.Probe(door.Settings.Name))
        {
            if (payload.Span.SequenceEqual(probe))
            {
                probed.TrySetResult();
            }
            AckWithoutKeeping(came);
            return Task.CompletedTask;
        }
        if (WayOf(message.Topic) is not { Kind: TopicKind.Hello or TopicKind.Up or TopicKind.State } way)
        {
            door.Meters.MessageRefused(MessageRefusal.ForeignTopic);
            AckWithoutKeeping(came);
            return Task.CompletedTask;
        }
        if (way.Kind == TopicKind.Up && message.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce)
        {
            door.Meters.MessageRefused(MessageRefusal.QosZero);
            Tell(way.Link, Reason.QosTooLow);
            return Task.CompletedTask;
        }
        if (Admission.Refuse(way.Link, payload.Length, door.Settings.Limits, door.Clock) is { } refused)
        {
            door.Meters.MessageRefused(refused.Why);
            Tell(way.Link, refused.Told);
            AckWithoutKeeping(came); // the dock repeats what was not acked; the broker must not
            return Task.CompletedTask;
        }
        Take(way, came, payload);
        return Task.CompletedTask;
    }

    private void Take((TopicKind Kind, DockLink Link) way, MqttApplicationMessageReceivedEventArgs came, ReadOnlyMemory<byte> payload)
    {
        var cost = payload.Length + Inbound.OverheadBytes;
        if (door.Owe(cost) > door.Settings.Limits.UnackedBytesMax)
        {
            door.Owe(-cost);
            way.Link.GiveShare(cost);
            Leave();
            return;
        }
        var slot = writer.Came(came, cost);
        var inbound = new Inbound(
            way.Link,
            way.Kind == TopicKind.State ? InboundKind.State : InboundKind.Frames,
            payload,
            UnixTime.NowNs(door.Clock)
        )
        {
            Retained = came.ApplicationMessage.Retain,
            OnHelloTopic = way.Kind == TopicKind.Hello,
            ShareBytes = cost,
            Durable = () => writer.IsDue(slot),
        };
        if (Volatile.Read(ref pending) != 0 || !door.Queue.TryEnqueue(inbound))
        {
            Interlocked.Increment(ref pending);
            received.Writer.TryWrite(inbound);
        }
    }

    /// <summary>What is not kept is PUBACKed all the same, in its turn; until then its bytes count like those that are on their way to the disk.</summary>
    private void AckWithoutKeeping(MqttApplicationMessageReceivedEventArgs came)
    {
        var cost = (int)came.ApplicationMessage.Payload.Length + Inbound.OverheadBytes;
        if (door.Owe(cost) > door.Settings.Limits.UnackedBytesMax)
        {
            Leave();
        }
        writer.IsDue(writer.Came(came, cost));
    }

    /// <summary>
    /// Withheld PUBACKs do not stop a broker from sending (wire 11): leaving does, and the session keeps what we did not take. What was taken is
    /// PUBACKed first, so that each return gets further than the one before.
    /// </summary>
    private void Leave()
    {
        if (Interlocked.CompareExchange(ref overfullSince, door.Clock.GetTimestamp() | 1, 0) == 0)
        {
            door.Meters.ConnectionRefused(ConnectionRefusal.Overfull);
        }
    }

    /// <summary>Queues the answer to what was not taken; where the queue is full the next such message tries again.</summary>
    private void Tell(DockLink link, Reason reason)
    {
        if (
            link.NoteRefusal(reason) && !door.Queue.TryEnqueue(new Inbound(link, InboundKind.NotTaken, default, UnixTime.NowNs(door.Clock)))
        )
        {
            link.TakeRefusal();
        }
    }

    private (TopicKind Kind, DockLink Link)? WayOf(string topic)
    {
        if (ways.TryGetValue(topic, out var known))
        {
            return known;
        }
        var parsed = Topics.Parse(topic);
        if (parsed.Kind is not (TopicKind.Hello or TopicKind.Up or TopicKind.State) || door.LinkFor(parsed.Address) is not { } link)
        {
            return null;
        }
        if (ways.Count < WaysMax)
        {
            ways[topic] = (parsed.Kind, link);
        }
        return (parsed.Kind, link);
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
                    inbound.Link.GiveShare(inbound.ShareBytes);
                    return;
                }
                Interlocked.Decrement(ref pending);
            }
        }
        catch (OperationCanceledException)
        {
            // The connection ended; the broker delivers the rest again.
        }
    }

    private Task<MqttClientPublishResult> SayAsync(IMqttClient serving, (string Topic, ReadOnlyMemory<byte> Frames) said) =>
        serving.PublishAsync(Message(said.Topic, said.Frames, MqttQualityOfServiceLevel.AtMostOnce), ended.Token);

    private static MqttApplicationMessage Message(string topic, ReadOnlyMemory<byte> payload, MqttQualityOfServiceLevel quality) =>
        new()
        {
            Topic = topic,
            Payload = new ReadOnlySequence<byte>(payload),
            QualityOfServiceLevel = quality,
        };
}
