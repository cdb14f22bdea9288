using System.CommandLine;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.Replay;
using TaserTelemetry.Simulator.Scenarios;

namespace TaserTelemetry.Simulator;

/// <summary>taser-sim replay: what docks said, said again to a gateway, at any speed, from any point, with faults added.</summary>
internal static class ReplayCommand
{
    public static Command Define()
    {
        var capture = new Argument<FileInfo>("capture") { Description = "a capture file" };
        var mqtt = new Option<string?>("--mqtt")
        {
            Description = "broker for what was captured over MQTT: mqtt://[user:password@]host[:port]",
        };
        var serial = new Option<string?>("--serial") { Description = "serial device for what was captured on a line" };
        var speed = new Option<double>("--speed")
        {
            Description = "times the captured pace; 0 = as fast as the gateway takes it",
            DefaultValueFactory = _ => 0,
        };
        var from = new Option<string?>("--from") { Description = "begin at this captured time, RFC 3339 with offset" };
        var to = new Option<string?>("--to") { Description = "end before this captured time" };
        var faults = new Option<string>("--faults")
        {
            Description = "temper of the replaying docks: " + string.Join(", ", DockTempers.All),
            DefaultValueFactory = _ => "honest",
        };
        var seed = new Option<ulong>("--seed") { Description = "seed of the faults", DefaultValueFactory = _ => 1 };
        var timeout = new Option<int>("--timeout") { Description = "seconds after which it is given up", DefaultValueFactory = _ => 600 };
        var command = new Command("replay", "say a capture again to a gateway")
        {
            capture,
            mqtt,
            serial,
            speed,
            from,
            to,
            faults,
            seed,
            timeout,
        };
        command.SetAction(
            (parsed, stop) =>
                RunAsync(
                    new ReplayOptions(
                        parsed.GetRequiredValue(capture),
                        parsed.GetValue(mqtt),
                        parsed.GetValue(serial),
                        parsed.GetValue(speed),
                        parsed.GetValue(from),
                        parsed.GetValue(to),
                        parsed.GetRequiredValue(faults),
                        parsed.GetValue(seed),
                        parsed.GetValue(timeout)
                    ),
                    stop
                )
        );
        return command;
    }

    public static async Task<int> RunAsync(ReplayOptions options, CancellationToken stop)
    {
        var wrong = Check(options, out var broker, out var from, out var to);
        if (wrong.Count > 0)
        {
            return Usage.Wrong(wrong);
        }

        using var file = options.Capture.OpenRead();
        var (sources, trouble) = CaptureSources.Read(file, from, to);
        if (trouble is not null)
        {
            Console.Error.WriteLine("taser-sim: " + trouble);
        }

        var played = sources.Where(s => s.Transport == Transport.Serial ? options.Serial is not null : broker is not null).ToList();
        if (played.Count == 0)
        {
            return Usage.Fail(
                "nothing in the capture can be replayed over what was given: --mqtt is for docks on MQTT, --serial for one on a line"
            );
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(options.TimeoutSeconds));
        var done = await Task.WhenAll(played.Select(s => ReplayAsync(s, options, broker, limit.Token)));
        return done.All(d => d) ? Usage.Done : Usage.Failed;
    }

    private static async Task<bool> ReplayAsync(
        (DockAddress Address, Transport Transport, IReadOnlyList<Captured> Said) source,
        ReplayOptions options,
        Uri? broker,
        CancellationToken stop
    )
    {
        var work = new ReplayWork(source.Said, options.Speed);
        var serial = source.Transport == Transport.Serial;
        var talk = new DockConversation(
            source.Address,
            serial ? Transport.Serial : Transport.Mqtt,
            work,
            DockFleet.RandomId(),
            DockFleet.RandomId
        );
        var temper = new DockTemper(options.Faults, Draw.For(options.Seed, "replay " + source.Address));
        try
        {
            if (serial)
            {
                await new SerialDock(options.Serial!, 115_200, talk, temper, TimeProvider.System).RunAsync(stop);
            }
            else
            {
                await new MqttDock(broker!, source.Address, talk, temper, TimeProvider.System).RunAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // said below
        }

        var state =
            talk.Progress == DockProgress.Done ? "done"
            : talk.StoppedBecause.Length > 0 ? "stopped: " + talk.StoppedBecause
            : "unfinished";
        Console.Out.WriteLine(
            $"{source.Address}: {state}, {work.Acked} of {work.Total} pieces, {talk.RecordsAcked} records acked, {talk.Repeats} repeats"
        );
        return talk.Progress == DockProgress.Done;
    }

    private static List<string> Check(ReplayOptions options, out Uri? broker, out DateTimeOffset? from, out DateTimeOffset? to)
    {
        var wrong = new List<string>();
        (broker, from, to) = (null, null, null);
        if (!options.Capture.Exists)
        {
            wrong.Add($"no capture file '{options.Capture}'");
        }
        else if (options.Capture.Length > CaptureSources.FileBytesMax)
        {
            wrong.Add($"'{options.Capture}' is {options.Capture.Length} bytes; at most {CaptureSources.FileBytesMax} are replayed at once");
        }

        if (!CommandLineText.TryBroker(options.Mqtt, out broker))
        {
            wrong.Add($"--mqtt '{options.Mqtt}' is not a broker's address, such as mqtt://127.0.0.1:1883");
        }

        if (options.Mqtt is null && options.Serial is null)
        {
            wrong.Add("give --mqtt URL or --serial PATH");
        }

        if (!CommandLineText.TryTime(options.From, out from) || !CommandLineText.TryTime(options.To, out to))
        {
            wrong.Add("--from and --to are RFC 3339 times with offset, such as 2026-11-22T12:00:00+00:00");
        }

        if (options.Speed is not (>= 0 and <= 1_000_000))
        {
            wrong.Add("--speed must be from 0 to 1000000");
        }

        if (!DockTempers.All.Contains(options.Faults))
        {
            wrong.Add("--faults must be one of " + string.Join(", ", DockTempers.All));
        }

        return wrong;
    }
}

internal sealed record ReplayOptions(
    FileInfo Capture,
    string? Mqtt,
    string? Serial,
    double Speed,
    string? From,
    string? To,
    string Faults,
    ulong Seed,
    int TimeoutSeconds
);
