using System.CommandLine;

namespace TaserTelemetry.Simulator;

/// <summary>Exit codes of the command-line contract, and how errors are shown: all at once, on standard error.</summary>
internal static class Usage
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadUsage = 2;

    public static int Wrong(IEnumerable<string> errors)
    {
        foreach (var error in errors)
        {
            Console.Error.WriteLine("taser-sim: " + error);
        }

        return BadUsage;
    }

    /// <summary>What the command line could not make out, with the nearest name that it knows, and where help is.</summary>
    public static int NotUnderstood(RootCommand root, ParseResult parsed, string[] args)
    {
        if (args.Length == 0)
        {
            Console.Error.WriteLine("taser-sim: say what to do: " + string.Join(", ", root.Subcommands.Select(c => c.Name)));
            Console.Error.WriteLine("  taser-sim run --scenario one-armoury-day --documents documents --truth truth.json");
            Console.Error.WriteLine("  taser-sim --help, or taser-sim run --help, says more; the ready scenarios:");
            Console.Error.WriteLine("  " + string.Join(", ", Scenarios.ScenarioFile.ReadyNames));
            return BadUsage;
        }

        var command = parsed.CommandResult.Command;
        var known = command.Subcommands.Select(c => c.Name).Concat(command.Options.Select(o => o.Name)).ToList();
        var unmatched = parsed.UnmatchedTokens.ToHashSet();
        var errors = unmatched
            .Select(token => $"'{token}' is not known here{NearestName.Hint(token, known)}")
            .Concat(
                parsed
                    .Errors.Select(e =>
                        e.Message.Replace("as expected type 'System.UInt64'", "as a whole number from 0", StringComparison.Ordinal)
                    )
                    .Where(m => !unmatched.Any(t => m.Contains($"'{t}'", StringComparison.Ordinal)))
                    // of a verb that is not known it is also said that none was given
                    .Where(m => unmatched.Count == 0 || command != root)
            )
            .Distinct()
            .ToList();
        Wrong(errors);
        Console.Error.WriteLine($"  {(command == root ? "taser-sim" : "taser-sim " + command.Name)} --help says what there is");
        return BadUsage;
    }

    public static int Fail(string error)
    {
        Console.Error.WriteLine("taser-sim: " + error);
        return Failed;
    }
}
