using System.Text.Json;
using TaserTelemetry.Gateway.Configuration;

namespace TaserTelemetry.Gateway.Demo;

/// <summary>The settings of a demo, taken from what the simulator says of its world: docks and devices to enrol, which dock is on the line.</summary>
internal static class DemoPlan
{
    public static GatewaySettings Settings(DemoFolder folder)
    {
        using var truth = JsonDocument.Parse(File.ReadAllBytes(folder.Truth));
        var root = truth.RootElement;
        var force = root.GetProperty("force").GetString()!;
        var settings = new GatewaySettings
        {
            Data = folder.Data,
            Keys = folder.Keys,
            LogLevel = LogLevel.Error,
        };
        settings.Mqtt.Listen = "127.0.0.1:0";
        settings.Http.Listen = "127.0.0.1:0";
        foreach (var dock in root.GetProperty("docks").EnumerateArray())
        {
            var name = dock.GetProperty("name").GetString()!;
            settings.Docks.Add(
                new DockSettings
                {
                    Name = name,
                    Force = force,
                    Armoury = dock.GetProperty("armoury").GetString()!,
                }
            );
            if (dock.GetProperty("transport").GetString() == "serial")
            {
                settings.SerialPorts.Add(new SerialPortSettings { Path = folder.Line, Dock = name });
            }
        }
        foreach (var device in root.GetProperty("devices").EnumerateArray())
        {
            var model = device.GetProperty("model").GetString()!.Replace(' ', '-');
            settings.Devices.Add(
                new DeviceSettings
                {
                    Serial = device.GetProperty("serial").GetString()!,
                    Model = model,
                    Force = force,
                }
            );
        }
        return settings;
    }
}
