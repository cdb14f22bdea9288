using System.CommandLine;
using System.Globalization;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Auditor.Reconcile;

/// <summary>What a reconciliation was asked to do, checked.</summary>
internal sealed record ReconcileRequest(
    IReadOnlyList<string> Data,
    IReadOnlyList<string> Reports,
    Profile Profile,
    string? Inputs,
    RuleSet Rules,
    DateTimeOffset? AsOf,
    long? FromNs,
    long? ToNs,
    string Out,
    bool Json
);

/// <summary>The options that reconcile, return, programme and sample share.</summary>
internal sealed class ReconcileOptions
{
    public const string TimeForm = "RFC 3339 with offset, such as 2026-06-01T00:00:00+01:00";

    private readonly Argument<string[]> data = new("DATA")
    {
        Description = "One data folder or several, live or copies.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string[]> reports = new("--reports")
    {
        Description =
            "Officers' reports as exported, CSV or XLSX; of several, a later file is a re-import of what it shares with an earlier one. Without any, the rules that need reports are not testable.",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> profile = new("--profile")
    {
        Description = $"How the reports are laid out: {string.Join(", ", Profile.BuiltInNames)}, or a JSON file of your own.",
        HelpName = "NAME",
    };

    private readonly Option<string?> inputs = new("--inputs")
    {
        Description = "Folder with registers by their names: devices.csv, issues.csv and the rest; each optional.",
        HelpName = "DIR",
    };

    private readonly Option<string?> rules = new("--rules")
    {
        Description = "Rule set: standard, published-2025, or a JSON file.",
        HelpName = "FILE",
    };

    private readonly Option<string?> asOf = new("--as-of")
    {
        Description = $"The moment the answer is for ({TimeForm}); default now.",
        HelpName = "T",
    };

    private readonly Option<string?> from = new("--from")
    {
        Description = "Start of the period; default the first thing known.",
        HelpName = "T",
    };

    private readonly Option<string?> to = new("--to")
    {
        Description = "End of the period, not included; default the as-of time.",
        HelpName = "T",
    };

    private readonly Option<string> output = new("--out")
    {
        Description = "Folder for the results; new, empty, or of an earlier run.",
        HelpName = "DIR",
        Required = true,
    };

    private readonly Option<bool> json = new("--json") { Description = "Print run.json on standard output, and nothing else." };

    /// <summary>Adds them; the period is left out where the verb has its own.</summary>
    public void AddTo(Command command, bool withPeriod = true)
    {
        command.Arguments.Add(data);
        foreach (var option in new Option[] { reports, profile, inputs, rules, asOf })
        {
            command.Options.Add(option);
        }
        if (withPeriod)
        {
            command.Options.Add(from);
            command.Options.Add(to);
        }
        command.Options.Add(output);
        command.Options.Add(json);
    }

    /// <summary>The request, or null after having said what is wrong with which option.</summary>
    public ReconcileRequest? Read(ParseResult parsed, AuditConsole console, bool withPeriod = true)
    {
        var errors = new List<string>();
        var files = parsed.GetValue(reports) ?? [];
        if (files.Length > 0 && parsed.GetValue(profile) is null)
        {
            errors.Add(
                $"--profile says how --reports are laid out: {string.Join(", ", Profile.BuiltInNames)}, or a JSON file of your own."
            );
        }
        var (chosenProfile, chosenRules) = (
            ReadProfile(parsed.GetValue(profile) ?? Profile.BuiltInNames[0], errors),
            ReadRules(parsed.GetValue(rules), errors)
        );
        var asOfTime = ReadTime("--as-of", parsed.GetValue(asOf), errors);
        var fromTime = withPeriod ? ReadTime("--from", parsed.GetValue(from), errors) : null;
        var toTime = withPeriod ? ReadTime("--to", parsed.GetValue(to), errors) : null;
        if (fromTime >= toTime)
        {
            errors.Add("--from must be before --to.");
        }
        var folder = parsed.GetRequiredValue(output);
        if (OutputFolder.Refuse(folder) is { } why)
        {
            errors.Add(why);
        }
        foreach (var error in errors)
        {
            console.Fail(ExitCode.Usage, error);
        }
        return errors.Count > 0
            ? null
            : new ReconcileRequest(
                parsed.GetRequiredValue(data),
                files,
                chosenProfile!,
                parsed.GetValue(inputs),
                chosenRules!,
                asOfTime,
                fromTime is { } f ? TimeInterval.ToNs(f) : null,
                toTime is { } t ? TimeInterval.ToNs(t) : null,
                folder,
                parsed.GetValue(json)
            );
    }

    private static Profile? ReadProfile(string name, List<string> errors)
    {
        if (Profile.BuiltIn(name) is { } builtIn)
        {
            return builtIn;
        }
        if (!File.Exists(name))
        {
            errors.Add($"--profile {name}: no such profile and no such file. Built in are {string.Join(", ", Profile.BuiltInNames)}.");
            return null;
        }
        using var stream = File.OpenRead(name);
        var (profile, error) = Profile.Parse(stream);
        if (profile is null)
        {
            errors.Add($"--profile {name}: {error}.");
        }
        return profile;
    }

    private static RuleSet? ReadRules(string? name, List<string> errors)
    {
        if (RuleSet.BuiltIn(name ?? "standard") is { } builtIn)
        {
            return builtIn;
        }
        if (!File.Exists(name))
        {
            errors.Add($"--rules {name}: no such rule set and no such file. Built in are standard and published-2025.");
            return null;
        }
        using var stream = File.OpenRead(name);
        var (rules, error) = RuleSet.Parse(stream);
        if (rules is null)
        {
            errors.Add($"--rules {name}: {error}.");
        }
        return rules;
    }

    public static DateTimeOffset? ReadTime(string option, string? text, List<string> errors)
    {
        if (text is null)
        {
            return null;
        }
        string[] layouts =
        [
            "yyyy-MM-dd'T'HH:mm:sszzz",
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
            "yyyy-MM-dd'T'HH:mm:ss'Z'",
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'",
        ];
        const DateTimeStyles Style = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (
            DateTimeOffset.TryParseExact(text, layouts, CultureInfo.InvariantCulture, Style, out var time) && time.Year is > 1970 and < 2200
        )
        {
            return time;
        }
        errors.Add($"{option} {text} is no time in {TimeForm}.");
        return null;
    }
}
