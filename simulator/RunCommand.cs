using System.CommandLine;
using System.Globalization;
using TaserTelemetry.Simulator.Documents;
using TaserTelemetry.Simulator.Scenarios;
using TaserTelemetry.Simulator.Truth;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator;

/// <summary>taser-sim run: makes the history at once, writes what was asked for, then docks in real time where a transport is given.</summary>
internal static class RunCommand
{
    public static Command Define()
    {
        var scenario = new Option<string>("--scenario") { Description = "a ready scenario's name, or a file", Required = true };
        var seed = new Option<ulong>("--seed") { Description = "the same seed gives the same bytes", DefaultValueFactory = _ => 1 };
        var end = new Option<string?>("--end") { Description = "when the simulated time ends, RFC 3339 with offset (default: now)" };
        var truth = new Option<FileInfo?>("--truth") { Description = "write the truth file here" };
        var documents = new Option<DirectoryInfo?>("--documents") { Description = "write reports and registers into this folder" };
        var json = new Option<bool>("--json") { Description = "one JSON document on standard output and nothing else" };
        var command = new Command("run", "play a scenario") { scenario, seed, end, truth, documents, json };
        command.SetAction(
            (parsed, stop) =>
                RunAsync(
                    new RunOptions(
                        parsed.GetRequiredValue(scenario),
                        parsed.GetValue(seed),
                        parsed.GetValue(end),
                        parsed.GetValue(truth),
                        parsed.GetValue(documents),
                        parsed.GetValue(json)
                    ),
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
        var end = time.GetUtcNow();
        if (options.End is not null && !TryTime(options.End, out end))
        {
            wrong.Add($"--end '{options.End}' is not an RFC 3339 time with offset, such as 2026-11-22T12:00:00+00:00");
        }

        if (wrong.Count > 0 || scenario is null)
        {
            return Usage.Wrong(wrong);
        }

        var history = ForceHistory.Make(scenario, options.Seed, end.ToUnixTimeMilliseconds());
        var paper = new Paperwork(history);
        try
        {
            WriteFiles(options, history, paper);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return Usage.Fail($"cannot write: {cause.Message}");
        }

        await Task.CompletedTask;
        return Usage.Done;
    }

    private static void WriteFiles(RunOptions options, History history, Paperwork paper)
    {
        if (options.Documents is { } folder)
        {
            folder.Create();
            foreach (var table in paper.Tables)
            {
                using var file = File.Create(Path.Combine(folder.FullName, table.Name));
                CsvText.Write(file, table.Columns, table.Rows.Where(r => r.Written is not null).Select(r => r.Written!));
            }
        }

        if (options.Truth is { } truth)
        {
            using var file = File.Create(truth.FullName);
            TruthFile.Write(file, history, paper);
        }
    }

    private static bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(
            text,
            ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.fffzzz", "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out time
        );
}

internal sealed record RunOptions(string Scenario, ulong Seed, string? End, FileInfo? Truth, DirectoryInfo? Documents, bool Json);
