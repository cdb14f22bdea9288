using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Benchmarks.Serial;

/// <summary>
/// Serial lines on real pseudo-terminals with the gateway as a process: goodput of one line at 115,200 baud to the durable ack, with and
/// without bit errors, and what idle ports cost. The baseline of a goodput is the line itself: 11,520 bytes a second.
/// </summary>
internal static class SerialFigures
{
    private const double LineBytesPerSecond = PacedDock.BitsPerSecond / 10.0;
    private const uint CleanRecords = 5_000;
    private const uint NoisyRecords = 14_000;
    private const int Ports = 8;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);

    public static async Task RunAsync()
    {
        var clean = new List<double>();
        for (var run = 0; run < 3; run++)
        {
            clean.Add(await GoodputAsync("error-free", 0, run, CleanRecords));
        }
        Tell("serial goodput, error-free", clean, 90);
        var noisy = new List<double> { await GoodputAsync("bit error rate 1e-6", 1e-6, 1, NoisyRecords) };
        noisy.Add(await GoodputAsync("bit error rate 1e-6", 1e-6, 2, NoisyRecords));
        Tell("serial goodput, bit error rate 1e-6", noisy, 80);
    }

    /// <summary>Processor time of the gateway with eight open ports and nobody at their ends, beside the same gateway with none.</summary>
    public static async Task IdleAsync()
    {
        var none = await IdleAsync(0);
        var eight = await IdleAsync(Ports);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"eight idle serial ports: {eight:P2} of a core, all of the gateway; without ports {none:P2}; to hold: under 1 %"
            )
        );
    }

    private static async Task<double> GoodputAsync(string what, double bitErrorRate, int seed, uint records)
    {
        using var ground = new Ground();
        await using var line = await PlugInAsync(ground, 0);
        await using var gateway = await StartAsync(ground, 1);
        using var terminal = new FileStream(ground.At("dock-0"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
        var upload = await new PacedDock(terminal, bitErrorRate, seed, records).RunAsync(TimeSpan.FromMinutes(3));
        var goodput = upload.RecordBytes / upload.Seconds / LineBytesPerSecond;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {what}, seed {seed}: {records:N0} event records in {upload.Seconds:N1} s; of the line: event records alone {goodput:P1}, "
                    + $"payloads {upload.PayloadBytes / upload.Seconds / LineBytesPerSecond:P1}; "
                    + $"{upload.BitsFlipped} bits flipped, {upload.Repeats} frames repeated, {upload.Sessions} docking sessions"
            )
        );
        return goodput;
    }

    private static void Tell(string what, List<double> goodputs, int percentToHold) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: median {Runs.Median(goodputs):P1} of the line in event records alone; to hold: {percentToHold} %"
            )
        );

    private static async Task<double> IdleAsync(int ports)
    {
        using var ground = new Ground();
        var lines = new List<RealProcess>();
        try
        {
            for (var port = 0; port < ports; port++)
            {
                lines.Add(await PlugInAsync(ground, port));
            }
            await using var gateway = await StartAsync(ground, ports);
            using var process = Process.GetProcessById(gateway.Id);
            using var settled = new PeriodicTimer(Idle);
            await settled.WaitForNextTickAsync(); // compiling at the start is not idling
            process.Refresh();
            var before = process.TotalProcessorTime;
            var began = Stopwatch.GetTimestamp();
            await settled.WaitForNextTickAsync();
            process.Refresh();
            return (process.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(began);
        }
        finally
        {
            foreach (var line in lines)
            {
                await line.DisposeAsync();
            }
        }
    }

    private static async Task<RealProcess> PlugInAsync(Ground ground, int port)
    {
        var line = RealProcess.Start(
            "socat",
            ground.Folder,
            "-d",
            "-d",
            $"pty,raw,echo=0,link={ground.At($"port-{port}")}",
            $"pty,raw,echo=0,link={ground.At($"dock-{port}")}"
        );
        await line.WaitForAsync("starting data transfer loop");
        return line;
    }

    private static async Task<RealProcess> StartAsync(Ground ground, int ports)
    {
        var numbers = Enumerable.Range(0, ports).ToList();
        var settings = new Dictionary<string, object>
        {
            ["data"] = ground.At("data"),
            ["keys"] = ground.At("keys"),
            ["http"] = new { listen = "127.0.0.1:0" },
            ["mqtt"] = new { listen = $"127.0.0.1:{Ground.FreePort()}" },
            ["docks"] = numbers.Select(n => new
            {
                name = $"dock-{n + 1}",
                force = "kent",
                armoury = "maidstone",
            }),
            ["devices"] = new[]
            {
                new
                {
                    serial = PacedDock.Device,
                    model = "X2",
                    force = "kent",
                },
            },
            ["serialPorts"] = numbers.Select(n => new { path = ground.At($"port-{n}"), dock = $"dock-{n + 1}" }),
        };
        await File.WriteAllTextAsync(ground.At("gateway.json"), JsonSerializer.Serialize(settings));
        var gateway = RealProcess.StartOurs("taser-gateway", ground.Folder, "run", "--config", ground.At("gateway.json"));
        await gateway.WaitForAsync("\"ready\":true");
        return gateway;
    }
}
