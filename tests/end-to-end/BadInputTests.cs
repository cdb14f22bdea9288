using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>What goes wrong on the first day: each fault names its cause and what to do, or is retried and shown; nothing is lost.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task Every_mistake_in_a_configuration_is_told_at_once()
    {
        var file = await WriteAsync(
            """{ "dtaa": "x", "journal": { "checkpointSeconds": 0 }, "docks": [ { "name": "a/b", "force": "kent", "armoury": "one" } ] }"""
        );
        await using var gateway = RealProcess.StartOurs("taser-gateway", ground.Folder, "run", "--config", file);
        Assert.Equal(2, await gateway.WaitForExitAsync());
        Assert.Contains("dtaa", gateway.Errors, StringComparison.Ordinal);
        Assert.Contains("checkpointSeconds", gateway.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("docks:0:name", gateway.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("", gateway.Output);
        Assert.False(Directory.Exists(ground.At("taser-data")), "a refused configuration made a folder");
    }

    [Fact]
    public async Task A_configuration_that_is_no_JSON_is_refused_with_its_line()
    {
        var file = await WriteAsync("{\n  \"data\": \"x\",\n  \"keys\" \"y\"\n}");
        await using var gateway = RealProcess.StartOurs("taser-gateway", ground.Folder, "run", "--config", file);
        Assert.Equal(2, await gateway.WaitForExitAsync());
        Assert.Contains("gateway.json", gateway.Errors, StringComparison.Ordinal);
        Assert.Contains("ine 3", gateway.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_configuration_file_that_is_not_there_is_named()
    {
        await using var gateway = RealProcess.StartOurs("taser-gateway", ground.Folder, "run", "--config", ground.At("absent.json"));
        Assert.Equal(2, await gateway.WaitForExitAsync());
        Assert.Contains("absent.json", gateway.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_verb_or_option_is_answered_with_the_right_one()
    {
        await using var verb = RealProcess.StartOurs("taser-gateway", ground.Folder, "rnu");
        Assert.Equal(2, await verb.WaitForExitAsync());
        Assert.Contains("run", verb.Errors + verb.Output, StringComparison.Ordinal);
        await using var option = RealProcess.StartOurs("taser-audit", ground.Folder, "verify", ground.Folder, "--jsno");
        Assert.Equal(2, await option.WaitForExitAsync());
        Assert.Contains("--json", option.Errors + option.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_the_setting_to_change()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        foreach (var setting in (string[])["mqtt", "http"])
        {
            var file = await WriteAsync(Settings(settings => settings[setting]!["listen"] = $"127.0.0.1:{port}"));
            await using var gateway = RealProcess.StartOurs("taser-gateway", ground.Folder, "run", "--config", file);
            Assert.Equal(1, await gateway.WaitForExitAsync());
            Assert.Contains($"{port}", gateway.Errors, StringComparison.Ordinal);
            Assert.Contains($"{setting}:listen", gateway.Errors, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_named()
    {
        // a file where the folder should be stops root as well as anybody
        await File.WriteAllTextAsync(ground.At("data"), "in the way");
        await using var gateway = RealProcess.StartOurs("taser-gateway", ground.Folder, "run", "--config", await WriteAsync(Settings()));
        Assert.Equal(1, await gateway.WaitForExitAsync());
        Assert.Contains(ground.At("data"), gateway.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_gateway_on_the_same_data_is_refused_with_the_pid_of_the_first()
    {
        await using var first = await Gateway.StartAsync(ground, await WriteAsync(Settings()));
        await using var second = RealProcess.StartOurs(
            "taser-gateway",
            ground.Folder,
            "run",
            "--config",
            await WriteAsync(Settings(), "second.json")
        );
        Assert.Equal(6, await second.WaitForExitAsync());
        Assert.Contains($"{first.Process.Id}", second.Errors, StringComparison.Ordinal);
        await first.StopAsync();
    }

    [Fact]
    public async Task A_broker_that_is_away_is_shown_and_retried_until_it_is_there()
    {
        var (port, http) = (Ground.FreePort(), Ground.FreePort());
        var file = await WriteAsync(
            Settings(settings =>
            {
                settings["mqtt"] = new JsonObject { ["broker"] = $"mqtt://127.0.0.1:{port}" };
                settings["http"] = new JsonObject { ["listen"] = $"127.0.0.1:{http}" };
            })
        );
        await using var gateway = RealProcess.StartOurs("taser-gateway", ground.Folder, "run", "--config", file);
        await gateway.WaitForAsync($"The broker mqtt://127.0.0.1:{port} is away");
        using var client = new HttpClient();
        using var ready = await client.GetAsync(new Uri($"http://127.0.0.1:{http}/ready"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains($"{port}", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await File.WriteAllLinesAsync(
            ground.At("m.conf"),
            [$"listener {port} 127.0.0.1", "allow_anonymous true", "max_queued_messages 0", "user " + Environment.UserName]
        );
        await using var broker = RealProcess.Start("mosquitto", ground.Folder, "-c", ground.At("m.conf"));
        await gateway.WaitForAsync("\"ready\":true");
        await gateway.SignalAsync("TERM");
        Assert.Equal(0, await gateway.WaitForExitAsync());
    }

    [Fact]
    public async Task A_serial_line_that_is_not_there_is_shown_and_holds_up_nobody()
    {
        var file = await WriteAsync(
            Settings(settings =>
            {
                settings["docks"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "dock-c",
                        ["force"] = "county",
                        ["armoury"] = "one",
                    }
                );
                settings["serialPorts"] = new JsonArray(new JsonObject { ["path"] = ground.At("no-such-line"), ["dock"] = "dock-c" });
            })
        );
        await using var gateway = await Gateway.StartAsync(ground, file);
        var why = await gateway.DoorIsAsync("no-such-line", "Down");
        Assert.Contains("no-such-line", why, StringComparison.Ordinal);
        Assert.DoesNotContain("dialout", why, StringComparison.Ordinal);
        Assert.True((await gateway.HealthAsync()).GetProperty("ready").GetBoolean());
        await gateway.StopAsync();
    }

    [Fact]
    public async Task What_is_no_frame_or_half_a_frame_is_kept_aside_and_the_service_stays_up()
    {
        var file = await WriteAsync(
            Settings(settings =>
                settings["docks"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "dock-a",
                        ["force"] = "county",
                        ["armoury"] = "one",
                    }
                )
            )
        );
        await using var gateway = await Gateway.StartAsync(ground, file);
        var address = new Uri(gateway.Mqtt);
        foreach (var payload in (string[])["this is no frame at all", "T"])
        {
            await using var dock = RealProcess.Start(
                "mosquitto_pub",
                ground.Folder,
                [
                    "-V",
                    "5",
                    "-h",
                    address.Host,
                    "-p",
                    $"{address.Port}",
                    "-i",
                    "dock-a",
                    "-u",
                    "dock-a",
                    "-q",
                    "1",
                    "-t",
                    "taser/1/county/one/dock-a/hello",
                    "-m",
                    payload,
                ]
            );
            Assert.True(await dock.WaitForExitAsync() == 0, dock.Errors + gateway.Process.Errors);
        }
        await Ground.UntilAsync(
            async () => (await gateway.HealthAsync()).GetProperty("frames").GetProperty("keptAside").GetInt64() >= 2,
            "both payloads to be kept aside"
        );
        await gateway.StopAsync();
    }

    [Fact]
    public async Task Verifying_what_is_not_a_ledger_says_so()
    {
        await using var absent = RealProcess.StartOurs("taser-audit", ground.Folder, "verify", ground.At("nowhere"));
        Assert.Equal(4, await absent.WaitForExitAsync());
        Assert.Contains("nowhere", absent.Errors, StringComparison.Ordinal);
        Directory.CreateDirectory(ground.At("empty"));
        await using var empty = RealProcess.StartOurs("taser-audit", ground.Folder, "verify", ground.At("empty"));
        Assert.Equal(4, await empty.WaitForExitAsync());
        Assert.Contains("empty", empty.Errors, StringComparison.Ordinal);
    }

    private string Settings(Action<JsonObject>? more = null)
    {
        var settings = new JsonObject
        {
            ["data"] = ground.At("data"),
            ["keys"] = ground.At("keys"),
            ["mqtt"] = new JsonObject { ["listen"] = $"127.0.0.1:{Ground.FreePort()}" },
            ["http"] = new JsonObject { ["listen"] = "127.0.0.1:0" },
        };
        more?.Invoke(settings);
        return settings.ToJsonString();
    }

    private async Task<string> WriteAsync(string text, string name = "gateway.json")
    {
        var path = ground.At(name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }
}
