using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>One scenario on disk: the truth of it, and a gateway configuration that knows its docks and devices.</summary>
internal sealed class ArmouryDay
{
    private const string OneArmouryDay = "one-armoury-day";
    private readonly Ground ground;
    private readonly string scenario;
    private readonly string end;
    private readonly JsonElement truth;

    private ArmouryDay(Ground ground, string scenario, string end, JsonElement truth) =>
        (this.ground, this.scenario, this.end, this.truth) = (ground, scenario, end, truth);

    public string Data => ground.At("data");

    public string Documents => ground.At("documents");

    /// <summary>What every dock would have sent, with the times of the history.</summary>
    public string Capture => ground.At("day.cap");

    /// <summary>Every log record that reached a dock by the end, by its key.</summary>
    public IEnumerable<RecordKey> Delivered =>
        from log in truth.GetProperty("logs").EnumerateArray()
        let key = new LogKey(
            log.GetProperty("device").GetString()!,
            Enum.Parse<LogKind>(log.GetProperty("log").GetString()!, ignoreCase: true),
            new Epoch(
                log.GetProperty("epoch").GetUInt32(),
                ulong.Parse(log.GetProperty("incarnation").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            )
        )
        from range in log.GetProperty("delivered").EnumerateArray()
        from offset in Enumerable.Range(0, (int)range.GetProperty("count").GetUInt32())
        select new RecordKey(key, range.GetProperty("first").GetUInt64() + (ulong)offset, 0);

    /// <summary>Plays the history once, for its truth and its documents; nothing is docked yet.</summary>
    public static async Task<ArmouryDay> MakeAsync(Ground ground, string? endsAt = null, string scenario = OneArmouryDay)
    {
        var end = endsAt ?? TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture);
        await using var simulator = RealProcess.StartOurs(
            "taser-sim",
            ground.Folder,
            [
                .. RunOf(scenario, end),
                "--truth",
                ground.At("truth.json"),
                "--documents",
                ground.At("documents"),
                "--capture",
                ground.At("day.cap"),
            ]
        );
        Assert.True(await simulator.WaitForExitAsync() == 0, simulator.Output + simulator.Errors);
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(ground.At("truth.json")));
        return new ArmouryDay(ground, scenario, end, document.RootElement.Clone());
    }

    /// <summary>Writes a gateway configuration; <paramref name="more"/> adds to it or replaces.</summary>
    public async Task<string> ConfigureAsync(string? serial, Action<JsonObject>? more = null)
    {
        var docks = truth.GetProperty("docks").EnumerateArray().ToList();
        var configuration = new JsonObject
        {
            ["data"] = Data,
            ["keys"] = ground.At("keys"),
            ["http"] = new JsonObject { ["listen"] = "127.0.0.1:0" },
            ["mqtt"] = new JsonObject { ["listen"] = $"127.0.0.1:{Ground.FreePort()}" },
            ["docks"] = Array(docks, Dock),
            ["devices"] = Array(truth.GetProperty("devices").EnumerateArray(), Device),
        };
        if (serial is not null)
        {
            var onSerial = docks.Single(dock => dock.GetProperty("transport").GetString() == "serial").GetProperty("name").GetString();
            configuration["serialPorts"] = new JsonArray(new JsonObject { ["path"] = serial, ["dock"] = onSerial });
        }
        more?.Invoke(configuration);
        var path = ground.At("gateway.json");
        await File.WriteAllTextAsync(path, configuration.ToJsonString());
        return path;
    }

    /// <summary>Lets every dock upload what it holds: over the broker, and one over a pseudo-terminal that the simulator opens, if there is one.</summary>
    public RealProcess Upload(string mqtt, string? serial = null) =>
        RealProcess.StartOurs(
            "taser-sim",
            ground.Folder,
            [
                .. RunOf(scenario, end),
                "--mqtt",
                mqtt,
                .. serial is null ? System.Array.Empty<string>() : ["--serial", serial],
                "--timeout",
                "240",
            ]
        );

    private static string[] RunOf(string scenario, string end) => ["run", "--scenario", scenario, "--seed", "1", "--end", end];

    /// <summary>Every new event that the journal holds, in its order: a key that comes twice was counted twice.</summary>
    public IReadOnlyList<RecordKey> Stored() => StoredIn(Data);

    /// <summary>The same of another DATA.</summary>
    public static IReadOnlyList<RecordKey> StoredIn(string data)
    {
        var keys = new List<RecordKey>();
        using var reader = EvidenceReader.Open(data);
        ReadStatus status;
        while ((status = reader.Read()) == ReadStatus.Record)
        {
            if (reader.ReadEvents(out var events) != EventsState.Present)
            {
                continue;
            }
            foreach (var entry in events)
            {
                var batch = (StoredBatch)reader.Leaf!;
                keys.Add(new RecordKey(new LogKey(batch.Device, batch.Log, batch.Epoch), entry.Sequence, 0));
            }
        }
        Assert.Equal(ReadStatus.End, status);
        return keys;
    }

    public async Task<RealProcess> VerifyAsync()
    {
        var verify = RealProcess.StartOurs("taser-audit", ground.Folder, "verify", Data, "--json");
        await verify.WaitForExitAsync();
        return verify;
    }

    private static JsonArray Array(IEnumerable<JsonElement> elements, Func<JsonElement, JsonNode> map) => new([.. elements.Select(map)]);

    private JsonObject Dock(JsonElement dock) =>
        new()
        {
            ["name"] = dock.GetProperty("name").GetString(),
            ["force"] = truth.GetProperty("force").GetString(),
            ["armoury"] = dock.GetProperty("armoury").GetString(),
        };

    private JsonObject Device(JsonElement device) =>
        new()
        {
            ["serial"] = device.GetProperty("serial").GetString(),
            ["model"] = device.GetProperty("model").GetString()!.Replace(' ', '-'),
            ["force"] = truth.GetProperty("force").GetString(),
        };
}
