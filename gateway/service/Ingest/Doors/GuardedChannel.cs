using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Channel;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// One connection of the embedded broker: bytes pass the <see cref="PacketGuard"/> before the library sees them. Reads go through a
/// small buffer, so that a fixed header does not cost two system calls; a packet leaves in one write.
/// </summary>
internal sealed class GuardedChannel : IMqttChannel
{
    /// <summary>A CONNECT that needs more is no dock's.</summary>
    public const int ConnectBytesMax = 1_024;

    /// <summary>Topic, properties and packet id beside the payload.</summary>
    public const int PublishHeadBytesMax = 2_048;

    private const int BufferBytes = 4_096;
    private readonly Stream stream;
    private readonly int messageBytesMax;
    private readonly Action greeted;
    private readonly byte[] buffer = new byte[BufferBytes];
    private PacketGuard guard = new(ConnectBytesMax);
    private int start;
    private int end;
    private bool answered;

    public GuardedChannel(Stream stream, EndPoint? remote, X509Certificate2? certificate, int messageBytesMax, Action greeted)
    {
        this.stream = stream;
        this.messageBytesMax = messageBytesMax;
        this.greeted = greeted;
        RemoteEndPoint = remote;
        ClientCertificate = certificate;
    }

    public X509Certificate2? ClientCertificate { get; }

    public EndPoint? RemoteEndPoint { get; }

    public EndPoint? LocalEndPoint => null;

    public bool IsSecureConnection => ClientCertificate is not null;

    /// <summary>The connection was closed because a packet was longer than allowed.</summary>
    public bool Refused { get; private set; }

    public Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task DisconnectAsync(CancellationToken cancellationToken)
    {
        stream.Close();
        return Task.CompletedTask;
    }

    public async Task<int> ReadAsync(byte[] target, int offset, int count, CancellationToken cancellationToken)
    {
        if (start < end)
        {
            var copied = Math.Min(count, end - start);
            buffer.AsSpan(start, copied).CopyTo(target.AsSpan(offset));
            start += copied;
            return copied;
        }
        if (count >= BufferBytes)
        {
            var direct = await stream.ReadAsync(target.AsMemory(offset, count), cancellationToken);
            return Check(target.AsSpan(offset, direct)) ? direct : 0;
        }
        end = await stream.ReadAsync(buffer, cancellationToken);
        start = 0;
        if (!Check(buffer.AsSpan(0, end)))
        {
            end = 0;
        }
        var first = Math.Min(count, end);
        buffer.AsSpan(0, first).CopyTo(target.AsSpan(offset));
        start = first;
        return first;
    }

    public async Task WriteAsync(ReadOnlySequence<byte> packet, bool isEndOfPacket, CancellationToken cancellationToken)
    {
        if (!answered)
        {
            answered = true;
            guard.RemainingLengthMax = messageBytesMax + PublishHeadBytesMax;
            greeted();
        }
        if (packet.IsSingleSegment)
        {
            await stream.WriteAsync(packet.First, cancellationToken);
            return;
        }
        var whole = ArrayPool<byte>.Shared.Rent((int)packet.Length);
        try
        {
            packet.CopyTo(whole);
            await stream.WriteAsync(whole.AsMemory(0, (int)packet.Length), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    public void Dispose() => stream.Dispose();

    private bool Check(ReadOnlySpan<byte> untrusted)
    {
        if (!Refused && guard.Accept(untrusted))
        {
            return true;
        }
        Refused = true;
        return false;
    }
}
