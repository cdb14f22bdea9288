using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Tests;
using ReadStatus = TaserTelemetry.Ledger.Journals.ReadStatus;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>
/// DATA on a small disk of its own, a tmpfs in a mount namespace, and a gateway without any capability on it: what an ordinary user's process finds
/// when the disk is full, reserve for root included. It needs no right but that of user namespaces, and fails where there are none.
/// </summary>
public sealed class FullDiskTests
{
    // The ballast leaves room for one segment of 64 MiB: what follows it finds none, and finds some when the ballast is gone.
    private const int DiskMebibytes = 230;
    private const int BallastMebibytes = 130;
    private const int LoadDocks = 4;
    private const int MessagesPerLoadDock = 2_300;
    private const int RecordsPerMessage = 200;
    private const int HoldsSeen = 2;

    private readonly List<string> slow = [];

    [Fact]
    public async Task On_a_full_disk_docks_are_held_without_reconnecting_and_all_goes_on_by_itself_when_there_is_room()
    {
        using var ground = new Ground();
        await using var broker = await Mosquitto.StartAsync(ground);
        var day = await ArmouryDay.MakeAsync(
            ground,
            scenario: await SlowDocks.WriteAsync(ground, armouries: 2, officers: 90, devicesOfAModel: 12)
        );
        var url = $"mqtt://127.0.0.1:{broker.Port}";
        var configuration = await day.ConfigureAsync(null, settings => Configure(settings, url));
        var mount =
            $"mount -t tmpfs -o size={DiskMebibytes}m tmpfs '{day.Data}' && head -c {BallastMebibytes}M /dev/zero > '{day.Data}/ballast'"
            + " && exec setpriv --bounding-set=-all --inh-caps=-all \"$@\"";
        Directory.CreateDirectory(day.Data);
        string[] through = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"];
        await using var gateway = await Gateway.StartAsync(ground, configuration, through);
        var seen = $"/proc/{gateway.Process.Id}/root{day.Data}";

        await using var upload = day.Upload(url);
        await Ground.UntilAsync(() => Task.FromResult(slow.TrueForAll(dock => Said(broker, dock) > 1)), "each slow dock to be in session");
        await using var load = Load(ground, url);
        await Ground.UntilAsync(async () => Problems(await gateway.HealthAsync()).Contains("disk"), "the disk to be full", Minutes(2));
        string[] all = [.. slow, .. Enumerable.Range(1, LoadDocks).Select(n => $"load-{n:D4}"), "gw1"];
        var (said, connected) = (all.ToDictionary(dock => dock, dock => Said(broker, dock)), Connections(broker));
        await Ground.UntilAsync(
            () => Task.FromResult(slow.TrueForAll(dock => Said(broker, dock) >= said[dock] + HoldsSeen)),
            $"each dock to be told {HoldsSeen} times to hold"
        );
        Assert.Contains("disk", Problems(await gateway.HealthAsync()));
        await LateHelloIsToldAsync(ground, broker);
        Assert.Contains("disk", Problems(await gateway.HealthAsync()));
        Assert.False(upload.HasExited || load.HasExited, "nobody is done while nothing can be made durable");
        Assert.Equal(connected, Connections(broker));

        File.Delete(Path.Combine(seen, "ballast"));
        Assert.Equal(0, await load.WaitForExitAsync(Minutes(2)));
        Assert.True(await upload.WaitForExitAsync(Minutes(2)) == 0, upload.Output + upload.Errors);
        Assert.Equal(connected, Connections(broker));
        Assert.Equal(all.Length, connected);
        var (keys, full) = Read(Path.Combine(seen, "journal"));
        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.Equal(LoadDocks * MessagesPerLoadDock * RecordsPerMessage, keys.Count(IsLoad));
        Assert.Equal(day.Delivered.Select(key => (key.Log, key.Sequence)).ToHashSet(), [.. keys.Where(key => !IsLoad(key))]);
        Assert.Equal([false, true], full);
        await gateway.StopAsync();
    }

    /// <summary>A dock that comes only now is told why it has to wait, by a program that is not ours.</summary>
    private static async Task LateHelloIsToldAsync(Ground ground, Mosquitto broker)
    {
        var hello = new Hello(
            1,
            1,
            8_192,
            Transport.Mqtt,
            ClockState.FreeRunning,
            77,
            99,
            1_000_000,
            0,
            "county",
            "load",
            "load-late",
            "test",
            "1.0",
            default,
            default
        );
        await File.WriteAllBytesAsync(ground.At("late.hello"), FrameWriter.ToArray(0, 0, hello));
        string[] at = ["-h", "127.0.0.1", "-p", $"{broker.Port}", "-V", "5", "-q", "1"];
        await using var down = RealProcess.Start(
            "mosquitto_sub",
            ground.Folder,
            [.. at, "-i", "load-late", "-t", "taser/1/county/load/load-late/down", "-C", "1", "-F", "%x"]
        );
        await Ground.UntilAsync(
            () => Task.FromResult(broker.Log.Contains("Sending SUBACK to load-late", StringComparison.Ordinal)),
            "its subscription"
        );
        await using var say = RealProcess.Start(
            "mosquitto_pub",
            ground.Folder,
            [.. at, "-i", "load-late-says", "-t", "taser/1/county/load/load-late/hello", "-f", ground.At("late.hello")]
        );
        Assert.Equal(0, await say.WaitForExitAsync());
        Assert.Equal(0, await down.WaitForExitAsync(Minutes(1)));
        var told = Convert.FromHexString(
            down.Output.Split('\n', StringSplitOptions.TrimEntries).Last(line => Regex.IsMatch(line, "^[0-9a-f]{40,}$"))
        );
        Assert.True(FrameReader.Read(told, Limits.MqttPayloadBytesMax).Frame.Decode<Busy>(out var busy).IsNone);
        Assert.Equal((77UL, Reason.DiskFull), (busy.ConnectionId, busy.Reason));
    }

    private static bool IsLoad((LogKey Log, ulong) key) => key.Log.Device.StartsWith("L00-", StringComparison.Ordinal);

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);

    private static string Problems(System.Text.Json.JsonElement health) => health.GetProperty("problems").ToString();

    private static int Connections(Mosquitto broker) => Regex.Count(broker.Log, "New client connected from .* as (?!load-late)");

    private static int Said(Mosquitto broker, string dock) => Regex.Count(broker.Log, $"Sending PUBLISH to {Regex.Escape(dock)} .*/down'");

    private static RealProcess Load(Ground ground, string url) =>
        RealProcess.StartOurs(
            "taser-sim",
            ground.Folder,
            ["load", "--mqtt", url, "--docks", $"{LoadDocks}", "--messages", $"{MessagesPerLoadDock}", "--duration", "300", "--json"]
        );

    private void Configure(JsonObject settings, string url)
    {
        settings["mqtt"] = new JsonObject { ["broker"] = url };
        settings["timeSeries"] = new JsonObject { ["duckDb"] = new JsonObject { ["enabled"] = false } };
        slow.AddRange(settings["docks"]!.AsArray().Select(dock => dock!["name"]!.GetValue<string>()));
        for (var n = 1; n <= LoadDocks; n++)
        {
            settings["docks"]!
                .AsArray()
                .Add(
                    new JsonObject
                    {
                        ["name"] = $"load-{n:D4}",
                        ["force"] = "county",
                        ["armoury"] = "load",
                    }
                );
            settings["devices"]!
                .AsArray()
                .Add(
                    new JsonObject
                    {
                        ["serial"] = $"L00-{n:D6}",
                        ["model"] = "X2",
                        ["force"] = "county",
                    }
                );
        }
    }

    /// <summary>Each new event record, and each word that the ledger has on the full disk.</summary>
    private static (List<(LogKey Log, ulong Sequence)> Keys, List<bool> Full) Read(string journal)
    {
        var (keys, full) = (new List<(LogKey, ulong)>(), new List<bool>());
        using var reader = JournalReader.Open(new RealDisk(), journal, 0);
        while (reader.Read() == ReadStatus.Record)
        {
            if (Leaf.Decode(reader.Leaf).Leaf is DiskFull word)
            {
                full.Add(word.Over);
            }
            else if (Leaf.Decode(reader.Leaf).Leaf is StoredBatch batch)
            {
                foreach (var range in batch.NewRanges.AsSpan())
                {
                    for (var sequence = range.First; sequence < range.Next; sequence++)
                    {
                        keys.Add((new LogKey(batch.Device, batch.Log, batch.Epoch), sequence));
                    }
                }
            }
        }
        return (keys, full);
    }
}
