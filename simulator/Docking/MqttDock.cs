using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// Carries one dock's conversation over MQTT 5. A new client object for each connection, so that nothing of an old one can reach a
/// new one; lost connections are tried again with back-off until the conversation is over.
/// </summary>
internal sealed class MqttDock(Uri broker, DockAddress address, DockConversation conversation, DockTemper temper, TimeProvider time)
{
    /// <summary>Messages from the gateway not yet looked at; a lost ack costs a repeat, nothing more.</summary>
    public const int InboxMessagesMax = 1_024;

    private static readonly TimeSpan BackOffMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BackOffMax = TimeSpan.FromSeconds(5);

    /// <summary>Publishes of which the broker's PUBACK is awaited at once: it says nothing of a disk, but paces the dock.</summary>
    private const int PublishesInFlightMax = 16;

    private readonly Queue<Task> _inFlight = new();

    public string LastTrouble { get; private set; } = "";

    public async Task RunAsync(CancellationToken stop)
    {
        var backOff = BackOffMin;
        while (conversation.Progress == DockProgress.Working)
        {
            try
            {
                await TalkAsync(() => backOff = BackOffMin, stop);
            }
            catch (Exception trouble)
                when (trouble is MqttCommunicationException or MqttClientDisconnectedException or TimeoutException or IOException)
            {
                LastTrouble = trouble.InnerException?.Message ?? trouble.Message;
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                LastTrouble = "the broker did not answer in time";
            }

            if (conversation.Progress == DockProgress.Working)
            {
                await Task.Delay(backOff, time, stop);
                backOff = backOff * 2 > BackOffMax ? BackOffMax : backOff * 2;
            }
        }
    }

    private async Task TalkAsync(Action connected, CancellationToken stop)
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        var inbox = Channel.CreateBounded<byte[]>(
            new BoundedChannelOptions(InboxMessagesMax) { FullMode = BoundedChannelFullMode.DropOldest }
        );
        client.ApplicationMessageReceivedAsync += e =>
        {
            inbox.Writer.TryWrite(System.Buffers.BuffersExtensions.ToArray(e.ApplicationMessage.Payload));
            return Task.CompletedTask;
        };
        client.DisconnectedAsync += _ =>
        {
            inbox.Writer.TryComplete();
            return Task.CompletedTask;
        };
        _inFlight.Clear(); // those of a lost connection have failed with it
        conversation.Connected(DockClock.Of(time));
        await client.ConnectAsync(Options(), stop);
        await client.SubscribeAsync(Topics.Down(address), MqttQualityOfServiceLevel.AtLeastOnce, stop);
        await PublishAsync(client, Topics.State(address), StateFrame(true), retain: true, stop);
        connected();
        while (conversation.Progress == DockProgress.Working)
        {
            conversation.Tick(DockClock.Of(time));
            await SendAsync(client, stop);
            await ListenAsync(inbox.Reader, stop);
        }

        await SendAsync(client, stop);
        await Task.WhenAll(_inFlight);
        await PublishAsync(client, Topics.State(address), StateFrame(false), retain: true, stop);
        await client.DisconnectAsync(new MqttClientDisconnectOptions(), stop);
    }

    private async Task SendAsync(IMqttClient client, CancellationToken stop)
    {
        while (_inFlight.TryPeek(out var oldest) && oldest.IsCompleted)
        {
            await _inFlight.Dequeue();
        }

        while (conversation.TryTake(out var outgoing))
        {
            var topic = outgoing.IsHello ? Topics.Hello(address) : outgoing.UpTopic;
            foreach (var frame in temper.Send(outgoing.Frame))
            {
                if (_inFlight.Count == PublishesInFlightMax)
                {
                    await _inFlight.Dequeue();
                }

                _inFlight.Enqueue(PublishAsync(client, topic, frame, retain: false, stop));
            }

            if (temper.PauseAfter is { } pause)
            {
                await Task.Delay(pause, time, stop);
            }

            if (temper.PowerFails())
            {
                throw new IOException("the dock's power failed, as its temper has it");
            }
        }
    }

    /// <summary>Waits for the gateway or for the next thing the dock has to do by itself.</summary>
    private async Task ListenAsync(ChannelReader<byte[]> inbox, CancellationToken stop)
    {
        using var due = CancellationTokenSource.CreateLinkedTokenSource(stop);
        due.CancelAfter(TimeSpan.FromMilliseconds(conversation.WaitMs(DockClock.Of(time).Ms)));
        try
        {
            if (!await inbox.WaitToReadAsync(due.Token))
            {
                throw new MqttClientDisconnectedException(new IOException("the connection to the broker was lost"));
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return; // nothing came, the dock's own timer did
        }

        while (inbox.TryRead(out var message))
        {
            Receive(message);
        }
    }

    private void Receive(byte[] message)
    {
        ReadOnlySpan<byte> left = message;
        while (left.Length > 0)
        {
            var read = FrameReader.Read(left, Limits.MqttPayloadBytesMax);
            if (read.Status != ReadStatus.Done)
            {
                return;
            }

            conversation.Receive(read.Bytes, DockClock.Of(time));
            left = left[read.Bytes.Length..];
        }
    }

    private MqttClientOptions Options()
    {
        var builder = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithTcpServer(broker.Host, broker.Port > 0 ? broker.Port : 1883)
            .WithClientId(address.Dock)
            .WithCleanStart()
            .WithTimeout(TimeSpan.FromSeconds(10))
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(15))
            .WithWillTopic(Topics.State(address))
            .WithWillPayload(StateFrame(false))
            .WithWillRetain()
            .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce);
        if (broker.Scheme == "mqtts")
        {
            builder = builder.WithTlsOptions(o => o.UseTls());
        }

        var user = Uri.UnescapeDataString(broker.UserInfo).Split(':', 2);
        return (user[0].Length > 0 ? builder.WithCredentials(user[0], user.Length > 1 ? user[1] : "") : builder).Build();
    }

    private byte[] StateFrame(bool online) =>
        FrameWriter.ToArray(0, 0, new State(online, conversation.ConnectionId, DockClock.Of(time).UtcNs, address.Dock));

    private static Task<MqttClientPublishResult> PublishAsync(
        IMqttClient client,
        string topic,
        byte[] frame,
        bool retain,
        CancellationToken stop
    ) =>
        client.PublishAsync(
            new MqttApplicationMessage
            {
                Topic = topic,
                PayloadSegment = frame,
                QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
                Retain = retain,
            },
            stop
        );
}
