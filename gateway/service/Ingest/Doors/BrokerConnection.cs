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
    private readonly PubackOrder<(MqttApplicationMessageReceivedEventArgs Came, int RefusedBytes)> pubacks = new();
    private readonly Channel<Inbound> received = Channel.CreateUnbounded<Inbound>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource probed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] probe = RandomNumberGenerator.GetBytes(Limits.MqttMessageBytesMax);

    // Random and the same in birth and will (SPEC clause 4.5); the low bit keeps it from being zero.
    private readonly ulong connectionId = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;

    // Of what was refused and is not PUBACKed yet.
    private long refusedBytes;

    // Messages in `received`: while there are any, newer ones queue behind them.
    private int pending;

    public BrokerConnection(ExternalBroker door, CancellationTokenSource ended)
    {
        (this.door, this.ended) = (door, ended);
        client = new MqttClientFactory(new MqttNetNullLogger(), channels).CreateMqttClient();
    }

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

    /// <summary>A broker that cuts large messages acks them to the dock and never delivers them (tried): found out before ready.</summary>
    public async Task ProbeAsync()
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
    }

    public async Task ServeAsync(IMqttClient serving)
    {
        await Task.WhenAll(PumpInAsync(), AckAsync(), SendAsync(serving), WatchAsync(serving));
    }

    /// <summary>Ends a connection that is over, also where the library does not say so.</summary>
    private async Task WatchAsync(IMqttClient serving)
    {
        try
        {
            using var timer = new PeriodicTimer(LookEvery, door.Clock);
            while (await timer.WaitForNextTickAsync(ended.Token))
            {
                if (!serving.IsConnected)
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
        door.Owe(-Interlocked.Exchange(ref refusedBytes, 0));
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
        if (payload.Length > Limits.MqttMessageBytesMax)
        {
            door.Meters.MessageRefused(MessageRefusal.TooLong);
            Tell(way.Link, Reason.MessageTooLong);
            AckWithoutKeeping(came);
            return Task.CompletedTask;
        }
        var cost = payload.Length + Inbound.OverheadBytes;
        var inRate = way.Link.Rate.Take(door.Clock, door.Settings.Limits.MessagesPerSecondPerDock);
        if (!inRate || !way.Link.TakeShare(cost, door.Settings.Limits.QueueBytesPerDock))
        {
            door.Meters.MessageRefused(inRate ? MessageRefusal.OverShare : MessageRefusal.OverRate);
            Tell(way.Link, Reason.RateExceeded);
            AckWithoutKeeping(came); // the dock repeats what was not acked; the broker must not
            return Task.CompletedTask;
        }
        var slot = pubacks.Came((came, 0));
        var inbound = new Inbound(
            way.Link,
            way.Kind == TopicKind.State ? InboundKind.State : InboundKind.Frames,
            payload,
            UnixTime.NowNs(door.Clock)
        )
        {
            Retained = message.Retain,
            OnHelloTopic = way.Kind == TopicKind.Hello,
            ShareBytes = cost,
            Durable = () =>
            {
                door.Owe(-cost);
                pubacks.IsDue(slot);
            },
        };
        Accept(inbound);
        return Task.CompletedTask;
    }

    /// <summary>What is not kept is PUBACKed all the same, in its turn; until then its bytes count like those that are on their way to the disk.</summary>
    private void AckWithoutKeeping(MqttApplicationMessageReceivedEventArgs came)
    {
        var bytes = (int)came.ApplicationMessage.Payload.Length + Inbound.OverheadBytes;
        Interlocked.Add(ref refusedBytes, bytes);
        if (door.Owe(bytes) > door.Settings.Limits.UnackedBytesMax)
        {
            Leave();
        }
        pubacks.IsDue(pubacks.Came((came, bytes)));
    }

    /// <summary>Withheld PUBACKs do not stop a broker from sending (wire 11): leaving does, and the session keeps what we did not take.</summary>
    private void Leave()
    {
        Overfull = true;
        door.Meters.ConnectionRefused(ConnectionRefusal.Overfull);
        ended.Cancel();
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

    private void Accept(Inbound inbound)
    {
        if (door.Owe(inbound.CostBytes) > door.Settings.Limits.UnackedBytesMax)
        {
            door.Owe(-inbound.CostBytes);
            inbound.Link.GiveShare(inbound.ShareBytes);
            Leave();
            return;
        }
        if (Volatile.Read(ref pending) == 0 && door.Queue.TryEnqueue(inbound))
        {
            return;
        }
        Interlocked.Increment(ref pending);
        received.Writer.TryWrite(inbound);
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

    private async Task AckAsync()
    {
        try
        {
            while (true)
            {
                await pubacks.WaitAsync(ended.Token);
                while (pubacks.TryNext(out var next))
                {
                    await next.Came.AcknowledgeAsync(ended.Token);
                    door.Owe(-next.RefusedBytes);
                    Interlocked.Add(ref refusedBytes, -next.RefusedBytes);
                }
                await channels.Current!.FlushAsync(ended.Token);
            }
        }
        catch (Exception broken) when (Ended(broken))
        {
            await ended.CancelAsync();
        }
    }

    private async Task SendAsync(IMqttClient serving)
    {
        var taken = 0;
        try
        {
            while (await door.Outgoing.WaitToReadAsync(ended.Token))
            {
                while (door.Outgoing.TryRead(out var said))
                {
                    taken++;
                    await serving.PublishAsync(Message(said.Topic, said.Frames, MqttQualityOfServiceLevel.AtMostOnce), ended.Token);
                }
                await channels.Current!.FlushAsync(ended.Token);
                door.Said(taken);
                taken = 0;
            }
        }
        catch (Exception broken) when (Ended(broken))
        {
            await ended.CancelAsync();
        }
        finally
        {
            door.Said(taken);
        }
    }

    // An ack while disconnected is a NullReferenceException in the library (tried): every failure here means that the connection is over.
    private static bool Ended(Exception broken) =>
        broken
            is OperationCanceledException
                or MqttCommunicationException
                or MqttClientNotConnectedException
                or InvalidOperationException
                or NullReferenceException
                or System.Net.Sockets.SocketException
                or IOException;

    private static MqttApplicationMessage Message(string topic, ReadOnlyMemory<byte> payload, MqttQualityOfServiceLevel quality) =>
        new()
        {
            Topic = topic,
            Payload = new ReadOnlySequence<byte>(payload),
            QualityOfServiceLevel = quality,
        };
}
