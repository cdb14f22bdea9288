using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.Load;
using TaserTelemetry.Simulator.Replay;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Tests;

public sealed class LoadAndReplayTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(200, 0)]
    [InlineData(10, 500)]
    public async Task Every_message_of_a_load_is_acked_and_timed(int records, double rate)
    {
        using var sink = new LoadSink();
        var plan = new LoadPlan("::1", sink.Port, "", "", "county", "load", "load-", 3, records, rate, TimeSpan.FromMilliseconds(400), 0);
        var result = await LoadRun.RunAsync(plan, CancellationToken.None);
        Assert.True(result.MessagesSent > 0);
        Assert.Equal(result.MessagesSent, result.MessagesAcked);
        Assert.Equal(result.MessagesAcked * records, result.RecordsAcked);
        Assert.Equal(result.MessagesAcked, result.LatencyMicroseconds.TotalCount);
        if (rate > 0)
        {
            // never faster than asked for, however long it took: one message more for each dock's first slot
            Assert.InRange(result.MessagesSent, 1, (long)(rate * result.Seconds) + 3);
        }
    }

    [Fact]
    public void Mqtt_packets_split_anywhere_are_waited_for()
    {
        var buffer = new byte[256];
        var header = MqttPackets.PublishHeader(buffer, "a/b"u8, 7, 20);
        for (var i = 0; i < header + 20; i++)
        {
            Assert.Equal(0, MqttPackets.Read(buffer.AsSpan(0, i)).Bytes);
        }

        var packet = MqttPackets.Read(buffer.AsSpan(0, header + 20));
        Assert.Equal(header + 20, packet.Bytes);
        Assert.Equal(20, MqttPackets.Payload(packet, out var topic).Length);
        Assert.Equal("a/b"u8, topic);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 3, 0x21, 0, 20 }, 20)]
    [InlineData(new byte[] { 0, 0, 8, 0x27, 0, 1, 0, 0, 0x21, 1, 0 }, 256)]
    [InlineData(new byte[] { 0, 0, 0 }, 65_535)]
    public void The_brokers_receive_maximum_is_obeyed(byte[] connAck, int expected) =>
        Assert.Equal(expected, MqttPackets.ReceiveMaximum(connAck));

    [Fact]
    public void A_capture_replayed_brings_the_same_records_in_a_session_of_its_own()
    {
        var history = Runs.Play("one-armoury-day");
        var sources = Captured(history);
        var replayed = new HashSet<RecordKey>();
        foreach (var source in sources)
        {
            var gateway = new ScriptedGateway();
            var talk = new DockConversation(source.Address, source.Transport, new ReplayWork(source.Said, 0), 5, () => 77);
            var ms = 0L;
            talk.Connected(new SessionTime(0, 0));
            for (var step = 0; step < 5_000 && talk.Progress == DockProgress.Working; step++)
            {
                ms += 20;
                var now = new SessionTime((ulong)ms * 1_000_000, (ulong)ms * 1_000_000);
                talk.Tick(now);
                while (talk.TryTake(out var outgoing))
                {
                    foreach (var answer in gateway.Receive(outgoing.Frame))
                    {
                        talk.Receive(answer, now);
                    }
                }
            }

            Assert.Equal(DockProgress.Done, talk.Progress);
            replayed.UnionWith(gateway.Kept.Keys);
        }

        Assert.Equal(history.Devices.SelectMany(d => d.Logs).Sum(l => (long)l.Delivered.Total), replayed.Count);
    }

    [Fact]
    public void A_capture_can_be_replayed_from_any_point()
    {
        var history = Runs.Play("one-armoury-day");
        var middle = DateTimeOffset.FromUnixTimeMilliseconds(history.Visits[history.Visits.Count / 2].TrueUtcMs);
        var all = Captured(history).Sum(s => s.Said.Count);
        var before = Captured(history, to: middle).Sum(s => s.Said.Count);
        var behind = Captured(history, from: middle).Sum(s => s.Said.Count);
        Assert.True(before > 0 && behind > 0);
        Assert.Equal(all, before + behind);
    }

    [Fact]
    public void A_capture_that_is_cut_short_says_where_and_keeps_what_came_before()
    {
        using var memory = new MemoryStream();
        CaptureOutput.Write(memory, Runs.Play("one-armoury-day"));
        memory.SetLength(memory.Length - 7);
        memory.Position = 0;
        var (sources, trouble) = CaptureSources.Read(memory, null, null);
        Assert.NotEmpty(sources);
        Assert.Contains("cut short at byte", trouble, StringComparison.Ordinal);
        Assert.Contains("not a capture", CaptureSources.Read(new MemoryStream([1, 2, 3]), null, null).Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recording_of_live_docks_holds_what_they_said()
    {
        using var broker = await Mosquitto.StartAsync();
        var history = Runs.Play("one-armoury-day");
        using var memory = new MemoryStream();
        using var over = new CancellationTokenSource();
        var listening = new TaskCompletionSource();
        var recorder = new Recorder(broker.Address, memory, TimeProvider.System);
        var recording = recorder.RunAsync(listening.SetResult, over.Token);
        await listening.Task;
        await using (var gateway = await MqttGateway.StartAsync(broker, history))
        {
            var docks = await new DockFleet(history, broker.Address, null, 115_200, TimeProvider.System).RunAsync(
                TimeSpan.FromSeconds(60),
                CancellationToken.None
            );
            Assert.All(docks, d => Assert.Equal("done", d.State));
        }

        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => recording);
        memory.Position = 0;
        var (sources, trouble) = CaptureSources.Read(memory, null, null);
        Assert.Null(trouble);
        Assert.Equal(["dock-a", "dock-b"], sources.Select(s => s.Address.Dock).Order());
        Assert.True(recorder.Messages > history.Visits.Count);
    }

    private static IReadOnlyList<(DockAddress Address, Transport Transport, IReadOnlyList<Captured> Said)> Captured(
        History history,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null
    )
    {
        using var memory = new MemoryStream();
        CaptureOutput.Write(memory, history);
        memory.Position = 0;
        var (sources, trouble) = CaptureSources.Read(memory, from, to);
        Assert.Null(trouble);
        return sources;
    }
}
