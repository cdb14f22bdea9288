using System.CommandLine;
using System.CommandLine.Invocation;
using TaserTelemetry.Auditor.Bundles;
using TaserTelemetry.Auditor.Reconcile;
using TaserTelemetry.Auditor.Returns;
using TaserTelemetry.Auditor.Sheets;
using TaserTelemetry.Auditor.Verify;

namespace TaserTelemetry.Auditor;

/// <summary>The verbs of taser-audit. It reads, never writes to DATA but for the spool of the access log, and knows no network.</summary>
internal static class AuditCommands
{
    /// <summary>All verbs.</summary>
    public static RootCommand Build(AuditConsole console, TimeProvider time) =>
        new(
            "Audits the logs of conducted energy devices offline: verifies the ledger, reconciles recorded activations with reports, makes evidence bundles."
        )
        {
            VerifyCommand.Build(console),
            ReconcileCommand.Build(console, time),
            EvidenceCommand.Build(console, time),
            VerifyEvidenceCommand.Build(console),
            ReturnCommand.Build(console, time),
            ProgrammeCommand.Build(console, time),
            SampleCommand.Build(console, time),
            SheetCommand.Build(console, time),
        };

    public static int Run(string[] args, AuditConsole console, TimeProvider time)
    {
        var root = Build(console, time);
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }); // an @ may begin a file's name
        if (parsed.Errors.Count > 0)
        {
            // The library prints error and corrections on both streams and answers 1; the contract has 2, and only results on standard output.
            if (parsed.Action is ParseErrorAction errors)
            {
                errors.ShowHelp = false;
            }
            parsed.Invoke(new InvocationConfiguration { Output = console.Error, Error = console.Error });
            console.Error.WriteLine("Use 'taser-audit --help' for the verbs, 'taser-audit VERB --help' for the options of one.");
            return ExitCode.Usage;
        }
        return parsed.Invoke(new InvocationConfiguration { Output = console.Output, Error = console.Error });
    }
}
