using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Channel;
using TaserTelemetry.Gateway.Ingest.Doors;

namespace TaserTelemetry.Gateway.Tests.Doors;

public sealed class GatheredChannelTests
{
    private static readonly byte[] PubAck = [0x40, 2, 0, 1];
    private static readonly byte[] Qos0 = [0x30, 2, 0, 0];
    private static readonly byte[] Ping = [0xc0, 0];

    [Fact]
    public async Task What_nobody_waits_for_is_gathered_until_asked_for_and_any_other_packet_takes_it_along_in_order()
    {
        var inner = new RecordedChannel([]);
        using var channel = new GatheredChannel(inner);
        await WriteAsync(channel, PubAck);
        await WriteAsync(channel, Qos0);
        Assert.Empty(inner.Written);
        await WriteAsync(channel, Ping);
        Assert.Equal(PubAck.Concat(Qos0).Concat(Ping).ToArray(), Assert.Single(inner.Written));
        await WriteAsync(channel, PubAck);
        await channel.FlushAsync(CancellationToken.None);
        await channel.FlushAsync(CancellationToken.None);
        Assert.Equal(PubAck, inner.Written[1]);
        Assert.Equal(2, inner.Written.Count);
    }

    [Fact]
    public async Task Gathered_bytes_leave_by_themselves_one_packet_past_the_limit()
    {
        var inner = new RecordedChannel([]);
        using var channel = new GatheredChannel(inner);
        for (var packets = 0; packets < GatheredChannel.GatheredBytesMax / PubAck.Length; packets++)
        {
            await WriteAsync(channel, PubAck);
        }
        Assert.Empty(inner.Written);
        await WriteAsync(channel, PubAck);
        Assert.Equal(GatheredChannel.GatheredBytesMax + PubAck.Length, Assert.Single(inner.Written).Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100_000)]
    public async Task Bytes_are_read_in_order_whatever_is_asked_for_at_once(int atOnce)
    {
        var sent = Enumerable.Range(0, 1_000).Select(i => (byte)(i % 251)).ToArray();
        using var channel = new GatheredChannel(new RecordedChannel(sent));
        var (read, buffer) = (new List<byte>(), new byte[atOnce]);
        while (await channel.ReadAsync(buffer, 0, atOnce, CancellationToken.None) is > 0 and var count)
        {
            read.AddRange(buffer[..count]);
        }
        Assert.Equal(sent, read.ToArray());
    }

    [Fact]
    public async Task Who_waits_to_write_when_the_connection_is_cut_and_thrown_away_is_told_so_and_does_not_wait_for_ever()
    {
        for (var time = 0; time < 200; time++)
        {
            var channel = new GatheredChannel(new StuckChannel());
            using var ended = new CancellationTokenSource();
            var stuck = WriteAsync(channel, Ping);
            var waiting = channel.FlushAsync(ended.Token);
            Assert.False(waiting.IsCompleted);
            channel.Dispose();
            await ended.CancelAsync();
            foreach (var writing in new[] { stuck, waiting })
            {
                var told = await Record.ExceptionAsync(() => writing.WaitAsync(TimeSpan.FromSeconds(30)));
                Assert.True(told is IOException or OperationCanceledException, told?.ToString());
            }
        }
    }

    private static Task WriteAsync(GatheredChannel channel, byte[] packet) =>
        channel.WriteAsync(new ReadOnlySequence<byte>(packet), true, CancellationToken.None);

    /// <summary>A peer that takes nothing until it is hung up on.</summary>
    private sealed class StuckChannel : IMqttChannel
    {
        private readonly TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public X509Certificate2 ClientCertificate => throw new NotSupportedException();

        public EndPoint RemoteEndPoint => throw new NotSupportedException();

        public EndPoint LocalEndPoint => throw new NotSupportedException();

        public bool IsSecureConnection => false;

        public Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task DisconnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(0);

        public Task WriteAsync(ReadOnlySequence<byte> buffer, bool isEndOfPacket, CancellationToken cancellationToken) => gone.Task;

        public void Dispose() => gone.TrySetException(new IOException("hung up"));
    }

    private sealed class RecordedChannel(byte[] toRead) : IMqttChannel
    {
        private int at;

        public List<byte[]> Written { get; } = [];

        public X509Certificate2 ClientCertificate => throw new NotSupportedException();

        public EndPoint RemoteEndPoint => throw new NotSupportedException();

        public EndPoint LocalEndPoint => throw new NotSupportedException();

        public bool IsSecureConnection => false;

        public Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task DisconnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            var taken = Math.Min(Math.Min(count, 300), toRead.Length - at);
            toRead.AsSpan(at, taken).CopyTo(buffer.AsSpan(offset));
            at += taken;
            return Task.FromResult(taken);
        }

        public Task WriteAsync(ReadOnlySequence<byte> buffer, bool isEndOfPacket, CancellationToken cancellationToken)
        {
            Written.Add(buffer.ToArray());
            return Task.CompletedTask;
        }

        public void Dispose() { }
    }
}
