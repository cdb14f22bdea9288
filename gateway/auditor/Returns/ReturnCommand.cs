using System.CommandLine;
using TaserTelemetry.Auditor.Reconcile;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Returns;

namespace TaserTelemetry.Auditor.Returns;

/// <summary>return: the statistical return of a year, April to March, or of a quarter of it, with coverage.</summary>
internal static class ReturnCommand
{
    public static Command Build(AuditConsole console, TimeProvider time)
    {
        var options = new ReconcileOptions();
        var year = new Option<string?>("--year") { Description = "April to March, such as 2026-27.", HelpName = "YYYY-YY" };
        var quarter = new Option<string?>("--quarter")
        {
            Description = "A quarter of it, such as 2026-27Q3 (October to December).",
            HelpName = "YYYY-YYQn",
        };
        var command = new Command("return", "The statistical return of a year or quarter from reports and logs, with coverage beside it.");
        options.AddTo(command, withPeriod: false);
        command.Options.Add(year);
        command.Options.Add(quarter);
        command.SetAction(parsed =>
        {
            var (ofYear, ofQuarter) = (parsed.GetValue(year), parsed.GetValue(quarter));
            var name = ofYear ?? ofQuarter ?? "";
            var wellFormed = (ofYear is null) != (ofQuarter is null) && name.Length == (ofYear is null ? 9 : 7);
            if (!wellFormed || StatutoryReturn.PeriodOf(name) is not { } period)
            {
                return console.Fail(
                    ExitCode.Usage,
                    $"give either --year 2026-27 or --quarter 2026-27Q3{(name.Length == 0 ? "" : $", not '{name}'")}."
                );
            }
            if (options.Read(parsed, console, withPeriod: false) is not { } request)
            {
                return ExitCode.Usage;
            }
            request = request with { FromNs = period.FromNs, ToNs = period.ToNs };
            return PreparedRun.Make(request, AuditVerb.Return, console, time, out var exitCode) is { } run
                ? Write(run, name, console)
                : exitCode;
        });
        return command;
    }

    private static int Write(PreparedRun run, string period, AuditConsole console)
    {
        var made = StatutoryReturn.Of(run.Inputs, run.Request.Rules, run.AsOf, period);
        var revisions = new OutputTable("revisions", ["Report"], made.Revisions.Select(r => (IReadOnlyList<object>)[r]));
        return TableOutput.Write(
            "return",
            run,
            [made.Table(), .. ResultTables.Coverage(run.Result), revisions],
            console,
            new TablesPage("return", $"Return for {period}: from reports and from logs", [made.Table(), revisions])
        );
    }
}
