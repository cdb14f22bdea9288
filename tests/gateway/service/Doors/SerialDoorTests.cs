using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Doors;
using TaserTelemetry.Gateway.Observability;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>Serial ports that come, go, hang and do not listen, on real pseudo-terminals (wire 23).</summary>
public sealed class SerialDoorTests : IDisposable
{
    private readonly Ground ground = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly DoorStates states = new();
    private readonly List<SerialDoor> doors = [];
    private readonly List<Inbound> taken = [];
    private IngestQueue queue = new(1_000_000);

    [Fact]
    public async Task A_line_that_is_pulled_half_way_through_a_frame_and_comes_back_is_served_and_nothing_is_glued()
    {
        var frame = Numbered(1);
        var bytes = SocatLine.OnTheLine(frame);
        await using var first = await SocatLine.PlugInAsync(ground, "usb-dock");
        Open(first.GatewayEnd, "dock-1");
        await IsAsync(first.GatewayEnd, DoorState.Up);
        first.Write(bytes.AsSpan(0, 30));
        await first.PullAsync();
        await IsAsync(first.GatewayEnd, DoorState.Down, "is not there");
        Assert.Equal(InboundKind.LinkClosed, (await NextAsync()).Kind);

        await using var second = await SocatLine.PlugInAsync(ground, "usb-dock");
        await IsAsync(first.GatewayEnd, DoorState.Up);
        second.Write(bytes.AsSpan(30));
        second.Say(Numbered(2));
        Assert.Equal(2u, NumberOf(await NextAsync()));
    }

    [Fact]
    public async Task A_port_that_is_not_there_at_the_start_is_served_when_it_is_plugged_in_also_when_its_stable_name_then_means_another_terminal()
    {
        var byId = ground.At("by-id-dock");
        Open(byId, "dock-1");
        await IsAsync(byId, DoorState.Down, "is not there");
        foreach (var name in (string[])["tty-7", "tty-8"])
        {
            await using var line = await SocatLine.PlugInAsync(ground, name);
            File.CreateSymbolicLink(byId, line.GatewayEnd);
            await IsAsync(byId, DoorState.Up);
            line.Say(Numbered(7));
            Assert.Equal(7u, NumberOf(await NextAsync()));
            File.Delete(byId);
            await line.PullAsync();
            await IsAsync(byId, DoorState.Down);
            Assert.Equal(InboundKind.LinkClosed, (await NextAsync()).Kind);
        }
    }

    [Fact]
    public async Task Eight_ports_are_served_at_once_each_under_its_own_docks_name()
    {
        var lines = new List<SocatLine>();
        try
        {
            for (var port = 0; port < 8; port++)
            {
                lines.Add(await SocatLine.PlugInAsync(ground, $"port-{port}"));
                Open(lines[^1].GatewayEnd, $"dock-{port}");
            }
            foreach (var (line, port) in lines.Select((line, port) => (line, port)))
            {
                await IsAsync(line.GatewayEnd, DoorState.Up);
                line.Say(Numbered((uint)port + 1));
            }
            var heard = new SortedSet<(string, uint)>();
            while (heard.Count < 8)
            {
                var inbound = await NextAsync();
                heard.Add((inbound.Link.Claimed.Dock, NumberOf(inbound)));
            }
            Assert.Equal(Enumerable.Range(0, 8).Select(port => ($"dock-{port}", (uint)port + 1)), heard);
        }
        finally
        {
            foreach (var line in lines)
            {
                await line.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task A_dock_that_does_not_read_holds_up_neither_another_port_nor_the_stop()
    {
        await using var deaf = await SocatLine.PlugInAsync(ground, "deaf");
        await using var other = await SocatLine.PlugInAsync(ground, "other");
        Open(deaf.GatewayEnd, "dock-1");
        Open(other.GatewayEnd, "dock-2");
        await IsAsync(deaf.GatewayEnd, DoorState.Up);
        await IsAsync(other.GatewayEnd, DoorState.Up);
        deaf.Say(Numbered(1));
        var link = (await NextAsync()).Link;

        var frame = FrameWriter.ToArray(5, 0, new ClockEchoRequest(1, 2));
        var bytes = 0L;
        while (link.Send(frame))
        {
            bytes += frame.Length;
            Assert.True(bytes < 10_000_000, "what waits for a dock that does not read is bounded");
        }
        other.Say(Numbered(3));
        Assert.Equal(3u, NumberOf(await NextAsync()));
        await Task.Run(Stop).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(link.Send(frame));
    }

    [Fact]
    public async Task While_the_queue_is_full_the_line_waits_what_is_to_be_said_goes_out_and_no_frame_is_lost_or_overtaken()
    {
        queue = new IngestQueue(2 * Numbered(1).Length + 2 * Inbound.OverheadBytes);
        await using var line = await SocatLine.PlugInAsync(ground, "line");
        Open(line.GatewayEnd, "dock-1");
        await IsAsync(line.GatewayEnd, DoorState.Up);
        var saying = Task.Run(() =>
        {
            for (var number = 1u; number <= 200; number++)
            {
                line.Say(Numbered(number));
            }
        });
        var first = await NextAsync();
        await Ground.UntilAsync(() => Task.FromResult(queue.Waiting == 1), "a frame to wait for room");

        Assert.True(first.Link.Send(FrameWriter.ToArray(5, 0, new Hold(15_000, Reason.DiskFull))));
        Assert.Equal(MessageType.Hold, (await line.HearAsync(MessageType.Hold)).Type);

        queue.Release(first.CostBytes);
        for (var number = 2u; number <= 200; number++)
        {
            var next = await NextAsync();
            Assert.Equal(number, NumberOf(next));
            queue.Release(next.CostBytes);
        }
        await saying;
    }

    [Fact]
    public async Task A_port_that_hangs_in_the_middle_of_a_session_is_opened_anew_after_35_seconds()
    {
        var clock = new FakeTimeProvider();
        await using var line = await SocatLine.PlugInAsync(ground, "line");
        Open(line.GatewayEnd, "dock-1", clock);
        await IsAsync(line.GatewayEnd, DoorState.Up);
        line.Say(Numbered(1));
        var before = (await NextAsync()).Link;

        clock.Advance(TimeSpan.FromMilliseconds(Limits.SilenceMs - 1));
        line.Say(Numbered(2));
        Assert.Same(before, (await NextAsync()).Link);
        clock.Advance(TimeSpan.FromMilliseconds(Limits.SilenceMs));
        line.Write([1, 2, 3, 0]); // noise is no sign of life
        Assert.Equal(InboundKind.LinkClosed, (await NextAsync()).Kind);
        await IsAsync(line.GatewayEnd, DoorState.Up);
        line.Say(Numbered(3));
        var after = await NextAsync();
        Assert.Equal(3u, NumberOf(after));
        Assert.NotSame(before, after.Link);
    }

    [Fact]
    public async Task A_port_that_another_program_holds_says_so_and_is_served_when_it_is_free()
    {
        await using var line = await SocatLine.PlugInAsync(ground, "line");
        using (new FileStream(line.GatewayEnd, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 0))
        {
            Open(line.GatewayEnd, "dock-1");
            await IsAsync(line.GatewayEnd, DoorState.Down, "in use by another program");
        }
        await IsAsync(line.GatewayEnd, DoorState.Up);
    }

    [Fact]
    public async Task A_path_that_is_no_serial_port_says_so()
    {
        await File.WriteAllTextAsync(ground.At("a-file"), "no terminal");
        Open(ground.At("a-file"), "dock-1");
        await IsAsync(ground.At("a-file"), DoorState.Down, "is not a serial port");
    }

    [Fact]
    public async Task A_damaged_frame_comes_in_marked_as_such_and_noise_once_a_second_with_its_reason()
    {
        await using var line = await SocatLine.PlugInAsync(ground, "line");
        Open(line.GatewayEnd, "dock-1", new FakeTimeProvider());
        await IsAsync(line.GatewayEnd, DoorState.Up);
        var damaged = Numbered(4);
        damaged[20] ^= 1;
        line.Write([9, 9, 9, 0]);
        line.Write([9, 9, 9, 0]);
        line.Say(damaged);
        line.Say(Numbered(5));
        var noise = await NextOrNoiseAsync();
        Assert.Equal((InboundKind.Noise, Reason.CobsBroken), (noise.Kind, noise.NoiseReason));
        Assert.True(noise.Untrusted.IsEmpty);
        var first = await NextAsync();
        Assert.Equal((true, 4u), (first.Damaged, NumberOf(first)));
        var second = await NextAsync();
        Assert.Equal((false, 5u), (second.Damaged, NumberOf(second)));
    }

    public void Dispose()
    {
        Stop();
        services.Dispose();
        ground.Dispose();
    }

    private void Open(string path, string dock, TimeProvider? clock = null)
    {
        var door = new SerialDoor(
            new SerialPortSettings { Path = path, Dock = dock },
            new DockAddress("kent", "maidstone", dock),
            queue,
            states,
            clock ?? TimeProvider.System,
            NullLogger<SerialDoor>.Instance,
            new DoorMeters(services.GetRequiredService<IMeterFactory>())
        );
        doors.Add(door);
        door.Start();
    }

    private void Stop()
    {
        queue.Close();
        doors.ForEach(door => door.Dispose());
        doors.Clear();
    }

    private Task IsAsync(string path, DoorState state, string why = "") =>
        Ground.UntilAsync(
            () =>
                Task.FromResult(
                    states.All.TryGetValue(path, out var now) && now.State == state && now.Why.Contains(why, StringComparison.Ordinal)
                ),
            $"{path} to be {state}: {why}"
        );

    /// <summary>What comes in next but noise, which may stand anywhere where a line was cut.</summary>
    private async Task<Inbound> NextAsync()
    {
        var next = await NextOrNoiseAsync();
        return next.Kind == InboundKind.Noise ? await NextAsync() : next;
    }

    private async Task<Inbound> NextOrNoiseAsync()
    {
        if (taken.Count == 0)
        {
            await Ground.UntilAsync(
                () =>
                {
                    queue.Take(taken, 1, TimeSpan.Zero);
                    return Task.FromResult(taken.Count > 0);
                },
                "something to come in"
            );
        }
        var next = taken[0];
        taken.RemoveAt(0);
        return next;
    }

    private static uint NumberOf(Inbound inbound) => BitConverter.ToUInt32(inbound.Untrusted.Span[8..]);

    private static byte[] Numbered(uint number) =>
        FrameWriter.ToArray(5, number, new Undocked(Reason.CarrierRemoved, false, 1, 2, "X29000001", ""));
}
