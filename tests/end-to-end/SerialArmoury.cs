using System.Text.Json.Nodes;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>An armoury with one dock on a serial line: two pseudo-terminals joined by socat, and the gateway's settings for them.</summary>
internal static class SerialArmoury
{
    public const string DocksEnd = "tty-dock";
    private const string GatewaysEnd = "tty-gateway";

    /// <summary>Joins the two ends; the line lives as long as the process answered.</summary>
    public static async Task<RealProcess> JoinAsync(Ground ground)
    {
        var line = RealProcess.Start("socat", ground.Folder, "-d", "-d", End(ground, GatewaysEnd), End(ground, DocksEnd));
        await line.WaitForAsync("starting data transfer loop");
        return line;
    }

    /// <summary>Writes gateway.json: the dock, its devices of one model, and the gateway's end of the line.</summary>
    public static async Task<string> ConfigureAsync(
        Ground ground,
        string force,
        string armoury,
        string dock,
        string model,
        IEnumerable<string> devices
    )
    {
        var configuration = new JsonObject
        {
            ["data"] = ground.At("data"),
            ["keys"] = ground.At("keys"),
            ["http"] = new JsonObject { ["listen"] = "127.0.0.1:0" },
            ["mqtt"] = new JsonObject { ["listen"] = $"127.0.0.1:{Ground.FreePort()}" },
            ["docks"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = dock,
                    ["force"] = force,
                    ["armoury"] = armoury,
                }
            ),
            ["devices"] = new JsonArray([
                .. devices.Select(serial => new JsonObject
                {
                    ["serial"] = serial,
                    ["model"] = model,
                    ["force"] = force,
                }),
            ]),
            ["serialPorts"] = new JsonArray(new JsonObject { ["path"] = ground.At(GatewaysEnd), ["dock"] = dock }),
        };
        await File.WriteAllTextAsync(ground.At("gateway.json"), configuration.ToJsonString());
        return ground.At("gateway.json");
    }

    private static string End(Ground ground, string name) => $"pty,raw,echo=0,link={ground.At(name)}";
}
