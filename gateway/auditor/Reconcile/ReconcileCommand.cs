using System.CommandLine;
using System.Text.Json;
using TaserTelemetry.Auditor.Returns;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Auditor.Reconcile;

/// <summary>reconcile: recorded activations against officers' reports.</summary>
internal static class ReconcileCommand
{
    public static Command Build(AuditConsole console, TimeProvider time)
    {
        var options = new ReconcileOptions();
        var command = new Command(
            "reconcile",
            "Verifies the ledgers, then compares recorded activations with officers' reports and registers: cases, findings, account and coverage."
        );
        options.AddTo(command);
        command.SetAction(parsed => options.Read(parsed, console) is { } request ? Run(request, console, time) : ExitCode.Usage);
        return command;
    }

    private static int Run(ReconcileRequest request, AuditConsole console, TimeProvider time)
    {
        if (PreparedRun.Make(request, AuditVerb.Reconcile, console, time, out var exitCode) is not { } run)
        {
            return exitCode;
        }
        try
        {
            var report = Write(run);
            Show(console, run, report);
            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return console.Fail(ExitCode.CannotRead, $"{request.Out} cannot be written: {e.Message}");
        }
    }

    /// <summary>Writes all results; run.json comes last, so that its presence says that the rest is whole.</summary>
    private static RunReport Write(PreparedRun run)
    {
        var result = run.Result;
        var folder = new OutputFolder(run.Request.Out);
        var tables = ResultTables.All(result);
        folder.Write("report.html", stream => HtmlOutput.Write(result, stream));
        folder.Write("result.json", stream => JsonOutput.Write(result, stream));
        foreach (var table in tables)
        {
            folder.Write($"{table.Name}.csv", stream => CsvOutput.Write(table, stream));
        }
        folder.Write("result.xlsx", stream => XlsxOutput.Write(tables, stream));
        var report = RunReport.Of("reconcile", run.Request, run.Ledgers, run.Files, result, [.. folder.Files]);
        folder.Write("run.json", stream => JsonSerializer.Serialize(stream, report, RunJson.Readable.RunReport));
        return report;
    }

    /// <summary>When the first dated activation is over a year after the period's begin, that activation's time; else null.</summary>
    private static long? LateLogs(ReconciliationResult result)
    {
        var dated = result.Activations.Where(a => a.When.LowNs != TimeInterval.Unknown.LowNs).Select(a => a.When.LowNs).ToList();
        return dated.Count > 0 && dated.Min() - result.FromNs > 366 * TimeInterval.DayNs ? dated.Min() : null;
    }

    private static void Show(AuditConsole console, PreparedRun run, RunReport report)
    {
        var (request, inputs, result) = (run.Request, run.Files, run.Result);
        if (request.Json)
        {
            console.Output.WriteLine(JsonSerializer.Serialize(report, RunJson.Readable.RunReport));
            return;
        }
        var rejected = inputs.Answers.Sum(a => a.Rejects.Count);
        var o = console.Output;
        var account = result.Account;
        o.WriteLine($"Period       {report.From} to {report.To}, as of {report.AsOf}, rule set {report.RuleSet}");
        o.WriteLine(
            $"Activations  {account.Activations}: {account.ActivationsMatched} matched, {account.ActivationsExcused.Sum(e => e.Count)} excused, "
                + $"{account.ActivationsWaiting.Sum(e => e.Count)} waiting, {account.ActivationsUnaccounted} unaccounted"
        );
        o.WriteLine(
            $"Reports      {account.Reports}: {account.ReportsMatched} matched, {account.ReportsNotTestable.Sum(e => e.Count)} not testable, "
                + $"{account.ReportsNotBorneOut} not borne out"
        );
        o.WriteLine($"Coverage     {result.Coverage.CompleteDays} of {result.Coverage.DeviceDays} device-days complete");
        if (request.FromNs is null && LateLogs(result) is { } firstNs)
        {
            o.WriteLine(
                $"Hint         the reports begin long before the logs, whose first activation is of {TimeInterval.Text(firstNs)}: "
                    + $"days without any log count as not complete, and --from leaves them out"
            );
        }
        TableOutput.WriteDisposed(o, result.Coverage);
        o.WriteLine(
            $"Cases        {result.Cases.Count}, findings {result.Findings.Count}, rows not understood {rejected}{(rejected > 0 ? ": rejects.csv says which and why" : "")}"
        );
        foreach (var open in result.Cases.Take(20))
        {
            o.WriteLine($"  {open.Primary.RuleId}  priority {open.Primary.Priority}  {open.Primary.Wording}");
        }
        if (result.Cases.Count > 20)
        {
            o.WriteLine($"  and {result.Cases.Count - 20} more");
        }
        o.WriteLine(
            $"Not testable with these inputs: {(report.RulesNotTestable.Count == 0 ? "nothing" : string.Join(", ", report.RulesNotTestable))}"
        );
        if (inputs.OfFolder(request) is { } unused)
        {
            o.WriteLine($"Not used     {unused}");
        }
        o.WriteLine($"Written to   {request.Out}: report.html first");
    }
}
