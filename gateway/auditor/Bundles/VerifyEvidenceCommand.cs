using System.CommandLine;
using TaserTelemetry.Auditor.Verify;
using TaserTelemetry.Evidence.Bundles;
using TaserTelemetry.Evidence.Witnessing;

namespace TaserTelemetry.Auditor.Bundles;

/// <summary>verify-evidence: checks a bundle offline, with nothing but itself and the auditor's policy.</summary>
internal static class VerifyEvidenceCommand
{
    public static Command Build(AuditConsole console)
    {
        var file = new Argument<string>("FILE.zip") { Description = "The bundle." };
        var outside = new OutsideMemory();
        var command = new Command("verify-evidence", "Checks an evidence bundle: signature, proofs, raw records, completeness.") { file };
        command.Options.Add(outside.Policy);
        command.SetAction(parsed =>
            outside.ReadPolicy(parsed, console, out var exitCode) is { } given
                ? Run(console, parsed.GetRequiredValue(file), given.Policy)
                : exitCode
        );
        return command;
    }

    private static int Run(AuditConsole console, string file, LogPolicy? policy)
    {
        BundleVerdict verdict;
        try
        {
            using var stream = File.OpenRead(file);
            verdict = BundleCheck.Run(stream, policy);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return console.Fail(ExitCode.CannotRead, $"{file} cannot be read as a bundle: {e.Message}");
        }
        var o = console.Output;
        if (verdict.Manifest is { } manifest)
        {
            o.WriteLine($"Device       {manifest.Device}, {manifest.From} to {manifest.To}");
            o.WriteLine($"Log          {manifest.Origin}, checkpoint {manifest.Size}:{manifest.Root}");
            o.WriteLine($"Key          {(verdict.KeyIsEstablished ? "as your policy names it" : "the bundle's own word (give --policy)")}");
            o.WriteLine($"Witnessed    {(verdict.IsWitnessed ? $"by {string.Join(", ", verdict.WitnessedBy)}" : "not established")}");
            o.WriteLine(
                $"Items        {manifest.Items.Count}, of them withheld {manifest.Items.Count(i => i.Leaf == PartState.Withheld || i.Bytes == PartState.Withheld)}"
            );
        }
        foreach (var line in verdict.Completeness)
        {
            o.WriteLine(line.Sentence);
        }
        foreach (var problem in verdict.Problems.Take(50))
        {
            o.WriteLine($"  {problem}");
        }
        o.WriteLine();
        o.WriteLine(
            verdict.Problems.Count == 0
                ? "HOLDS. Every leaf stands in the log, and every raw record is the one received."
                : $"DOES NOT HOLD: {verdict.Problems.Count} things are wrong."
        );
        return verdict.Problems.Count == 0 ? ExitCode.Done : ExitCode.ChangedOrDamaged;
    }
}
