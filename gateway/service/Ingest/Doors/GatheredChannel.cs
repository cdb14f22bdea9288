using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Channel;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Implementations;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// The connection to an external broker, with system calls shared among packets: the library reads a packet in three pieces and writes each
/// PUBACK by itself, which at thousands of small messages a second costs more than all judging and writing (measured). What nobody waits
/// for (PUBACKs, QoS 0) is gathered until <see cref="FlushAsync"/>; every other packet leaves at once, with all that was gathered before it.
/// </summary>
internal sealed class GatheredChannel(IMqttChannel inner) : IMqttChannel
{
    /// <summary>Gathered bytes that leave without being asked to.</summary>
    public const int GatheredBytesMax = 32 * 1_024;

    private const int ReadBytes = 64 * 1_024;
    private const int Publish = 3;
    private const int PubAck = 4;
    private readonly byte[] read = new byte[ReadBytes];
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly ArrayBufferWriter<byte> gathered = new(GatheredBytesMax + 1_024);
    private int start;
    private int end;

    public X509Certificate2 ClientCertificate => inner.ClientCertificate;

    public EndPoint RemoteEndPoint => inner.RemoteEndPoint;

    public EndPoint LocalEndPoint => inner.LocalEndPoint;

    public bool IsSecureConnection => inner.IsSecureConnection;

    public Task ConnectAsync(CancellationToken cancellationToken) => inner.ConnectAsync(cancellationToken);

    public Task DisconnectAsync(CancellationToken cancellationToken) => inner.DisconnectAsync(cancellationToken);

    public Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        start < end ? Task.FromResult(Take(buffer.AsSpan(offset, count))) : FillAsync(buffer, offset, count, cancellationToken);

    public async Task WriteAsync(ReadOnlySequence<byte> packet, bool isEndOfPacket, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            var first = packet.FirstSpan.IsEmpty ? (byte)0 : packet.FirstSpan[0];
            foreach (var part in packet)
            {
                gathered.Write(part.Span);
            }
            var nobodyWaits = isEndOfPacket && ((first >> 4) == PubAck || ((first >> 4) == Publish && (first & 0b110) == 0));
            if (!nobodyWaits || gathered.WrittenCount > GatheredBytesMax)
            {
                await WriteGatheredAsync(cancellationToken);
            }
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Sends what was gathered.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            await WriteGatheredAsync(cancellationToken);
        }
        finally
        {
            writing.Release();
        }
    }

    // The semaphore is not disposed of: it holds nothing, and disposing it makes whoever waits for it wait for ever, cancelled or not (tried: a
    // connection cut while two wrote was never opened again).
    public void Dispose() => inner.Dispose();

    private async Task WriteGatheredAsync(CancellationToken cancellationToken)
    {
        if (gathered.WrittenCount > 0)
        {
            await inner.WriteAsync(new ReadOnlySequence<byte>(gathered.WrittenMemory), true, cancellationToken);
            gathered.ResetWrittenCount();
        }
    }

    private async Task<int> FillAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        if (count >= ReadBytes)
        {
            return await inner.ReadAsync(buffer, offset, count, cancellationToken);
        }
        (start, end) = (0, await inner.ReadAsync(read, 0, ReadBytes, cancellationToken));
        return Take(buffer.AsSpan(offset, count));
    }

    private int Take(Span<byte> to)
    {
        var count = Math.Min(to.Length, end - start);
        read.AsSpan(start, count).CopyTo(to);
        start += count;
        return count;
    }
}

/// <summary>Gives a client its <see cref="GatheredChannel"/>; one for each client.</summary>
internal sealed class GatheredChannels : IMqttClientAdapterFactory
{
    /// <summary>The channel of the connection now; null before the first.</summary>
    public GatheredChannel? Current { get; private set; }

    public IMqttChannelAdapter CreateClientAdapter(MqttClientOptions options, MqttPacketInspector packetInspector, IMqttNetLogger logger)
    {
        Current = new GatheredChannel(new MqttTcpChannel(options));
        var writer = new MqttBufferWriter(options.WriterBufferSize, options.WriterBufferSizeMax);
        return new MqttChannelAdapter(Current, new MqttPacketFormatterAdapter(options.ProtocolVersion, writer), logger)
        {
            PacketInspector = packetInspector,
            AllowPacketFragmentation = false, // one write is one packet
        };
    }
}
