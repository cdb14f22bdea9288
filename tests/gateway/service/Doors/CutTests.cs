using System.Globalization;
using System.Threading.Channels;
using MQTTnet.Exceptions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>
/// The network breaks at each step of one whole conversation, between dock and gateway and between gateway and broker: what was receipted is stored
/// and not asked for again, each record counts once, and nobody lends a hand.
/// </summary>
public sealed class CutTests : IDisposable
{
    private const int Records = 30;
    private const int RecordsInBatch = 6;
    private static long connections;
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    [Trait("Campaign", "network-cuts")]
    public async Task Cut_after_any_byte_of_a_conversation_nothing_receipted_is_lost_and_nothing_counts_twice()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var wire = new CuttingProxy(gateway.Mqtt);
        await UploadAsync(wire.Url, "WHOLE", [], MqttTimes);
        var whole = wire.Passed;
        Assert.Equal(1, wire.Connections);
        var cuts = Cuts(whole.Up, up: true).Concat(Cuts(whole.Down, up: false)).ToList();
        foreach (var (up, at) in cuts)
        {
            wire.CutAfter(up ? at : long.MaxValue, up ? long.MaxValue : at);
            await UploadAsync(wire.Url, NameOf(up, at), [], MqttTimes);
        }
        Assert.InRange(wire.Connections, cuts.Count * 3 / 2, (cuts.Count * MqttTimes) + 1);
        EachOnce(gateway, cuts.Select(cut => NameOf(cut.Up, cut.At)).Append("WHOLE"));
        Console.WriteLine(
            $"CAMPAIGN network-cuts: {cuts.Count} cuts of {whole.Up} bytes up and {whole.Down} down, each recovered by itself"
        );
    }

    [Fact]
    [Trait("Campaign", "network-cuts")]
    public async Task Cut_from_its_broker_after_any_byte_the_gateway_comes_back_by_itself_and_nothing_counts_twice()
    {
        await using var broker = await Mosquitto.StartAsync(ground);
        var direct = $"mqtt://127.0.0.1:{broker.Port}";
        await using var wire = new CuttingProxy(direct);
        await using var gateway = await RunningGateway.StartAsync(settings => settings.Mqtt.Broker = wire.Url);
        await ReadyAsync(gateway);
        var before = wire.Passed;
        await UploadAsync(direct, "WHOLE", [], 1);
        var (up, down) = (wire.Passed.Up - before.Up, wire.Passed.Down - before.Down);
        // Each costs the back-off, up to 30 s: every byte is the campaign's, from a seed on, for as long as it may take.
        var campaign = Campaign.Is("network-cuts");
        var few = campaign ? Math.Max(up, down) : 4;
        var cuts = new List<(bool Up, long At)>();
        for (var i = 1L; i < few; i++)
        {
            cuts.AddRange(new[] { (true, i * up / few), (false, i * down / few) });
        }
        cuts =
        [
            .. cuts.Distinct()
                .OrderBy(cut => campaign ? new Random((int)((ulong)((cut.At * 2) + (cut.Up ? 1 : 0)) ^ (Campaign.Seed << 16))).Next() : 0),
        ];
        var (began, made) = (TimeProvider.System.GetTimestamp(), 0);
        foreach (var (isUp, at) in cuts)
        {
            if (campaign && TimeProvider.System.GetElapsedTime(began) > Campaign.Length)
            {
                break;
            }
            made++;
            wire.CutAfter(isUp ? at : long.MaxValue, isUp ? long.MaxValue : at);
            await UploadAsync(direct, NameOf(isUp, at), [], MqttTimes);
            await ReadyAsync(gateway);
        }
        EachOnce(gateway, cuts.Take(made).Select(cut => NameOf(cut.Up, cut.At)).Append("WHOLE"));
        Console.WriteLine($"CAMPAIGN network-cuts: {made} of {cuts.Count} cuts between gateway and broker, each recovered by itself");
        Assert.Empty(gateway.Leaves<Quarantined>());
    }

    // A cut ends one connection; an answer that is lost without one costs a repeat.
    private const int MqttTimes = 4;
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(5);

    private static IEnumerable<(bool Up, long At)> Cuts(long bytes, bool up)
    {
        var stride = Campaign.Is("network-cuts") ? 1 : Math.Max(1, bytes / 14);
        for (var at = 1L; at < bytes; at += stride)
        {
            yield return (up, at);
        }
    }

    private static string NameOf(bool up, long at) => string.Create(CultureInfo.InvariantCulture, $"CUT-{(up ? "UP" : "DOWN")}-{at}");

    /// <summary>What every dock does: connect, hello, docked, send what is wanted, until a receipt covers all; and again when the wire breaks.</summary>
    private static async Task UploadAsync(string mqtt, string device, HashSet<ulong> receipted, int times)
    {
        for (var attempt = 1; receipted.Count < Records; attempt++)
        {
            Assert.InRange(attempt, 1, times);
            try
            {
                await using var dock = await TestDock.ConnectAsync(mqtt, RunningGateway.Dock);
                await ConverseAsync(dock, device, receipted);
            }
            catch (Exception broken)
                when (broken
                        is MqttCommunicationException
                            or ChannelClosedException
                            or OperationCanceledException
                            or MqttClientNotConnectedException
                            or InvalidOperationException
                )
            {
                Assert.NotEqual(times, attempt);
            }
        }
    }

    private static async Task ConverseAsync(TestDock dock, string device, HashSet<ulong> receipted)
    {
        await dock.OpenAsync((ulong)Interlocked.Increment(ref connections));
        await dock.EchoAsync(LostAfter);
        await dock.DockAsync(new LogKey(device, LogKind.Event, default), 1, Records);
        while (receipted.Count < Records)
        {
            var (wanted, receipt) = await dock.WantOrReceiptAsync(LostAfter);
            foreach (var range in wanted)
            {
                Assert.DoesNotContain(Sequences(range), receipted.Contains);
                for (var first = range.First; first < range.Next; first += RecordsInBatch)
                {
                    await dock.SendBatchAsync(device, first, (int)Math.Min(RecordsInBatch, range.Next - first));
                }
            }
            receipted.UnionWith(receipt.SelectMany(Sequences));
        }
    }

    private static IEnumerable<ulong> Sequences(SequenceRange range) =>
        Enumerable.Range(0, (int)range.Count).Select(i => range.First + (ulong)i);

    private static void EachOnce(RunningGateway gateway, IEnumerable<string> devices)
    {
        var stored = gateway
            .Leaves<StoredBatch>()
            .GroupBy(b => b.Device, StringComparer.Ordinal)
            .ToDictionary(
                g => g.Key,
                g => (New: g.Aggregate(0UL, (sum, b) => sum + b.NewRanges.SequenceCount), Variants: g.Sum(b => b.VariantRanges.Count)),
                StringComparer.Ordinal
            );
        Assert.All(devices, device => Assert.Equal(((ulong)Records, 0), stored[device]));
    }

    private static Task ReadyAsync(RunningGateway gateway) =>
        Ground.UntilAsync(() => Task.FromResult(gateway.Readiness.Report().Ready), "the gateway at its broker");
}
