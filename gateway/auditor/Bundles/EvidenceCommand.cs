using System.CommandLine;
using System.Globalization;
using TaserTelemetry.Auditor.Reconcile;
using TaserTelemetry.Auditor.Verify;
using TaserTelemetry.Evidence.Bundles;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Trees;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Auditor.Bundles;

/// <summary>evidence: a bundle for a court about one device and period.</summary>
internal sealed class EvidenceCommand
{
    private readonly Argument<string> data = new("DATA") { Description = "The gateway's data folder, live or a copy." };

    private readonly Option<string> device = new("--device")
    {
        Description = "Device serial, exactly as in the ledger.",
        HelpName = "S",
        Required = true,
    };

    private readonly Option<string> from = new("--from")
    {
        Description = $"Start of the period ({ReconcileOptions.TimeForm}).",
        HelpName = "T",
        Required = true,
    };

    private readonly Option<string> to = new("--to")
    {
        Description = "End of the period, not included.",
        HelpName = "T",
        Required = true,
    };

    private readonly Option<string> output = new("--out")
    {
        Description = "The bundle to write; must not exist.",
        HelpName = "FILE.zip",
        Required = true,
    };

    private readonly Option<string[]> redact = new("--redact")
    {
        Description = "Withhold with proof: bytes:INDEX, bytes:FIRST-LAST, leaf:INDEX or leaf:FIRST-LAST; may be given several times.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "WHAT",
    };

    private readonly Option<string?> authority = new("--authority")
    {
        Description = "On what authority it is made, in your words.",
        HelpName = "TEXT",
    };

    private readonly Option<string?> by = new("--by") { Description = "Who makes it; the account's name unless told.", HelpName = "NAME" };

    private readonly OutsideMemory outside = new();

    private EvidenceCommand() { }

    public static Command Build(AuditConsole console, TimeProvider time)
    {
        var options = new EvidenceCommand();
        var command = new Command(
            "evidence",
            "Writes a bundle about one device and period: raw records, leaves, proofs, keys, a decoded view and what is and is not proven."
        );
        command.Arguments.Add(options.data);
        Option[] all = [options.device, options.from, options.to, options.output, options.redact, options.by, options.authority];
        foreach (var option in all)
        {
            command.Options.Add(option);
        }
        options.outside.AddTo(command);
        command.SetAction(parsed => options.Run(parsed, console, time));
        return command;
    }

    private int Run(ParseResult parsed, AuditConsole console, TimeProvider time)
    {
        if (outside.Read(parsed, console, out var exitCode) is not { } given)
        {
            return exitCode;
        }
        var errors = new List<string>();
        var start = ReconcileOptions.ReadTime("--from", parsed.GetValue(from), errors);
        var end = ReconcileOptions.ReadTime("--to", parsed.GetValue(to), errors);
        var redactions = new Redactions();
        errors.AddRange((parsed.GetValue(redact) ?? []).Select(redactions.Add).OfType<string>().Select(e => $"--redact {e}."));
        if (start >= end)
        {
            errors.Add("--from must be before --to.");
        }
        var file = parsed.GetRequiredValue(output);
        if (File.Exists(file))
        {
            errors.Add($"--out {file} exists already; a bundle is never overwritten.");
        }
        foreach (var error in errors)
        {
            console.Fail(ExitCode.Usage, error);
        }
        if (start is not { } first || end is not { } last || errors.Count > 0)
        {
            return ExitCode.Usage;
        }
        var scope = new BundleScope(parsed.GetRequiredValue(device), TimeInterval.ToNs(first), TimeInterval.ToNs(last));
        var policyText = parsed.GetValue(outside.Policy) is { } policyFile ? File.ReadAllText(policyFile) : null;
        var request = new BundleRequest(
            parsed.GetRequiredValue(data),
            scope,
            redactions,
            policyText,
            parsed.GetValue(by) ?? Environment.UserName,
            parsed.GetValue(authority) ?? "",
            file
        );
        return new EvidenceRun(console, time, request).Run(folder => VerifyCommand.Verify(console, folder, given.Policy, given.Remembered));
    }
}

/// <summary>A bundle asked for.</summary>
internal sealed record BundleRequest(
    string Data,
    BundleScope Scope,
    Redactions Redactions,
    string? PolicyText,
    string Downloader,
    string Authority,
    string Out
);

/// <summary>One run of evidence: verify, choose, write.</summary>
internal sealed class EvidenceRun(AuditConsole console, TimeProvider time, BundleRequest request)
{
    public int Run(Func<DataFolder, VerifyReport?> verify)
    {
        var (folder, why) = DataFolder.Look(request.Data);
        if (folder is null)
        {
            return console.Fail(ExitCode.CannotRead, why);
        }
        if (verify(folder) is not { } report)
        {
            return ExitCode.CannotRead;
        }
        if (report.ExitCode != ExitCode.Done)
        {
            VerifyText.Write(console.Error, report, null);
            return console.Fail(report.ExitCode, $"{request.Data} is changed or damaged; no bundle was made.");
        }
        try
        {
            return Write(folder, report);
        }
        catch (Exception e) when (e is DiskException or JournalDamagedException or IOException or UnauthorizedAccessException)
        {
            File.Delete(request.Out + ".part");
            return console.Fail(ExitCode.CannotRead, e.Message);
        }
    }

    private int Write(DataFolder folder, VerifyReport report)
    {
        if (Checkpoint.ParseNote(File.ReadAllBytes(folder.Ledger.CheckpointFile)) is not { } signed || report.Newest is null)
        {
            return console.Fail(
                ExitCode.CannotRead,
                "Nothing is signed yet: wait for the first checkpoint (ten seconds after the first record)."
            );
        }
        var size = signed.Checkpoint.Size;
        using var first = EvidenceReader.Open(folder.Path, 0, size);
        if (BundleSelection.Choose(first, request.Scope, out var why) is not { } selection)
        {
            return console.Fail(ExitCode.CannotRead, $"No bundle: {why}.");
        }
        var reading = new ReadingScope(
            AuditVerb.Bundle,
            request.Scope.Device,
            request.Scope.FromNs,
            request.Scope.ToNs,
            (ulong)selection.Chosen.Count
        );
        if (Reading.Record(folder, reading, console, time) is null)
        {
            return ExitCode.CannotRead;
        }
        var source = new BundleSource(
            request.Scope,
            signed.Note,
            File.ReadAllText(folder.Ledger.VkeyFile),
            request.PolicyText,
            request.Redactions,
            report.Established,
            $"taser-audit {RunReport.ToolVersion}",
            request.Downloader,
            request.Authority
        );
        using var second = EvidenceReader.Open(folder.Path, 0, size);
        BundleManifest? manifest;
        using (var stream = new FileStream(request.Out + ".part", FileMode.Create, FileAccess.ReadWrite))
        {
            manifest = BundleWriter.Write(
                stream,
                source,
                selection,
                second,
                new TileReader(new RealDisk(), folder.Ledger.Tlog, size),
                out why
            );
        }
        if (manifest is null)
        {
            File.Delete(request.Out + ".part");
            return console.Fail(ExitCode.CannotRead, $"No bundle: {why}.");
        }
        File.Move(request.Out + ".part", request.Out);
        Show(manifest);
        return ExitCode.Done;
    }

    private void Show(BundleManifest manifest)
    {
        var o = console.Output;
        o.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Bundle       {request.Out}: {manifest.Items.Count} leaves, {manifest.Readings.Count} readings of device {manifest.Device}"
            )
        );
        foreach (var line in manifest.Completeness)
        {
            o.WriteLine(line.Sentence);
        }
        o.WriteLine("Check it with 'taser-audit verify-evidence', or unpack it and follow README.txt.");
    }
}
