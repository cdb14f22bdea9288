using System.CommandLine;
using TaserTelemetry.Auditor.Reconcile;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Returns;

namespace TaserTelemetry.Auditor.Returns;

/// <summary>programme: evidence about the programme as a whole, in a full and a public version.</summary>
internal static class ProgrammeCommand
{
    public static Command Build(AuditConsole console, TimeProvider time)
    {
        var options = new ReconcileOptions();
        var command = new Command(
            "programme",
            "Programme evidence: officers against establishment, rates with uncertainty, cartridges, spend, data quality; and a public version."
        );
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            if (options.Read(parsed, console) is not { } request)
            {
                return ExitCode.Usage;
            }
            if (PreparedRun.Make(request, AuditVerb.Programme, console, time, out var exitCode) is not { } run)
            {
                return exitCode;
            }
            var full = ProgrammeEvidence.Table(run.Inputs, run.Result, publicVersion: false);
            var forPublication = ProgrammeEvidence.Table(run.Inputs, run.Result, publicVersion: true);
            return TableOutput.Write(
                "programme",
                run,
                [full, forPublication, .. ResultTables.Coverage(run.Result)],
                console,
                new TablesPage("programme", "Conducted energy devices: evidence about the programme", [full]),
                new TablesPage(
                    "programme-public",
                    "Conducted energy devices: evidence about the programme, for publication",
                    [forPublication]
                )
            );
        });
        return command;
    }
}
