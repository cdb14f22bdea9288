using System.Globalization;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>A scenario whose docks take a breath after each frame: they are still at work when something happens to the gateway.</summary>
internal static class SlowDocks
{
    /// <summary>Writes it into the test's folder, two docks an armoury, and answers its path.</summary>
    public static async Task<string> WriteAsync(Ground ground, int armouries, int officers, int devicesOfAModel)
    {
        var path = ground.At("slow-docks.yaml");
        await File.WriteAllTextAsync(path, Text(armouries, officers, devicesOfAModel));
        return path;
    }

    private static string Text(int armouries, int officers, int devicesOfAModel) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            format: 1
            name: slow-docks
            about: docks that take a breath after each frame
            force: county
            days: 2
            settle_hours: 40
            armouries:
              - name: central
                count: {{armouries}}
                officers: {{officers}}
                devices: { x2: {{devicesOfAModel}}, taser7: {{devicesOfAModel}} }
                docks:
                  - { name: a, transport: mqtt, temper: slow }
                  - { name: b, transport: mqtt, temper: slow }
            shifts:
              - { name: early, start: 6, hours: 9, issued: 0.36 }
              - { name: late, start: 14, hours: 9, issued: 0.36 }
            testing: { at_issue: 1 }
            docking: { at_return: 1 }
            """
        );
}
