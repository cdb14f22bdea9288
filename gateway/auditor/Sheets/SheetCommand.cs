using System.CommandLine;
using System.Text;
using TaserTelemetry.Auditor.Verify;
using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Auditor.Sheets;

/// <summary>sheet: the newest checkpoint as one page to print. It discloses no record, so no reading is recorded.</summary>
internal static class SheetCommand
{
    public static Command Build(AuditConsole console, TimeProvider time)
    {
        var data = new Argument<string>("DATA") { Description = "The gateway's data folder, live or a copy." };
        var output = new Option<string>("--out")
        {
            Description = "The page to write; must not exist. Print it from any browser: it fits one side of A4.",
            HelpName = "FILE.html",
            Required = true,
        };
        var outside = new OutsideMemory();
        var command = new Command(
            "sheet",
            "Verifies the ledger and writes its newest checkpoint as one page to print, sign and keep outside."
        )
        {
            data,
        };
        command.Options.Add(output);
        outside.AddTo(command);
        command.SetAction(parsed =>
            outside.Read(parsed, console, out var exitCode) is { } given
                ? Run(
                    console,
                    time,
                    parsed.GetRequiredValue(data),
                    parsed.GetRequiredValue(output),
                    given.Policy,
                    folder => VerifyCommand.Verify(console, folder, given.Policy, given.Remembered)
                )
                : exitCode
        );
        return command;
    }

    private static int Run(
        AuditConsole console,
        TimeProvider time,
        string data,
        string file,
        LogPolicy? policy,
        Func<DataFolder, VerifyReport?> verify
    )
    {
        if (File.Exists(file))
        {
            return console.Fail(ExitCode.Usage, $"--out {file} exists already; a sheet is never overwritten.");
        }
        var (folder, why) = DataFolder.Look(data);
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
            VerifyText.Write(console.Error, report, policy);
            return console.Fail(report.ExitCode, $"{data} is changed or damaged; no sheet was made.");
        }
        try
        {
            return Write(console, time, folder, file, policy, report);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return console.Fail(ExitCode.CannotRead, e.Message);
        }
    }

    private static int Write(
        AuditConsole console,
        TimeProvider time,
        DataFolder folder,
        string file,
        LogPolicy? policy,
        VerifyReport report
    )
    {
        var read = File.Exists(folder.Ledger.CheckpointFile) ? Checkpoint.ParseNote(File.ReadAllBytes(folder.Ledger.CheckpointFile)) : null;
        if (read is not { } signed || report.Newest is null)
        {
            return console.Fail(
                ExitCode.CannotRead,
                "Nothing is signed yet: wait for the first checkpoint (ten seconds after the first record)."
            );
        }
        var facts = new SheetFacts(
            File.ReadAllText(folder.Ledger.VkeyFile),
            policy?.SignersOf(signed.Note) ?? [],
            $"the whole ledger was verified: {report.Statement}",
            time.GetUtcNow()
        );
        using (var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write))
        {
            stream.Write(Encoding.UTF8.GetBytes(CheckpointSheet.Page(signed.Checkpoint, signed.Note, facts)));
        }
        console.Output.WriteLine($"Sheet        {file}: {signed.Checkpoint.Size}:{signed.Checkpoint.Root}");
        console.Output.WriteLine("Print it, have it signed, and keep it where whoever runs the log cannot exchange it.");
        return ExitCode.Done;
    }
}
