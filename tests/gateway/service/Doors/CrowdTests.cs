using System.Net.Sockets;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>Very many who say nothing, and a few who say it slowly: an honest dock is served all the while.</summary>
public sealed class CrowdTests
{
    [Fact]
    [Trait("Campaign", "crowd")]
    public async Task Connections_that_say_nothing_take_no_place_for_long_and_a_dock_that_is_there_is_served_all_the_while()
    {
        var (crowd, most) = Campaign.Is("crowd") ? (10_000, 2_000) : (600, 200);
        await using var gateway = await RunningGateway.StartAsync(s => (s.Mqtt.ConnectionsMax, s.Mqtt.ConnectWithinSeconds) = (most, 2));
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var silent = new List<TcpClient>(crowd);
        var port = new Uri(gateway.Mqtt).Port;
        var served = 0UL;
        while (silent.Count < crowd)
        {
            for (var i = 0; i < 200; i++)
            {
                var socket = new TcpClient();
                await socket.ConnectAsync("127.0.0.1", port);
                silent.Add(socket);
            }
            await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, ++served, 1));
        }
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        // Each has its end: refused at once, or closed when it had not said CONNECT in time.
        await Task.WhenAll(silent.Select(EndAsync)).WaitAsync(TimeSpan.FromMinutes(2));
        await using var late = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await late.OpenAsync(connectionId: 8);
        await late.AckOfAsync(await late.SendBatchAsync(RunningGateway.Device, ++served, 1));
        Assert.Equal(served, gateway.Leaves<StoredBatch>().Aggregate(0UL, (sum, b) => sum + b.NewRanges.SequenceCount));
        Assert.InRange(grown, long.MinValue, 200L << 20);
        Console.WriteLine(
            $"CAMPAIGN crowd: {crowd} silent connections against a limit of {most}; {grown >> 20} MiB more while they stood, both ends in one process"
        );
        silent.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task One_that_sends_a_byte_at_a_time_holds_up_nobody_and_is_taken_when_it_is_done_or_closed_when_it_never_logs_in()
    {
        var slow = RunningGateway.Dock with { Dock = "dock-2" };
        await using var gateway = await RunningGateway.StartAsync(settings =>
        {
            settings.Mqtt.ConnectWithinSeconds = 2;
            settings.Docks.Add(
                new DockSettings
                {
                    Name = slow.Dock,
                    Force = slow.Force,
                    Armoury = slow.Armoury,
                }
            );
        });
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        using var never = await ConnectAsync(gateway);
        await never.GetStream().WriteAsync(Connect(slow.Dock).AsMemory(0, 8));

        using var trickle = await ConnectAsync(gateway);
        var wire = trickle.GetStream();
        await wire.WriteAsync(Connect(slow.Dock));
        Assert.NotEqual(0, await wire.ReadAsync(new byte[64]));
        // A batch for which no docking session is open is stored all the same: it says whose it is (wire 7).
        var packet = Publish(Topics.Up(slow, "gw1"), TestDock.Batch(99, 1, RunningGateway.Device, 500, 1));
        var served = 0UL;
        foreach (var (one, at) in packet.Select((one, at) => (one, at)))
        {
            await wire.WriteAsync(new[] { one });
            if (at % 16 == 0)
            {
                await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, ++served, 1));
            }
        }
        await Ground.UntilAsync(() => Task.FromResult(gateway.Leaves<StoredBatch>().Any(b => b.First == 500)), "the slow one's batch");
        Assert.Equal(served, (ulong)gateway.Leaves<StoredBatch>().Count(b => b.First < 500));
        await EndAsync(never);
    }

    [Fact]
    public async Task A_will_that_overtakes_the_birth_and_states_that_are_stale_or_retained_end_no_session()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        var state = Topics.State(RunningGateway.Dock);
        await dock.OpenAsync(connectionId: 7);
        foreach (var (online, connection) in new[] { (false, 6UL), (true, 6UL), (false, 7UL), (true, 7UL), (false, 0UL) })
        {
            await dock.PublishAsync(state, FrameWriter.ToArray(0, 0, new State(online, connection, 0, "dock-1")), retain: true);
        }
        await dock.PublishAsync(
            Topics.Hello(RunningGateway.Dock),
            FrameWriter.ToArray(0, 0, TestDock.HelloOf(RunningGateway.Dock)),
            retain: true
        );
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 1));
        Assert.Equal(1, gateway.Readiness.Report().DockingSessions);
        Assert.Equal((ushort)Reason.RetainedNotAllowed, Assert.Single(gateway.Leaves<Quarantined>()).Reason);
    }

    private static async Task<TcpClient> ConnectAsync(RunningGateway gateway)
    {
        var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", new Uri(gateway.Mqtt).Port);
        return socket;
    }

    private static async Task EndAsync(TcpClient socket)
    {
        try
        {
            Assert.Equal(0, await socket.GetStream().ReadAsync(new byte[16]));
        }
        catch (IOException)
        {
            // reset instead of closed: gone all the same
        }
    }

    /// <summary>MQTT 5 CONNECT with a client id and nothing else (3.1).</summary>
    private static byte[] Connect(string client) =>
        [0x10, (byte)(13 + client.Length), 0, 4, .. "MQTT"u8, 5, 2, 0, 60, 0, 0, (byte)client.Length, .. client.Select(c => (byte)c)];

    /// <summary>MQTT 5 PUBLISH with QoS 1 and no properties (3.3).</summary>
    private static byte[] Publish(string topic, byte[] payload)
    {
        var length = 2 + topic.Length + 2 + 1 + payload.Length;
        return
        [
            0x32,
            (byte)((length & 0x7f) | 0x80),
            (byte)(length >> 7),
            0,
            (byte)topic.Length,
            .. topic.Select(c => (byte)c),
            0,
            1,
            0,
            .. payload,
        ];
    }
}
