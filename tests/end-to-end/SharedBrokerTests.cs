using System.Text.Json.Nodes;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>Three gateways on one broker, as real processes: docks are shared out by the shared hello, and one gateway's death sends its docks to the others.</summary>
public sealed class SharedBrokerTests : IDisposable
{
    private const int Gateways = 3;
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task One_of_three_gateways_on_a_broker_is_killed_and_its_docks_go_to_the_others_with_nothing_receipted_lost()
    {
        await using var broker = await Mosquitto.StartAsync(ground);
        var url = $"mqtt://127.0.0.1:{broker.Port}";
        var day = await ArmouryDay.MakeAsync(
            ground,
            scenario: await SlowDocks.WriteAsync(ground, armouries: 3, officers: 60, devicesOfAModel: 8)
        );
        var all = new List<Gateway>();
        for (var n = 1; n <= Gateways; n++)
        {
            all.Add(await Gateway.StartAsync(ground, await ConfigureAsync(day, n, url)));
        }
        await using var docks = day.Upload(url);
        await Ground.UntilAsync(
            async () => (await Task.WhenAll(all.Select(StoredAsync))).All(frames => frames > 2),
            "each gateway to have stored something of a dock"
        );
        // Which of them it hits is the seed's to say.
        var hit = (int)(Campaign.Seed % Gateways);
        await all[hit].KillAsync();
        Assert.False(docks.HasExited, "docks are still at work");
        // exit 0 of the simulator means that every dock saw everything acked, by whomever
        Assert.True(await docks.WaitForExitAsync(TimeSpan.FromMinutes(4)) == 0, docks.Output + docks.Errors);
        for (var n = 0; n < Gateways; n++)
        {
            if (n != hit)
            {
                await all[n].StopAsync();
            }
            await all[n].DisposeAsync();
        }

        var stored = new List<RecordKey>();
        for (var n = 1; n <= Gateways; n++)
        {
            var its = ArmouryDay.StoredIn(DataOf(n));
            Assert.Equal(its.Count, its.Distinct().Count());
            stored.AddRange(its);
        }
        // The overlap stands in both ledgers; readers count by key (wire 17).
        Assert.True(day.Delivered.ToHashSet().SetEquals(stored), "what was acked and what the three ledgers hold differ");
    }

    private static async Task<long> StoredAsync(Gateway gateway) =>
        (await gateway.HealthAsync()).GetProperty("frames").GetProperty("stored").GetInt64();

    private string DataOf(int number) => ground.At($"data-{number}");

    private async Task<string> ConfigureAsync(ArmouryDay day, int number, string url)
    {
        void Change(JsonObject settings)
        {
            settings["name"] = $"gw{number}";
            settings["data"] = DataOf(number);
            settings["keys"] = ground.At($"keys-{number}");
            settings["mqtt"] = new JsonObject { ["broker"] = url };
            settings["timeSeries"] = new JsonObject { ["duckDb"] = new JsonObject { ["enabled"] = false } };
        }
        var path = ground.At($"gateway-{number}.json");
        File.Move(await day.ConfigureAsync(null, Change), path);
        return path;
    }
}
