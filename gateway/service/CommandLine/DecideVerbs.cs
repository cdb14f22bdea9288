using System.CommandLine;
using TaserTelemetry.Evidence.Judgements;
using TaserTelemetry.Gateway.Control;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>
/// taser-gateway decide and examine: a person's outcome on a finding or a use of a run, as a leaf; the comment in DATA/records. 0 done, 1 refused,
/// 2 usage, 6 in use and silent.
/// </summary>
internal static class DecideVerbs
{
    public static Command Decide() =>
        Create("decide", "finding", "FINDING", "Decides on a finding of a run: disposition, comment, reopening.");

    public static Command Examine() => Create("examine", "use", "USE", "Records that a person has examined a use, with the outcome.");

    private static Command Create(string verb, string subject, string argument, string description)
    {
        var id = new Argument<string>(argument) { Description = $"Id of the {subject} as the run's outputs show it." };
        var run = new Option<string>("--run") { Description = "Output folder of the run that shows it.", Required = true };
        var outcome = new Option<string>("--outcome")
        {
            Description = $"{string.Join(", ", DecisionCodes.Names)}, or a number of the force's own list.",
            Required = true,
        };
        var comment = new Option<string?>("--comment")
        {
            Description = "Words; kept in DATA/records, the ledger holds a salted commitment.",
        };
        var by = new Option<string>("--by")
        {
            Description = "Who decides; kept in DATA/records, the ledger holds a random id.",
            Required = true,
        };
        var options = new SettingsOptions();
        var command = new Command(verb, description) { id, run, outcome, comment, by };
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                if (options.Read(parsed) is not { } settings)
                {
                    return Cli.Usage;
                }
                using var folder = RunFolder.Open(parsed.GetRequiredValue(run), out var why);
                var asked = parsed.GetRequiredValue(id);
                var found = subject == "use" ? folder?.Use(asked) : folder?.Finding(asked);
                if (found is not { } known)
                {
                    await Console.Error.WriteLineAsync(
                        $"taser-gateway: {(folder is null ? why : $"{parsed.GetRequiredValue(run)} shows no {subject} {asked}")}."
                    );
                    return Cli.Usage;
                }
                var arguments = new Dictionary<string, string>
                {
                    ["subject"] = subject,
                    ["id"] = known.Id,
                    ["code"] = parsed.GetRequiredValue(outcome),
                    ["comment"] = parsed.GetValue(comment) ?? "",
                    ["facts"] = known.Facts.ToString(),
                };
                return await Operator.AskAsync(
                    settings,
                    new ControlMessage(Decisions.Verb, parsed.GetRequiredValue(by), arguments),
                    cancellation
                );
            }
        );
        return command;
    }
}
