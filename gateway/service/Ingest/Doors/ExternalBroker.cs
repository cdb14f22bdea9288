using System.Collections.Concurrent;
using System.Threading.Channels;
using Polly;
using Polly.Retry;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// Docks behind an external broker. A new client object for each connection, so that an old PUBACK can never reach a new one
/// (a late ack on a later connection lost a message, tried); PUBACKs follow fsync in inbound order on the connection the message came on.
/// </summary>
internal sealed class ExternalBroker(
    GatewaySettings settings,
    IngestQueue queue,
    DoorStates states,
    TimeProvider clock,
    ILogger<ExternalBroker> log,
    DoorMeters meters,
    Action<ulong> sessionLost
)
{
    private const int OutgoingMax = 20_000;
    private const int LastWordsWaits = 50;
    private static readonly TimeSpan LastWordsWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<DockAddress, BrokerLink> links = new();
    private readonly Channel<(string Topic, ReadOnlyMemory<byte> Frames)> outgoing = Channel.CreateBounded<(string, ReadOnlyMemory<byte>)>(
        // A full queue drops the newest: a `down` message that is lost costs the dock a repeat, and no memory.
        new BoundedChannelOptions(OutgoingMax) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true }
    );
    private long unackedBytes;

    // Messages to docks that no connection has written and none has lost.
    private long unsaid;
    private readonly ExpectedSession expected = new(settings);
    private ulong connectedNs;

    public GatewaySettings Settings { get; } = settings;

    public IngestQueue Queue { get; } = queue;

    public TimeProvider Clock { get; } = clock;

    public ILogger Log { get; } = log;

    public DoorMeters Meters { get; } = meters;

    public ChannelReader<(string Topic, ReadOnlyMemory<byte> Frames)> Outgoing => outgoing.Reader;

    public string Address => Settings.Mqtt.Broker;

    /// <summary>Bytes received from the broker whose PUBACK is still owed.</summary>
    public long UnackedBytes => Interlocked.Read(ref unackedBytes);

    public async Task RunAsync(CancellationToken stopping)
    {
        var retry = new ResiliencePipelineBuilder { TimeProvider = Clock }
            .AddRetry(
                new RetryStrategyOptions
                {
                    MaxRetryAttempts = int.MaxValue,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = TimeSpan.FromMilliseconds(500),
                    MaxDelay = TimeSpan.FromSeconds(30),
                    ShouldHandle = new PredicateBuilder().Handle<Exception>(e =>
                        e is not OperationCanceledException || !stopping.IsCancellationRequested
                    ),
                    OnRetry = attempt =>
                    {
                        var why = attempt.Outcome.Exception?.Message ?? "";
                        states.Set(Address, DoorState.Down, why);
                        Log.BrokerAway(Address, why, attempt.RetryDelay);
                        return ValueTask.CompletedTask;
                    },
                }
            )
            .Build();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await retry.ExecuteAsync(async token => await ConnectionAsync(token), stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Completes when what was said is with the broker, or the broker is away.</summary>
    public async Task SaidAsync(CancellationToken stopping)
    {
        for (var wait = 0; wait < LastWordsWaits && Interlocked.Read(ref unsaid) > 0; wait++)
        {
            await Task.Delay(LastWordsWait, Clock, stopping);
        }
    }

    /// <summary>One connection's life. Throws when it did not last, so that the retry's back-off grows.</summary>
    private async Task ConnectionAsync(CancellationToken stopping)
    {
        await DrainedAsync(stopping);
        var began = Clock.GetTimestamp();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using var connection = new BrokerConnection(this, ended);
        var (present, client) = await connection.OpenAsync();
        if (!present && expected.IsExpected())
        {
            // What came while we were away may be lost at the broker. Docks repeat what was not acked; the loss is a record all the same.
            Log.SessionLost(Address);
            sessionLost(connectedNs);
        }
        expected.Remember();
        // What the session kept comes before the probe, and is PUBACKed meanwhile: else a broker with much in its queue would never get to it.
        var serving = connection.ServeAsync(client);
        if (await connection.ProbeAsync())
        {
            states.Set(Address, DoorState.Up, "");
            Log.BrokerReached(Address, present);
        }
        await serving;
        connectedNs = UnixTime.NowNs(Clock);
        if (!stopping.IsCancellationRequested)
        {
            states.Set(Address, DoorState.Down, connection.Why);
            if (Clock.GetElapsedTime(began) < ShortLife && !connection.Overfull)
            {
                throw new IOException(connection.Why);
            }
        }
    }

    private async Task DrainedAsync(CancellationToken stopping)
    {
        while (UnackedBytes > Settings.Limits.UnackedBytesMax / 2)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Clock, stopping);
        }
    }

    /// <summary>Counts bytes whose PUBACK is owed; answers what is owed now.</summary>
    public long Owe(long bytes) => Interlocked.Add(ref unackedBytes, bytes);

    /// <summary>Messages taken from <see cref="Outgoing"/> were written, or went with their connection.</summary>
    public void Said(long messages) => Interlocked.Add(ref unsaid, -messages);

    private bool Say(string topic, ReadOnlyMemory<byte> frames)
    {
        Interlocked.Increment(ref unsaid);
        if (outgoing.Writer.TryWrite((topic, frames)))
        {
            return true;
        }
        Said(1);
        return false;
    }

    public DockLink? LinkFor(DockAddress path)
    {
        if (links.TryGetValue(path, out var known))
        {
            return known;
        }
        // An ACL that lets strangers publish must not make the gateway remember them for ever, nor shut out a dock that comes after them.
        if (links.Count >= Settings.Limits.SessionsMax)
        {
            foreach (var (name, idle) in links)
            {
                if (idle.Session is null)
                {
                    links.TryRemove(name, out _); // whoever still speaks under it gets another, and says hello once more
                }
            }
        }
        return links.Count >= Settings.Limits.SessionsMax ? null : links.GetOrAdd(path, p => new BrokerLink(p, Say));
    }

    private sealed class BrokerLink(DockAddress path, Func<string, ReadOnlyMemory<byte>, bool> say) : DockLink(Transport.Mqtt, path)
    {
        private readonly string topic = Topics.Down(path);

        public override bool Send(ReadOnlyMemory<byte> frames) => say(topic, frames);

        public override string ToString() => $"mqtt {topic}";
    }
}
