using System.CommandLine;
using TaserTelemetry.Auditor.Verify;
using TaserTelemetry.Evidence.Bundles;
using TaserTelemetry.Evidence.Witnessing;

namespace TaserTelemetry.Auditor.Bundles;

/// <summary>verify-evidence: checks a bundle offline, with nothing but itself, the auditor's policy and, if there is one, a second bundle.</summary>
internal static class VerifyEvidenceCommand
{
    public static Command Build(AuditConsole console)
    {
        var file = new Argument<string>("FILE.zip") { Description = "The bundle." };
        var compare = new Option<string?>("--compare")
        {
            Description = "A second bundle of the same device, from another download: checked too, and compared record by record.",
            HelpName = "FILE.zip",
        };
        var outside = new OutsideMemory();
        var command = new Command("verify-evidence", "Checks an evidence bundle: signature, proofs, raw records, completeness.") { file };
        command.Options.Add(compare);
        command.Options.Add(outside.Policy);
        command.SetAction(parsed =>
            outside.ReadPolicy(parsed, console, out var exitCode) is { } given
                ? Run(console, parsed.GetRequiredValue(file), parsed.GetValue(compare), given.Policy)
                : exitCode
        );
        return command;
    }

    private static int Run(AuditConsole console, string file, string? second, LogPolicy? policy)
    {
        var first = Check(console, file, policy, out var verdict);
        if (second is null || first == ExitCode.CannotRead)
        {
            return first;
        }
        console.Output.WriteLine();
        console.Output.WriteLine($"Compared with {second}");
        var other = Check(console, second, policy, out var otherVerdict);
        if (other == ExitCode.CannotRead || verdict?.Manifest is not { } one || otherVerdict?.Manifest is not { } two)
        {
            return ExitCode.CannotRead;
        }
        if (one.Device != two.Device)
        {
            return console.Fail(
                ExitCode.Usage,
                $"{file} is about device {one.Device}, {second} about {two.Device}: there is nothing to compare."
            );
        }
        var compared = Compare(console, file, second);
        return compared == ExitCode.Done ? Math.Max(first, other) : compared;
    }

    private static int Check(AuditConsole console, string file, LogPolicy? policy, out BundleVerdict? verdict)
    {
        verdict = null;
        try
        {
            using var stream = File.OpenRead(file);
            verdict = BundleCheck.Run(stream, policy);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return console.Fail(ExitCode.CannotRead, $"{file} cannot be read as a bundle: {e.Message}");
        }
        Show(console.Output, verdict);
        return verdict.Problems.Count == 0 ? ExitCode.Done : ExitCode.ChangedOrDamaged;
    }

    private static void Show(TextWriter o, BundleVerdict verdict)
    {
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
        foreach (var fault in verdict.FaultsFoundSince)
        {
            o.WriteLine(fault);
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
    }

    private static int Compare(AuditConsole console, string file, string second)
    {
        BundleComparison compared;
        try
        {
            using var one = File.OpenRead(file);
            using var two = File.OpenRead(second);
            compared = BundleRecords.Read(one).CompareWith(BundleRecords.Read(two));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return console.Fail(ExitCode.CannotRead, e.Message);
        }
        var o = console.Output;
        o.WriteLine();
        o.WriteLine(
            $"In both      {AuditConsole.Count(compared.Equal)} records alike in every byte, {AuditConsole.Count(compared.DifferingCount)} that differ"
        );
        o.WriteLine(
            $"In one only  {AuditConsole.Count(compared.OnlyFirst)} in the first, {AuditConsole.Count(compared.OnlySecond)} in the second"
        );
        foreach (var line in compared.Contradictions.Concat(compared.Differing.Select(d => $"differs: {d}")))
        {
            o.WriteLine($"  {line}");
        }
        o.WriteLine(
            compared.Agrees
                ? "AGREE. Whatever both bundles hold is the same in both."
                : "DISAGREE. The two bundles do not say the same of one device."
        );
        return compared.Agrees ? ExitCode.Done : ExitCode.ChangedOrDamaged;
    }
}
