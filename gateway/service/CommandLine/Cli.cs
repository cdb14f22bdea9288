using System.CommandLine;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>What the verbs share: exit codes, and faults as words instead of stacks.</summary>
internal static class Cli
{
    public const int Done = 0;
    public const int Fatal = 1;
    public const int Usage = 2;
    public const int InUse = 6;

    public static async Task<int> InvokeAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }); // an @ may begin a comment or a name
        if (args is [var verb, ..] && !verb.StartsWith('-') && root.Subcommands.All(known => known.Name != verb))
        {
            var advice = NearestName.Advice(verb, [.. root.Subcommands.Select(known => known.Name)]);
            await Console.Error.WriteLineAsync($"taser-gateway: '{verb}' is not a command. {advice}");
            return Usage;
        }
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"taser-gateway: {error.Message}");
            }
            await Console.Error.WriteLineAsync("Try: taser-gateway --help");
            return Usage;
        }
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
            );
        }
        catch (DataInUseException inUse)
        {
            await Console.Error.WriteLineAsync($"taser-gateway: {inUse.Message}");
            return InUse;
        }
        catch (StartRefusedException refused)
        {
            await Console.Error.WriteLineAsync($"taser-gateway: {refused.Message}");
            return Fatal;
        }
        catch (JournalDamagedException damaged)
        {
            await Console.Error.WriteLineAsync($"taser-gateway: {damaged.Message}");
            return Fatal;
        }
    }
}
