using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>Real traffic recorded at a real broker, replayed with faults added, and kept where a test fails.</summary>
public sealed class KeptCaptureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("taser-sim-kept-").FullName;
    private readonly History _force = Runs.Play("one-armoury-day");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_failing_tests_capture_is_kept_and_replays_the_failure()
    {
        var file = Path.Combine(_folder, "failed.cap");
        using (var broker = await Mosquitto.StartAsync())
        {
            // a gateway that acks every seventh record and does not keep it
            await using var faulty = await MqttGateway.StartAsync(broker, _force, Forgotten);
            var failure = await Assert.ThrowsAsync<FailedWithCaptureException>(() =>
                KeptCapture.WhileAsync(
                    broker.Address,
                    file,
                    async () =>
                    {
                        await DockAsync(broker.Address);
                        Assert.Equal(Held(), faulty.Keys);
                    }
                )
            );
            Assert.Contains("taser-sim replay " + file, failure.Message, StringComparison.Ordinal);
        }

        // the capture alone shows the same failure in a gateway with the fault, and none in one without it
        Assert.Equal(Held().Where(k => !Forgotten(k)).ToHashSet(), await ReplayedAsync(file, "honest", Forgotten));
        Assert.Equal(Held(), await ReplayedAsync(file, "honest", null));
    }

    [Fact]
    public async Task The_capture_of_a_test_that_passes_is_thrown_away()
    {
        var file = Path.Combine(_folder, "passed.cap");
        using var broker = await Mosquitto.StartAsync();
        await using var gateway = await MqttGateway.StartAsync(broker, _force);
        await KeptCapture.WhileAsync(broker.Address, file, () => DockAsync(broker.Address));
        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData("lossy")]
    [InlineData("duplicating")]
    [InlineData("re-ordering")]
    [InlineData("forging")]
    public async Task A_capture_is_replayed_with_faults_added_and_every_record_still_arrives_once(string faults)
    {
        var file = Path.Combine(_folder, "day.cap");
        using (var output = File.Create(file))
        {
            CaptureOutput.Write(output, _force);
        }

        Assert.Equal(SentOverMqtt(file), await ReplayedAsync(file, faults, null));
    }

    /// <summary>A capture holds each record once, at the dock that read it first, and one dock of the day is on the serial line.</summary>
    private static HashSet<RecordKey> SentOverMqtt(string file)
    {
        var keys = new HashSet<RecordKey>();
        using var input = File.OpenRead(file);
        var reader = new CaptureReader(input);
        while (reader.Read(out var entry) == CaptureStatus.Entry)
        {
            var frame = FrameReader.Read(entry.UntrustedBytes, Limits.MqttPayloadBytesMax).Frame;
            if (entry.Transport == Transport.Mqtt && RecordBatch.Decode(frame, out var batch).IsNone)
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    keys.Add(new RecordKey(batch.Header.Log, batch.Header.FirstSequence + (ulong)i, 0));
                }
            }
        }

        return keys;
    }

    private static bool Forgotten(RecordKey key) => key.Sequence % 7 == 3;

    private Task<IReadOnlyList<DockOutcome>> DockAsync(Uri broker) =>
        new DockFleet(_force, broker, null, 115_200, TimeProvider.System).RunAsync(TimeSpan.FromSeconds(60), CancellationToken.None);

    private async Task<HashSet<RecordKey>> ReplayedAsync(string file, string faults, Func<RecordKey, bool>? forgets)
    {
        using var broker = await Mosquitto.StartAsync();
        await using var gateway = await MqttGateway.StartAsync(broker, _force, forgets);
        var options = new ReplayOptions(new FileInfo(file), broker.Address.ToString(), null, 0, null, null, faults, 1, 60);
        Assert.Equal(0, await ReplayCommand.RunAsync(options, CancellationToken.None));
        return gateway.Keys;
    }

    private HashSet<RecordKey> Held() =>
        [
            .. _force
                .Visits.Where(v => v.Dock.Transport == "mqtt")
                .SelectMany(v => v.Held)
                .SelectMany(h =>
                    Enumerable.Range(0, (int)h.Range.Count).Select(i => new RecordKey(h.Log.Key, h.Range.First + (ulong)i, 0))
                ),
        ];
}
