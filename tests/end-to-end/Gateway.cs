using System.Text.Json;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>A real taser-gateway on free loopback ports, with a DATA folder that outlives it.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    private readonly RealProcess process;
    private readonly HttpClient http;

    private Gateway(RealProcess process, JsonElement ready)
    {
        this.process = process;
        Mqtt = ready.GetProperty("mqtt").GetString()!;
        http = new HttpClient { BaseAddress = new Uri(ready.GetProperty("http").GetString()!) };
    }

    public string Mqtt { get; }

    public RealProcess Process => process;

    /// <summary>Starts it with a configuration file, by way of another program where one is given, and waits for its ready line.</summary>
    public static async Task<Gateway> StartAsync(Ground ground, string configuration, params string[] through)
    {
        string[] command = [.. through, RealProcess.PathOfOurs("taser-gateway"), "run", "--config", configuration];
        var process = RealProcess.Start(command[0], ground.Folder, command[1..]);
        try
        {
            var line = await process.WaitForAsync("\"ready\":true");
            using var ready = JsonDocument.Parse(line[line.IndexOf('{')..]);
            return new Gateway(process, ready.RootElement.Clone());
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async Task<JsonElement> HealthAsync()
    {
        using var document = JsonDocument.Parse(await http.GetStringAsync("/health"));
        return document.RootElement.Clone();
    }

    /// <summary>Waits until every store that follows the journal has reached its end.</summary>
    public Task StoresCaughtUpAsync(TimeSpan? patience = null) =>
        Ground.UntilAsync(
            async () =>
            {
                var health = await HealthAsync();
                var durable = health.GetProperty("durableRecords").GetUInt64();
                var stores = health.GetProperty("stores").EnumerateArray().ToList();
                return stores.Count > 0 && stores.All(store => store.GetProperty("nextRecord").GetUInt64() >= durable);
            },
            "the stores to reach the end of the journal",
            patience
        );

    /// <summary>Waits until health shows a door in a state, and answers why.</summary>
    public async Task<string> DoorIsAsync(string named, string state)
    {
        var why = "";
        await Ground.UntilAsync(
            async () =>
            {
                foreach (var door in (await HealthAsync()).GetProperty("doors").EnumerateArray())
                {
                    if (
                        door.GetProperty("door").GetString()!.Contains(named, StringComparison.Ordinal)
                        && door.GetProperty("state").GetString() == state
                    )
                    {
                        why = door.GetProperty("why").GetString()!;
                        return true;
                    }
                }
                return false;
            },
            $"{named} to be {state}"
        );
        return why;
    }

    /// <summary>How many events the embedded store holds, as the auditor's page reads it.</summary>
    public async Task<long> EmbeddedCountAsync()
    {
        using var document = JsonDocument.Parse(await http.GetStringAsync("/api/overview"));
        return document.RootElement.GetProperty("events").GetInt64();
    }

    /// <summary>SIGTERM, and a clean stop.</summary>
    public async Task StopAsync()
    {
        await process.SignalAsync("TERM");
        Assert.Equal(0, await process.WaitForExitAsync());
    }

    public Task KillAsync() => process.KillAsync();

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return process.DisposeAsync();
    }
}
