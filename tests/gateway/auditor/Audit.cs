using System.Diagnostics;
using TaserTelemetry.Evidence.Tests;

namespace TaserTelemetry.Auditor.Tests;

/// <summary>Runs taser-audit: in this process, or as the real program.</summary>
internal static class Audit
{
    /// <summary>The built program beside this test's own assembly.</summary>
    public static string Program => Path.Combine(AppContext.BaseDirectory, "taser-audit");

    public static (int ExitCode, string Output, string Error) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = AuditCommands.Run(args, new AuditConsole(output, error, false), TimeProvider.System);
        return (exitCode, output.ToString(), error.ToString());
    }

    public static (int ExitCode, string Output, string Error) RunProcess(string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>A ledger of a few signed batches, stopped.</summary>
    public static SampleLedger Ledger(int batches = 5)
    {
        var ledger = new SampleLedger();
        for (var i = 0; i < batches; i++)
        {
            ledger.AppendBatch(
                "X29000001",
                (ulong)i * 10,
                [
                    .. Enumerable
                        .Range(0, 10)
                        .Select(n => SampleLedger.Event(FirmwareProtocol.Records.EventCode.Arm, SampleLedger.Morning + (ulong)n)),
                ]
            );
            ledger.Sign();
        }
        ledger.Finish();
        return ledger;
    }
}
