using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using MQTTnet.Server;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// The embedded broker of one station: MQTT 5 only, own topics only, no message passes from client to client. Ingest sits in the
/// publish interceptor; its PUBACK waits only for room in the bounded queue, since only our own ack means durable (wire 22).
/// </summary>
internal sealed class EmbeddedBroker : IAsyncDisposable
{
    // A client that takes nothing is left after a second.
    private const int LastWordsWaits = 50;
    private static readonly TimeSpan LastWordsWait = TimeSpan.FromMilliseconds(20);

    // One that does not end is left to the library's own take-over.
    private static readonly TimeSpan OldEndsWithin = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<string, EmbeddedLink> links = new(StringComparer.Ordinal);
    private readonly BrokerListener listener;
    private readonly MqttServer server;
    private readonly IngestQueue queue;
    private readonly string gateway;
    private readonly LimitSettings limits;
    private readonly TimeProvider clock;
    private readonly DoorMeters meters;

    public EmbeddedBroker(
        BrokerListener listener,
        GatewaySettings settings,
        IngestQueue queue,
        TimeProvider clock,
        ILogger<EmbeddedBroker> log,
        DoorMeters meters
    )
    {
        this.listener = listener;
        gateway = settings.Name;
        limits = settings.Limits;
        this.queue = queue;
        this.clock = clock;
        this.meters = meters;
        var logger = new BrokerLog(log);
        // The listener closes what was not greeted in time; this is the library's own limit for a peer that stops reading.
        var options = new MqttServerOptionsBuilder()
            .WithoutDefaultEndpoint()
            .WithDefaultCommunicationTimeout(TimeSpan.FromSeconds(20))
            .Build();
        options.KeepAliveOptions.DisconnectClientWhenReadingPayload = false;
        server = new MqttServerFactory(logger).CreateMqttServer(options, [listener], logger);
        server.ValidatingConnectionAsync += ValidateAsync;
        server.ClientConnectedAsync += ConnectedAsync;
        server.ClientDisconnectedAsync += DisconnectedAsync;
        server.InterceptingSubscriptionAsync += SubscribeAsync;
        server.InterceptingPublishAsync += PublishAsync;
    }

    public string Address => $"{(listener.IsSecure ? "mqtts" : "mqtt")}://{listener.Bound}";

    public int Connections => links.Count;

    public Task StartAsync() => server.StartAsync();

    /// <summary>Completes when every client has been sent what was said to it, or does not take it.</summary>
    public async Task SaidAsync()
    {
        for (var wait = 0; wait < LastWordsWaits; wait++)
        {
            var clients = await server.GetClientsAsync();
            if (!clients.Any(client => links.TryGetValue(client.Id, out var link) && client.SentApplicationMessagesCount < link.Said))
            {
                return;
            }
            await Task.Delay(LastWordsWait, clock);
        }
    }

    public Task StopAsync() => server.StopAsync(new MqttServerStopOptions());

    public async ValueTask DisposeAsync()
    {
        if (server.IsStarted)
        {
            await StopAsync();
        }
        server.Dispose();
    }

    private Task ValidateAsync(ValidatingConnectionEventArgs attempt)
    {
        if (Refuse(attempt))
        {
            meters.ConnectionRefused(ConnectionRefusal.Identity);
            return Task.CompletedTask;
        }
        return links.TryGetValue(attempt.ClientId, out var old) ? EndAsync(attempt.ClientId, old) : Task.CompletedTask;
    }

    /// <summary>
    /// The same dock is back: the connection it had ends first, and wholly. The library forgets an ended connection by its client id, and
    /// would now and then forget the new one for it (tried: of some thousand quick returns a few were cut off, or stayed and were answered no more).
    /// </summary>
    private async Task EndAsync(string clientId, EmbeddedLink old)
    {
        try
        {
            await server.DisconnectClientAsync(clientId, MqttDisconnectReasonCode.SessionTakenOver);
        }
        catch (InvalidOperationException)
        {
            // It ends by itself already.
        }
        try
        {
            await old.Ended.WaitAsync(OldEndsWithin, clock);
        }
        catch (TimeoutException)
        {
            // The library takes it over.
        }
    }

    private static bool Refuse(ValidatingConnectionEventArgs attempt)
    {
        // A 3.1.1 client that is denied a topic still gets a success PUBACK (tried): it would believe what is not so.
        if (attempt.ProtocolVersion != MqttProtocolVersion.V500)
        {
            attempt.ReasonCode = MqttConnectReasonCode.UnsupportedProtocolVersion;
        }
        else if (!TextKind.Name.Allows(attempt.ClientId ?? ""))
        {
            attempt.ReasonCode = MqttConnectReasonCode.ClientIdentifierNotValid;
            attempt.ReasonString = "The client id must be the dock's name.";
        }
        else if (!string.IsNullOrEmpty(attempt.UserName) && attempt.UserName != attempt.ClientId)
        {
            attempt.ReasonCode = MqttConnectReasonCode.BadUserNameOrPassword;
            attempt.ReasonString = "The user name must equal the client id.";
        }
        else if (
            attempt.ClientCertificate is { } certificate
            && certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) != attempt.ClientId
        )
        {
            attempt.ReasonCode = MqttConnectReasonCode.NotAuthorized;
            attempt.ReasonString = "The certificate is another dock's.";
        }
        return attempt.ReasonCode != MqttConnectReasonCode.Success;
    }

    private async Task ConnectedAsync(ClientConnectedEventArgs connected)
    {
        var session = await server.GetSessionAsync(connected.ClientId);
        var fresh = new EmbeddedLink(connected.ClientId, connected.RemoteEndPoint, session);
        links.AddOrUpdate(connected.ClientId, fresh, (_, old) => Replace(old, fresh));
    }

    private EmbeddedLink Replace(EmbeddedLink old, EmbeddedLink fresh)
    {
        _ = CloseLinkAsync(old);
        return fresh;
    }

    private async Task DisconnectedAsync(ClientDisconnectedEventArgs ended)
    {
        // An old connection's end may be announced after the new one's begin: only its own link goes with it.
        if (
            links.TryGetValue(ended.ClientId, out var link)
            && link.IsOf(ended.RemoteEndPoint)
            && links.TryRemove(KeyValuePair.Create(ended.ClientId, link))
        )
        {
            link.HasEnded();
            await CloseLinkAsync(link);
        }
    }

    private async Task CloseLinkAsync(EmbeddedLink link)
    {
        foreach (var path in link.Paths)
        {
            await queue.EnqueueAsync(new Inbound(path, InboundKind.LinkClosed, default, Now()), CancellationToken.None);
        }
    }

    private Task SubscribeAsync(InterceptingSubscriptionEventArgs wanted)
    {
        var filter = wanted.TopicFilter.Topic;
        var topic = Topics.Parse(filter);
        var own = topic.Kind == TopicKind.Down && topic.Address.Dock == wanted.ClientId;
        if (!own && filter != Topics.GatewayState(gateway) && filter != Topics.GatewayStateFilter)
        {
            wanted.ProcessSubscription = false;
            wanted.Response.ReasonCode = MqttSubscribeReasonCode.NotAuthorized;
        }
        return Task.CompletedTask;
    }

    private async Task PublishAsync(InterceptingPublishEventArgs publish)
    {
        var message = publish.ApplicationMessage;
        var topic = Topics.Parse(message.Topic);
        publish.ProcessPublish = false;
        if (!links.TryGetValue(publish.ClientId, out var link))
        {
            // Nothing could ever be answered on it: the dock is to come back.
            publish.Response.ReasonCode = MqttPubAckReasonCode.UnspecifiedError;
            publish.CloseConnection = true;
            return;
        }
        if (
            topic.Kind is TopicKind.NotOurs or TopicKind.Down or TopicKind.GatewayState
            || topic.Address.Dock != publish.ClientId
            || (topic.Kind == TopicKind.Up && topic.Gateway != gateway)
            || link.For(topic.Address) is not { } way
        )
        {
            meters.MessageRefused(MessageRefusal.ForeignTopic);
            publish.Response.ReasonCode = MqttPubAckReasonCode.NotAuthorized;
            return;
        }
        if (topic.Kind == TopicKind.Up && message.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce)
        {
            // A QoS 0 upload has no flow control at all (wire 18): dropped before the queue, counted, and answered.
            meters.MessageRefused(MessageRefusal.QosZero);
            Tell(way, Reason.QosTooLow);
            return;
        }
        if (Admission.Refuse(way, message.Payload.Length, limits, clock) is { } refused)
        {
            meters.MessageRefused(refused.Why);
            Tell(way, refused.Told);
            publish.Response.ReasonCode = MqttPubAckReasonCode.QuotaExceeded;
            return;
        }
        var cost = (int)message.Payload.Length + Inbound.OverheadBytes;
        var kind = topic.Kind == TopicKind.State ? InboundKind.State : InboundKind.Frames;
        var payload = message.Payload.IsSingleSegment ? message.Payload.First : message.Payload.ToArray();
        var inbound = new Inbound(way, kind, payload, Now())
        {
            Retained = message.Retain,
            OnHelloTopic = topic.Kind == TopicKind.Hello,
            ShareBytes = cost,
        };
        if (!await queue.EnqueueAsync(inbound, publish.CancellationToken))
        {
            publish.Response.ReasonCode = MqttPubAckReasonCode.QuotaExceeded;
            publish.CloseConnection = true;
        }
    }

    /// <summary>Queues the answer to what was not taken; where the queue is full the next such message tries again.</summary>
    private void Tell(DockLink link, Reason reason)
    {
        if (link.NoteRefusal(reason) && !queue.TryEnqueue(new Inbound(link, InboundKind.NotTaken, default, Now())))
        {
            link.TakeRefusal();
        }
    }

    private ulong Now() => UnixTime.NowNs(clock);

    /// <summary>One MQTT connection; its docking links, one for each path it claimed (an honest dock claims one).</summary>
    private sealed class EmbeddedLink(string clientId, EndPoint remote, MqttSessionStatus session)
    {
        private const int PathsMax = 4;
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ConcurrentDictionary<DockAddress, DownLink> paths = new();

        /// <summary>Messages said to it.</summary>
        public long Said => paths.Values.Sum(path => path.Said);

        public IEnumerable<DownLink> Paths => paths.Values;

        /// <summary>Completes when the library has done with the connection.</summary>
        public Task Ended => ended.Task;

        public void HasEnded() => ended.TrySetResult();

        /// <summary>Two connections of one dock differ in where they come from.</summary>
        public bool IsOf(EndPoint other) => remote.Equals(other);

        public DownLink? For(DockAddress path) =>
            paths.TryGetValue(path, out var known) ? known
            : paths.Count >= PathsMax ? null
            : paths.GetOrAdd(path, p => new DownLink(p, clientId, session));
    }

    private sealed class DownLink(DockAddress path, string clientId, MqttSessionStatus session) : DockLink(Transport.Mqtt, path)
    {
        private readonly string topic = Topics.Down(path);
        private long said;

        public long Said => Interlocked.Read(ref said);

        public override bool Send(ReadOnlyMemory<byte> frames)
        {
            var message = new MqttApplicationMessage { Topic = topic, Payload = new ReadOnlySequence<byte>(frames) };
            var taken = session.TryEnqueueApplicationMessage(message, out _);
            Interlocked.Add(ref said, taken ? 1 : 0);
            return taken;
        }

        public override string ToString() => $"mqtt client {clientId}";
    }

    /// <summary>The library's own log, cut to what an operator can use.</summary>
    private sealed class BrokerLog(ILogger log) : IMqttNetLogger
    {
        public bool IsEnabled => true;

        public void Publish(MqttNetLogLevel level, string source, string message, object[]? parameters, Exception? exception)
        {
            if (level == MqttNetLogLevel.Error)
            {
                log.BrokerSaid(source, exception?.Message ?? message);
            }
        }
    }
}
