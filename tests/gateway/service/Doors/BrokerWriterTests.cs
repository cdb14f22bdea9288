using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;
using MQTTnet.Packets;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Doors;
using TaserTelemetry.Gateway.Observability;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>A broker that does not read, or a library that is slow to write, cannot be had on demand: here what the writer writes to is a list.</summary>
public sealed class BrokerWriterTests : IDisposable
{
    private const int CostBytes = 5_000;
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly CancellationTokenSource ended = new();
    private readonly List<string> written = [];
    private readonly ExternalBroker door;
    private readonly BrokerWriter writer;
    private TaskCompletionSource mayAck = Done();

    public BrokerWriterTests()
    {
        door = new ExternalBroker(
            new GatewaySettings(),
            new IngestQueue(1),
            new DoorStates(),
            TimeProvider.System,
            NullLogger<ExternalBroker>.Instance,
            new DoorMeters(services.GetRequiredService<IMeterFactory>()),
            _ => { }
        );
        writer = new BrokerWriter(door, ended, () => Task.CompletedTask);
    }

    [Fact]
    public void PUBACKs_leave_in_the_order_in_which_the_messages_came_whichever_is_due_first()
    {
        var order = new PubackOrder<int>();
        var owed = Enumerable.Range(0, 4).Select(order.Came).ToList();
        order.IsDue(owed[1]);
        order.IsDue(owed[3]);
        Assert.False(order.TryNext(out _));
        order.IsDue(owed[0]);
        Assert.Equal([0, 1], Sent());
        order.IsDue(owed[2]);
        Assert.Equal([2, 3], Sent());

        List<int> Sent()
        {
            var sent = new List<int>();
            while (order.TryNext(out var next))
            {
                sent.Add(next);
            }
            return sent;
        }
    }

    [Fact]
    public async Task What_is_durable_counts_as_held_until_its_PUBACK_is_written()
    {
        mayAck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (first, second) = (Came("first"), Came("second"));
        var running = RunAsync();
        writer.IsDue(first);
        writer.IsDue(second);
        Assert.Equal(2 * CostBytes, door.UnackedBytes);
        mayAck.SetResult();
        await UntilAsync(() => door.UnackedBytes == 0);
        Assert.Equal(["PUBACK first", "PUBACK second"], written);
        Assert.True(writer.IsEmpty);
        await EndAsync(running);
    }

    [Fact]
    public async Task A_connection_that_ends_owes_nothing_for_what_the_broker_delivers_again_and_the_rest_until_it_is_durable()
    {
        mayAck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var owed = new[] { "stuck in writing", "durable", "not yet durable", "durable too" }.Select(Came).ToList();
        var running = RunAsync();
        writer.IsDue(owed[0]);
        writer.IsDue(owed[1]);
        writer.IsDue(owed[3]);
        await EndAsync(running);
        writer.End();
        Assert.Equal(CostBytes, door.UnackedBytes);
        writer.IsDue(owed[2]);
        Assert.Equal(0, door.UnackedBytes);
        Assert.Empty(written);
    }

    [Fact]
    public async Task No_dock_has_its_ack_and_with_it_new_credit_before_the_broker_has_the_PUBACK()
    {
        const int Messages = 500;
        var link = door.LinkFor(RunningGateway.Dock)!;
        var running = RunAsync();
        for (var number = 0; number < Messages; number++)
        {
            writer.IsDue(Came($"{number}"));
            Assert.True(link.Send(BitConverter.GetBytes(number)));
        }
        await UntilAsync(() => Written() == 2 * Messages);
        for (var number = 0; number < Messages; number++)
        {
            Assert.True(written.IndexOf($"PUBACK {number}") < written.IndexOf($"down {number}"), $"{number} was answered first");
        }
        await EndAsync(running);
    }

    public void Dispose()
    {
        ended.Dispose();
        services.Dispose();
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private PubackOrder<OwedMessage>.Owed Came(string name)
    {
        door.Owe(CostBytes);
        var message = new MqttApplicationMessage { Topic = name };
        return writer.Came(new MqttApplicationMessageReceivedEventArgs("", message, new MqttPublishPacket(), AckAsync), CostBytes);
    }

    private async Task AckAsync(MqttApplicationMessageReceivedEventArgs came, CancellationToken cancellation)
    {
        await mayAck.Task.WaitAsync(cancellation);
        Write($"PUBACK {came.ApplicationMessage.Topic}");
    }

    private Task RunAsync() =>
        writer.RunAsync(
            said =>
            {
                Write($"down {BitConverter.ToInt32(said.Frames.Span)}");
                return Task.CompletedTask;
            },
            () => false
        );

    private async Task EndAsync(Task running)
    {
        await ended.CancelAsync();
        await running;
    }

    private void Write(string what)
    {
        lock (written)
        {
            written.Add(what);
        }
    }

    private int Written()
    {
        lock (written)
        {
            return written.Count;
        }
    }

    private static Task UntilAsync(Func<bool> holds) => Ground.UntilAsync(() => Task.FromResult(holds()), "what the writer owes");
}
