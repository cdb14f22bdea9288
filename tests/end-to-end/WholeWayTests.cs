using System.Text.Json;
using System.Text.Json.Nodes;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>One record's whole way, from the dock to the finding, through real processes, sockets and servers.</summary>
public sealed class WholeWayTests : IDisposable
{
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task The_demo_ends_with_exactly_the_findings_that_were_planted()
    {
        await using var demo = RealProcess.StartOurs("taser-gateway", ground.Folder, "demo", "--exit", "--json");
        Assert.True(await demo.WaitForExitAsync(TimeSpan.FromMinutes(3)) == 0, demo.Output + demo.Errors);
        using var summary = JsonDocument.Parse(demo.Output);
        Assert.True(summary.RootElement.GetProperty("asExpected").GetBoolean(), demo.Output);
    }

    [Fact]
    public async Task One_scenario_has_the_same_number_of_points_in_the_truth_the_journal_the_embedded_store_and_a_real_database()
    {
        await using var broker = await Mosquitto.StartAsync(ground);
        await using var influx = await Influx.StartAsync(ground);
        await influx.QueryAsync("CREATE DATABASE ced");
        var day = await ArmouryDay.MakeAsync(ground);
        var serial = ground.At("dock-c");
        var configuration = await day.ConfigureAsync(
            serial,
            settings =>
            {
                settings["mqtt"] = new JsonObject { ["broker"] = $"mqtt://127.0.0.1:{broker.Port}" };
                settings["timeSeries"] = new JsonObject
                {
                    ["influx"] = new JsonObject { ["url"] = $"http://127.0.0.1:{influx.Port}", ["database"] = "ced" },
                };
            }
        );
        await using var gateway = await Gateway.StartAsync(ground, configuration);
        await using var docks = day.Upload($"mqtt://127.0.0.1:{broker.Port}", serial);
        Assert.True(await docks.WaitForExitAsync(TimeSpan.FromMinutes(4)) == 0, docks.Output + docks.Errors + gateway.Process.Errors);
        await gateway.StoresCaughtUpAsync();

        var delivered = day.Delivered.ToHashSet();
        var stored = day.Stored();
        Assert.Equal(delivered.Count, stored.Count);
        Assert.True(delivered.SetEquals(stored));
        Assert.Equal(delivered.Count, await influx.CountAsync("SELECT COUNT(sequence) FROM ced_event", "ced"));
        Assert.Equal(delivered.Count, await gateway.EmbeddedCountAsync());
        await gateway.StopAsync();
    }

    [Fact]
    public async Task Killed_ten_times_while_docks_upload_everything_acked_is_stored_once_and_verifies()
    {
        var day = await ArmouryDay.MakeAsync(ground);
        var serial = ground.At("dock-c");
        var configuration = await day.ConfigureAsync(serial);
        var gateway = await Gateway.StartAsync(ground, configuration);
        await using var docks = day.Upload(gateway.Mqtt, serial);
        var random = new Random((int)Campaign.Seed);
        for (var kill = 0; kill < 10; kill++)
        {
            // the moment is drawn in journal records, not in time: between two kills something new has become durable
            var before = (await gateway.HealthAsync()).GetProperty("durableRecords").GetUInt64();
            var until = before + (ulong)random.Next(1, 12);
            await Ground.UntilAsync(
                async () => docks.HasExited || (await gateway.HealthAsync()).GetProperty("durableRecords").GetUInt64() >= until,
                "the docks to upload more"
            );
            await gateway.KillAsync();
            await gateway.DisposeAsync();
            gateway = await Gateway.StartAsync(ground, configuration);
        }
        await using (gateway)
        {
            // exit 0 of the simulator means that every dock saw everything acked
            Assert.True(await docks.WaitForExitAsync(TimeSpan.FromMinutes(4)) == 0, docks.Output + docks.Errors + gateway.Process.Errors);
            await gateway.StopAsync();
        }

        var stored = day.Stored();
        Assert.Equal(stored.Count, stored.Distinct().Count());
        Assert.True(day.Delivered.ToHashSet().SetEquals(stored), "what was acked and what is stored differ");
        await using var verify = await day.VerifyAsync();
        Assert.Equal(0, await verify.WaitForExitAsync());
    }

    [Fact]
    public async Task One_flipped_bit_anywhere_in_the_journal_is_found_and_located()
    {
        var day = await ArmouryDay.MakeAsync(ground);
        var serial = ground.At("dock-c");
        await using (var gateway = await Gateway.StartAsync(ground, await day.ConfigureAsync(serial)))
        {
            await using var docks = day.Upload(gateway.Mqtt, serial);
            Assert.True(await docks.WaitForExitAsync(TimeSpan.FromMinutes(4)) == 0, docks.Output + docks.Errors + gateway.Process.Errors);
            await gateway.StopAsync();
        }
        await using (var intact = await day.VerifyAsync())
        {
            Assert.Equal(0, await intact.WaitForExitAsync());
        }

        var segment = Directory.GetFiles(Path.Combine(day.Data, "journal"), "*.seg").Order().First();
        var length = new FileInfo(segment).Length;
        var random = new Random((int)Campaign.Seed);
        // the written head of the file, its middle and its preallocated end, and places drawn at random
        long[] places = [0, 20, 200, length / 2, length - 1, .. Enumerable.Range(0, 5).Select(_ => random.NextInt64(length / 200))];
        foreach (var place in places)
        {
            Flip(segment, place);
            await using var verify = await day.VerifyAsync();
            Assert.Equal(3, await verify.WaitForExitAsync());
            Assert.Contains(Path.GetFileName(segment), verify.Output, StringComparison.Ordinal);
            Flip(segment, place);
        }
        await using var mended = await day.VerifyAsync();
        Assert.Equal(0, await mended.WaitForExitAsync());
    }

    private static void Flip(string file, long place)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = place;
        var value = stream.ReadByte();
        stream.Position = place;
        stream.WriteByte((byte)(value ^ 1));
    }
}
