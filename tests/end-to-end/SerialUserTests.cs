using System.Text.Json.Nodes;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>Serial ports as an ordinary user finds them: with the kernel's permission, and without (wire 23).</summary>
public sealed class SerialUserTests
{
    // An ordinary user is whoever has no capability to pass by permissions. Run by root, the gateway is started without any; then it is as
    // bound by owner and mode as anybody, and by a port's exclusive use. It keeps root's name, and so root's files.
    private static readonly string[] AsOrdinaryUser = Environment.IsPrivilegedProcess
        ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
        : [];

    [Fact]
    public async Task An_ordinary_user_is_served_where_the_port_permits_it_and_told_of_the_group_where_not()
    {
        using var ground = new Ground();
        await using var open = await PlugInAsync(ground, "open", "600");
        await using var shut = await PlugInAsync(ground, "shut", "000");
        var configuration = await ConfigureAsync(ground, "open", "shut");
        await using var gateway = await Gateway.StartAsync(ground, configuration, AsOrdinaryUser);
        await gateway.DoorIsAsync("open", "Up");
        var why = await gateway.DoorIsAsync("shut", "Down");
        Assert.Contains("dialout", why, StringComparison.Ordinal);
        Assert.Contains("usermod", why, StringComparison.Ordinal);
        Assert.Contains(ground.At("shut"), why, StringComparison.Ordinal);

        // the permission comes later, as with a udev rule: no restart is needed for it
        await using var chmod = RealProcess.Start("chmod", ground.Folder, "600", ground.At("shut"));
        Assert.Equal(0, await chmod.WaitForExitAsync());
        await gateway.DoorIsAsync("shut", "Up");
        await gateway.StopAsync();
    }

    private static async Task<RealProcess> PlugInAsync(Ground ground, string name, string mode)
    {
        var line = RealProcess.Start(
            "socat",
            ground.Folder,
            "-d",
            "-d",
            $"pty,raw,echo=0,mode={mode},link={ground.At(name)}",
            $"pty,raw,echo=0,link={ground.At(name + "-dock")}"
        );
        await line.WaitForAsync("starting data transfer loop");
        return line;
    }

    private static async Task<string> ConfigureAsync(Ground ground, params string[] lines)
    {
        var configuration = new JsonObject
        {
            ["data"] = ground.At("data"),
            ["keys"] = ground.At("keys"),
            ["http"] = new JsonObject { ["listen"] = "127.0.0.1:0" },
            ["mqtt"] = new JsonObject { ["listen"] = $"127.0.0.1:{Ground.FreePort()}" },
            ["docks"] = new JsonArray([
                .. lines.Select(line => new JsonObject
                {
                    ["name"] = "dock-" + line,
                    ["force"] = "kent",
                    ["armoury"] = "maidstone",
                }),
            ]),
            ["serialPorts"] = new JsonArray([
                .. lines.Select(line => new JsonObject { ["path"] = ground.At(line), ["dock"] = "dock-" + line }),
            ]),
        };
        await File.WriteAllTextAsync(ground.At("gateway.json"), configuration.ToJsonString());
        return ground.At("gateway.json");
    }
}
