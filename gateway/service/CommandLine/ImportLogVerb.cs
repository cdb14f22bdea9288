using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using TaserTelemetry.Evidence.LogImport;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Reconciler.Import;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>
/// taser-gateway import-log: a vendor's log export into the journal, whole, by a declared profile. Every row that is not understood is shown.
/// 0 done, 1 nothing could be used, 2 usage, 6 in use and silent.
/// </summary>
internal static class ImportLogVerb
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A vendor's event log as CSV." };
        var profile = new Option<string>("--profile")
        {
            Description = $"Profile of its layout: {string.Join(", ", LogProfile.BuiltInNames)}, or a JSON file of your own.",
            Required = true,
        };
        var error = new Option<uint?>("--stated-error")
        {
            Description = "Seconds that the file's times may be from UTC, as its source states; kept as a claim.",
        };
        var by = new Option<string>("--by")
        {
            Description = "Who imports; kept in DATA/records, the ledger holds a random id.",
            Required = true,
        };
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output and nothing else." };
        var options = new SettingsOptions();
        var command = new Command("import-log", "Takes a vendor's log export into the journal, by a declared profile.")
        {
            file,
            profile,
            error,
            by,
            json,
        };
        options.AddTo(command);
        command.SetAction(
            (parsed, cancellation) =>
                RunAsync(
                    options,
                    parsed,
                    new Asked(
                        parsed.GetRequiredValue(file),
                        parsed.GetRequiredValue(profile),
                        parsed.GetValue(error),
                        parsed.GetRequiredValue(by),
                        parsed.GetValue(json)
                    ),
                    cancellation
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(SettingsOptions options, ParseResult parsed, Asked asked, CancellationToken cancellation)
    {
        var settings = options.Read(parsed);
        var (profile, text) = ReadProfile(asked.Profile);
        if (!File.Exists(asked.File))
        {
            await Console.Error.WriteLineAsync($"taser-gateway: there is no file {asked.File}.");
            return Cli.Usage;
        }
        if (settings is null || profile is null)
        {
            return Cli.Usage;
        }
        if (new FileInfo(asked.File).Length > LogTranslator.FileBytesMax)
        {
            await Console.Error.WriteLineAsync(
                $"taser-gateway: {asked.File} is larger than {LogTranslator.FileBytesMax} bytes: split it by device or period."
            );
            return Cli.Usage;
        }
        var content = await File.ReadAllBytesAsync(asked.File, cancellation);
        var name = Path.GetFileName(asked.File);
        var translation = LogTranslator.Read(profile, name, new MemoryStream(content));
        if (translation.Failure is not null)
        {
            await Console.Error.WriteLineAsync($"taser-gateway: {asked.File}: {translation.Failure}.");
            return Cli.Fatal;
        }
        var arguments = new Dictionary<string, string>
        {
            ["file"] = name,
            ["profile"] = text,
            ["content"] = Convert.ToBase64String(content),
            ["statedError"] = asked.StatedError is { } seconds ? FormattableString.Invariant($"{seconds}") : "",
        };
        var answer = await Operator.CarryAsync(settings, new ControlMessage(ImportLogAction.Verb, asked.By, arguments), cancellation);
        await ShowAsync(name, translation, answer, asked.Json);
        return answer.Done ? Cli.Done : Cli.Fatal;
    }

    private static (LogProfile? Profile, string Text) ReadProfile(string asked)
    {
        using var builtIn = typeof(LogProfile).Assembly.GetManifestResourceStream("log-profile." + asked + ".json");
        if (builtIn is null && !File.Exists(asked))
        {
            Console.Error.WriteLine(
                $"taser-gateway: no profile {asked}. Known: {string.Join(", ", LogProfile.BuiltInNames)}; or give a JSON file."
            );
            return (null, "");
        }
        using var reader = builtIn is null ? new StreamReader(asked) : new StreamReader(builtIn);
        var text = reader.ReadToEnd();
        var (profile, fault) = LogProfile.Parse(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)));
        if (profile is null)
        {
            Console.Error.WriteLine($"taser-gateway: the profile {asked} cannot be used: {fault}");
        }
        return (profile, text);
    }

    private static async Task ShowAsync(string file, LogTranslation translation, ControlAnswer answer, bool json)
    {
        if (json)
        {
            var document = new ImportLogReport(
                "taser-gateway-import-log/1",
                file,
                answer.Done,
                translation.Rows.Count,
                translation.PassedOver,
                translation.Rejects,
                translation.ColumnsUnknown,
                [.. translation.Notes, .. answer.Lines]
            );
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(document, ImportLogJson.Default.ImportLogReport));
            return;
        }
        foreach (var reject in translation.Rejects)
        {
            await Console.Error.WriteLineAsync($"{reject.File}:{reject.Line}: {reject.Column} \"{reject.Cell}\": {reject.Reason}");
        }
        foreach (var note in translation.Notes)
        {
            await Console.Error.WriteLineAsync(note);
        }
        await Console.Out.WriteLineAsync(
            $"rows       {translation.Rows.Count} understood, {translation.PassedOver} passed over, {translation.Rejects.Count} not understood"
                + (translation.ColumnsUnknown.Count > 0 ? $"; columns not used: {string.Join(", ", translation.ColumnsUnknown)}" : "")
        );
        foreach (var line in answer.Lines)
        {
            await (answer.Done ? Console.Out : Console.Error).WriteLineAsync(line);
        }
    }

    private sealed record Asked(string File, string Profile, uint? StatedError, string By, bool Json);
}

internal sealed record ImportLogReport(
    string Schema,
    string File,
    bool Done,
    int RowsUnderstood,
    int RowsPassedOver,
    IReadOnlyList<RowReject> Rejects,
    IReadOnlyList<string> ColumnsUnknown,
    IReadOnlyList<string> Lines
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ImportLogReport))]
internal sealed partial class ImportLogJson : JsonSerializerContext;
