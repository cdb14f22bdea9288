using System.CommandLine;
using System.ComponentModel;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.Documents;
using TaserTelemetry.Simulator.Scenarios;
using TaserTelemetry.Simulator.Truth;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator;

/// <summary>taser-sim run: makes the history at once, writes what was asked for, then docks in real time where a transport is given.</summary>
internal static class RunCommand
{
    // clocks that lost their time begin in 2000, and wire stamps end in 2100 (SPEC clause 7.6)
    private const int EndYearMin = 2006;
    private const int EndYearMax = 2099;

    public static Command Define()
    {
        var scenario = new Option<string>("--scenario") { Description = "a ready scenario's name, or a file", Required = true };
        var seed = new Option<ulong>("--seed") { Description = "the same seed gives the same bytes", DefaultValueFactory = _ => 1 };
        var end = new Option<string?>("--end") { Description = "when the simulated time ends, RFC 3339 with offset (default: now)" };
        var mqtt = new Option<string?>("--mqtt") { Description = "dock over this broker: mqtt://[user:password@]host[:port]" };
        var serial = new Option<string?>("--serial") { Description = "dock over this serial device; an absent path: a pseudo-terminal" };
        var baud = new Option<int>("--baud") { Description = "speed of a real serial device", DefaultValueFactory = _ => 115_200 };
        var timeout = new Option<int>("--timeout") { Description = "seconds until docking is given up", DefaultValueFactory = _ => 600 };
        var capture = new Option<FileInfo?>("--capture") { Description = "write every dock's frames into this capture file" };
        var truth = new Option<FileInfo?>("--truth") { Description = "write the truth file here" };
        var documents = new Option<DirectoryInfo?>("--documents") { Description = "write reports and registers into this folder" };
        var enrolment = new Option<FileInfo?>("--enrolment") { Description = "write docks, devices and keys for a gateway's --config" };
        var receiptKey = new Option<FileInfo?>("--receipt-key")
        {
            Description = "receipt.key of a gw1 made for this: docks show its receipts",
        };
        var xlsx = new Option<bool>("--xlsx") { Description = "write reports and registers as XLSX too" };
        var json = new Option<bool>("--json") { Description = "one JSON document on standard output and nothing else" };
        var command = new Command("run", "play a scenario")
        {
            scenario,
            seed,
            end,
            mqtt,
            serial,
            baud,
            timeout,
            capture,
            truth,
            documents,
            enrolment,
            receiptKey,
            xlsx,
            json,
        };
        command.SetAction(
            (parsed, stop) =>
                RunAsync(
                    new RunOptions(parsed.GetRequiredValue(scenario), parsed.GetValue(seed), parsed.GetValue(end))
                    {
                        Mqtt = parsed.GetValue(mqtt),
                        Serial = parsed.GetValue(serial),
                        Baud = parsed.GetValue(baud),
                        TimeoutSeconds = parsed.GetValue(timeout),
                        Capture = parsed.GetValue(capture),
                        Truth = parsed.GetValue(truth),
                        Documents = parsed.GetValue(documents),
                        Enrolment = parsed.GetValue(enrolment),
                        ReceiptKey = parsed.GetValue(receiptKey),
                        Xlsx = parsed.GetValue(xlsx),
                        Json = parsed.GetValue(json),
                    },
                    TimeProvider.System,
                    stop
                )
        );
        return command;
    }

    public static async Task<int> RunAsync(RunOptions options, TimeProvider time, CancellationToken stop)
    {
        var errors = new List<ScenarioError>();
        var scenario = ScenarioFile.Read(options.Scenario, errors);
        var wrong = errors.ConvertAll(e => $"scenario '{options.Scenario}', {e}");
        if (!CommandLineText.TryTime(options.End, out var end))
        {
            wrong.Add($"--end '{options.End}' is not an RFC 3339 time with offset, such as 2026-11-22T12:00:00+00:00");
        }
        else if (end is { Year: < EndYearMin or > EndYearMax })
        {
            wrong.Add($"--end '{options.End}' is outside {EndYearMin} to {EndYearMax}");
        }

        if (!CommandLineText.TryBroker(options.Mqtt, out var broker))
        {
            wrong.Add($"--mqtt '{options.Mqtt}' is not a broker's address, such as mqtt://127.0.0.1:1883");
        }

        if (options.TimeoutSeconds < 1)
        {
            wrong.Add("--timeout must be at least 1 second");
        }

        if (options.ReceiptKey is { } key && ReceiptSigner.Read(key) is null)
        {
            wrong.Add($"--receipt-key '{key}' holds no signing key");
        }

        if (wrong.Count > 0 || scenario is null)
        {
            return Usage.Wrong(wrong);
        }

        try
        {
            using var history = ForceHistory.Make(scenario, options.Seed, (end ?? time.GetUtcNow()).ToUnixTimeMilliseconds());
            WriteFiles(options, history);
            var fleet = new DockFleet(history, broker, options.Serial, options.Baud, time);
            var outcomes = await fleet.RunAsync(TimeSpan.FromSeconds(options.TimeoutSeconds), stop);
            RunSummary.Write(options, history, outcomes);
            return outcomes.All(o => o.State == "done") ? Usage.Done : Usage.Failed;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or Win32Exception)
        {
            return Usage.Fail(cause.Message);
        }
        catch (InvalidDataException cannot)
        {
            return Usage.Wrong([$"scenario '{options.Scenario}' cannot be played: {cannot.Message}"]);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Usage.Fail("stopped before everything was acked");
        }
    }

    private static void WriteFiles(RunOptions options, History history)
    {
        if (options.Capture is { } capture)
        {
            using var file = new BufferedStream(File.Create(capture.FullName), 1 << 20);
            CaptureOutput.Write(file, history, options.ReceiptKey is { } key ? ReceiptSigner.Read(key) : null);
        }

        if (options.Documents is { } folder)
        {
            folder.Create();
            using var taker = new DocumentFolder(folder, options.Xlsx);
            Paperwork.Write(history, taker);
        }

        if (options.Enrolment is { } enrolment)
        {
            using var file = File.Create(enrolment.FullName);
            EnrolmentFile.Write(file, history);
        }

        if (options.Truth is { } truth)
        {
            using var file = File.Create(truth.FullName);
            TruthFile.Write(file, history);
        }
    }
}

internal sealed record RunOptions(string Scenario, ulong Seed, string? End)
{
    public string? Mqtt { get; init; }

    public string? Serial { get; init; }

    public int Baud { get; init; } = 115_200;

    public int TimeoutSeconds { get; init; } = 600;

    public FileInfo? Capture { get; init; }

    public FileInfo? Truth { get; init; }

    public DirectoryInfo? Documents { get; init; }

    public FileInfo? Enrolment { get; init; }

    public FileInfo? ReceiptKey { get; init; }

    public bool Xlsx { get; init; }

    public bool Json { get; init; }
}
