using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.World;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>Docks over a real broker and a real pseudo-terminal, with the scripted gateway at the other end.</summary>
public sealed class LiveDockTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Over_a_real_broker_every_record_arrives()
    {
        using var broker = await Mosquitto.StartAsync();
        var history = Runs.Play("one-armoury-day");
        await using var gateway = await MqttGateway.StartAsync(broker, history);
        var kept = Path.Combine(Campaign.RepositoryRoot, ".artifacts", "kept-captures", "over-a-real-broker.cap");
        await KeptCapture.WhileAsync(
            broker.Address,
            kept,
            async () =>
            {
                var fleet = new DockFleet(history, broker.Address, null, 115_200, TimeProvider.System);
                var docks = await fleet.RunAsync(Limit, CancellationToken.None);
                Assert.Equal(["dock-a", "dock-b"], docks.Select(d => d.Dock));
                Assert.All(docks, d => Assert.Equal(("done", d.Visits), (d.State, d.VisitsDone)));
                Assert.Equal(Held(history, "mqtt"), gateway.Kept);
            }
        );
    }

    [Fact]
    public async Task A_broker_that_is_killed_and_comes_back_costs_nothing()
    {
        using var broker = await Mosquitto.StartAsync();
        var history = Runs.Play("one-armoury-day");
        await using var gateway = await MqttGateway.StartAsync(broker, history);
        var run = new DockFleet(history, broker.Address, null, 115_200, TimeProvider.System).RunAsync(Limit, CancellationToken.None);
        await gateway.UntilKeptAsync(20);
        await broker.KillAndStartAgainAsync();
        await gateway.ConnectAsync();
        Assert.All(await run, d => Assert.Equal("done", d.State));
        Assert.Equal(Held(history, "mqtt"), gateway.Kept);
    }

    [Fact]
    public async Task With_no_broker_the_run_ends_at_its_time_limit_and_says_which_docks_are_unfinished()
    {
        var history = Runs.Play("one-armoury-day");
        var docks = await new DockFleet(history, new Uri("mqtt://127.0.0.1:1"), null, 115_200, TimeProvider.System).RunAsync(
            TimeSpan.FromSeconds(4),
            CancellationToken.None
        );
        Assert.All(docks, d => Assert.Equal("unfinished", d.State));
        Assert.All(docks, d => Assert.NotEqual("", d.Trouble));
    }

    [Fact]
    public async Task An_absent_serial_path_becomes_a_pseudo_terminal_and_every_record_arrives_through_it()
    {
        var folder = Directory.CreateTempSubdirectory("taser-sim-pty-");
        var path = Path.Combine(folder.FullName, "dock");
        var history = Runs.Play("one-armoury-day");
        var run = new DockFleet(history, null, path, 115_200, TimeProvider.System).RunAsync(Limit, CancellationToken.None);
        using (var line = await OpenAsync(path))
        {
            var gateway = new ScriptedGateway("");
            await ServeAsync(line, gateway, run);
            var docks = await run;
            Assert.Equal(("dock-c", "done"), (Assert.Single(docks).Dock, docks[0].State));
            Assert.Equal(Held(history, "serial"), gateway.Kept.Count);
        }

        Assert.False(File.Exists(path), "the link is taken away with the terminal");
        folder.Delete(recursive: true);
    }

    private static int Held(History history, string transport) =>
        history
            .Visits.Where(v => v.Dock.Transport == transport)
            .SelectMany(v => v.Held)
            .SelectMany(h => Enumerable.Range(0, (int)h.Range.Count).Select(i => (h.Log, h.Range.First + (ulong)i)))
            .Distinct()
            .Count();

    private static async Task<FileStream> OpenAsync(string path)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!File.Exists(path))
        {
            await Task.Yield();
            limit.Token.ThrowIfCancellationRequested();
        }

        return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
    }

    /// <summary>Reads and answers until the run is over; the reader thread ends with the line.</summary>
    private static async Task ServeAsync(FileStream line, ScriptedGateway gateway, Task run)
    {
        var served = Task.Factory.StartNew(
            () =>
            {
                var deframer = new SerialDeframer();
                var buffer = new byte[4_096];
                try
                {
                    for (var read = line.Read(buffer); read > 0; read = line.Read(buffer))
                    {
                        Answer(line, gateway, deframer, buffer.AsSpan(0, read));
                    }
                }
                catch (IOException)
                {
                    // the dock hung up: the end of the run
                }
            },
            TaskCreationOptions.LongRunning
        );
        await run;
        await served.WaitAsync(Limit);
    }

    private static void Answer(FileStream line, ScriptedGateway gateway, SerialDeframer deframer, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var found = deframer.Next(ref bytes);
            if (found.Status == DeframerStatus.NeedsMore)
            {
                return;
            }

            if (found.Status == DeframerStatus.Frame)
            {
                foreach (var answer in gateway.Receive(found.Bytes.ToArray()))
                {
                    var encoded = new byte[Cobs.EncodedBytesMax(answer.Length) + 1];
                    var count = Cobs.Encode(answer, encoded);
                    line.Write(encoded.AsSpan(0, count + 1));
                }
            }
        }
    }
}
