using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Reconciler;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Auditor.Reconcile;

/// <summary>Ledgers verified, read and recorded as read, files imported, and the run made: what every verb over reports starts from.</summary>
internal sealed record PreparedRun(
    ReconcileRequest Request,
    InputFiles Files,
    LedgersRead Ledgers,
    ReconciliationInputs Inputs,
    DateTimeOffset AsOf,
    ReconciliationResult Result
)
{
    /// <summary>Null, and the exit code, after having said why not.</summary>
    public static PreparedRun? Make(ReconcileRequest request, AuditVerb verb, AuditConsole console, TimeProvider time, out int exitCode)
    {
        exitCode = ExitCode.CannotRead;
        if (InputFiles.Read(request, console) is not { } files)
        {
            return null;
        }
        var scope = new ReadingScope(verb, "", request.FromNs, request.ToNs, 0);
        if (LedgersRead.Read(request.Data, scope, console, time, out exitCode) is not { } ledgers)
        {
            return null;
        }
        // return, programme and sample read the log once more for their own tables
        var inputs = files.Join(ledgers.Inputs(request)) with
        {
            LetsGoOfLog = verb == AuditVerb.Reconcile,
        };
        var asOf = request.AsOf ?? time.GetUtcNow();
        exitCode = ExitCode.Done;
        return new PreparedRun(
            request,
            files,
            ledgers,
            inputs,
            asOf,
            ledgers.Decisions.ApplyTo(Reconciliation.Run(inputs, request.Rules, asOf))
        );
    }
}
