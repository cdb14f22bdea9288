using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Captures;
using TaserTelemetry.Gateway.Records;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>taser-gateway ingest: capture files into the journal, without a dock. 0 done, 1 fatal or a file that is no capture, 2 usage, 6 in use.</summary>
internal static class IngestVerb
{
    public static Command Create()
    {
        var files = new Argument<string[]>("CAPTURE") { Description = "Capture files.", Arity = ArgumentArity.OneOrMore };
        var by = new Option<string?>("--by") { Description = "Who imports; kept in DATA/records, the ledger holds a random id." };
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output and nothing else." };
        var options = new SettingsOptions();
        var command = new Command("ingest", "Takes capture files into the journal, without a dock.") { files, by, json };
        options.AddTo(command);
        command.SetAction(parsed => Run(parsed, options, parsed.GetRequiredValue(files), parsed.GetValue(by), parsed.GetValue(json)));
        return command;
    }

    private static int Run(ParseResult parsed, SettingsOptions options, string[] files, string? by, bool json)
    {
        var settings = options.Read(parsed);
        var missing = files.Where(f => !File.Exists(f)).ToList();
        missing.ForEach(f => Console.Error.WriteLine($"taser-gateway: there is no file {f}."));
        if (settings is null || missing.Count > 0)
        {
            return Cli.Usage;
        }
        var clock = TimeProvider.System;
        using var journal = OpenJournal.Open(settings);
        journal.AppendStart(settings, UnixTime.NowNs(clock));
        var reports = new List<CaptureReport>();
        using (var actors = new ActorBook(settings.Data))
        {
            var actor = actors.Asked(by, OsAccount.Own(), "ingest", UnixTime.NowNs(clock));
            foreach (var file in files)
            {
                var import = new CaptureImport(journal, settings.Name, clock);
                reports.Add(WithProgress(file, json, progress => import.Import(file, actor, progress)));
            }
        }
        journal.AppendStop(clock);
        Write(reports, json);
        return reports.TrueForAll(r => r.End == "whole") ? Cli.Done : Cli.Fatal;
    }

    private static CaptureReport WithProgress(string file, bool json, Func<Action<long>, CaptureReport> import)
    {
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (json || !terminal.Profile.Capabilities.Interactive)
        {
            return import(_ => { });
        }
        return terminal
            .Progress()
            .Start(show =>
            {
                var task = show.AddTask(Markup.Escape(Path.GetFileName(file)), maxValue: Math.Max(1, new FileInfo(file).Length));
                return import(bytes => task.Value = bytes);
            });
    }

    private static void Write(List<CaptureReport> reports, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(
                JsonSerializer.Serialize(new IngestReport("taser-gateway-ingest/1", reports), IngestJson.Default.IngestReport)
            );
            return;
        }
        foreach (var r in reports)
        {
            Console.Out.WriteLine(
                $"{r.File}: {r.End}. {r.Frames} frames with {r.EventRecords} event records: {r.Stored} stored, {r.KeptAside} kept aside, {r.Refused} refused."
            );
        }
    }
}

internal sealed record IngestReport(string Schema, IReadOnlyList<CaptureReport> Files);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(IngestReport))]
internal sealed partial class IngestJson : JsonSerializerContext;
