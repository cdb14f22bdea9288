using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Ingest;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class IngestQueueTests
{
    [Fact]
    public async Task Room_is_given_back_when_bytes_are_durable_and_those_who_wait_are_served_in_turn()
    {
        var queue = new IngestQueue(2 * Message(0).CostBytes);
        Assert.True(queue.TryEnqueue(Message(1)));
        Assert.True(queue.TryEnqueue(Message(2)));
        Assert.False(queue.TryEnqueue(Message(3)));
        var first = queue.EnqueueAsync(Message(4), CancellationToken.None).AsTask();
        var second = queue.EnqueueAsync(Message(5), CancellationToken.None).AsTask();
        var taken = new List<Inbound>();
        queue.Take(taken, long.MaxValue, TimeSpan.Zero);
        Assert.Equal([1UL, 2UL], taken.Select(t => t.ReceivedNs));
        Assert.False(first.IsCompleted);
        queue.Release(taken[0].CostBytes);
        Assert.True(await first);
        Assert.False(second.IsCompleted);
        Assert.False(queue.TryEnqueue(Message(6)));
        queue.Release(taken[1].CostBytes);
        Assert.True(await second);
        taken.Clear();
        queue.Take(taken, long.MaxValue, TimeSpan.Zero);
        Assert.Equal([4UL, 5UL], taken.Select(t => t.ReceivedNs));
    }

    [Fact]
    public async Task A_message_above_the_bound_still_passes_an_empty_queue()
    {
        var queue = new IngestQueue(10);
        Assert.True(await queue.EnqueueAsync(Message(1), CancellationToken.None));
        Assert.False(queue.TryEnqueue(Message(2)));
    }

    [Fact]
    public async Task Who_waits_when_the_gateway_stops_is_told_so()
    {
        var queue = new IngestQueue(10);
        queue.TryEnqueue(Message(1));
        var waits = queue.EnqueueAsync(Message(2), CancellationToken.None).AsTask();
        queue.Close();
        Assert.False(await waits);
        Assert.False(await queue.EnqueueAsync(Message(3), CancellationToken.None));
    }

    private static Inbound Message(ulong number) => new(new Silent(), InboundKind.Frames, new byte[100], number);

    private sealed class Silent() : DockLink(Transport.Mqtt, default)
    {
        public override bool Send(ReadOnlyMemory<byte> frames) => true;
    }
}
