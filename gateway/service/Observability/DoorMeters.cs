using System.Diagnostics.Metrics;

namespace TaserTelemetry.Gateway.Observability;

/// <summary>Why a connection was not kept.</summary>
internal enum ConnectionRefusal
{
    TooMany,
    Silent,
    Oversize,
    Identity,
    Overfull,
}

/// <summary>Why a message was not taken.</summary>
internal enum MessageRefusal
{
    ForeignTopic,
    QosZero,
    OverShare,
    OverRate,
    TooLong,
}

/// <summary>What the doors count. Tag values come from closed lists only.</summary>
internal sealed class DoorMeters
{
    public const string MeterName = "TaserTelemetry.Doors";
    private readonly Counter<long> connectionsRefused;
    private readonly Counter<long> messagesRefused;
    private readonly Counter<long> noiseBytes;
    private long refusedConnections;
    private long refusedMessages;

    public DoorMeters(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        connectionsRefused = meter.CreateCounter<long>("taser.connections.refused", "{connection}", "Connections not kept, by reason.");
        messagesRefused = meter.CreateCounter<long>("taser.messages.refused", "{message}", "Messages not taken, by reason.");
        noiseBytes = meter.CreateCounter<long>("taser.noise", "By", "Bytes on serial lines that never passed a header check.");
    }

    public long ConnectionsRefused => Interlocked.Read(ref refusedConnections);

    public long MessagesRefused => Interlocked.Read(ref refusedMessages);

    public void ConnectionRefused(ConnectionRefusal why)
    {
        Interlocked.Increment(ref refusedConnections);
        connectionsRefused.Add(1, new KeyValuePair<string, object?>("reason", why.ToString()));
    }

    public void MessageRefused(MessageRefusal why)
    {
        Interlocked.Increment(ref refusedMessages);
        messagesRefused.Add(1, new KeyValuePair<string, object?>("reason", why.ToString()));
    }

    public void Noise(int bytes) => noiseBytes.Add(bytes);
}
