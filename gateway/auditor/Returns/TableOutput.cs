using System.Text.Json;
using TaserTelemetry.Auditor.Reconcile;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Output;

namespace TaserTelemetry.Auditor.Returns;

/// <summary>Writes the tables of a verb as CSV, as one workbook and as pages to look at, then run.json, and shows the first table.</summary>
internal static class TableOutput
{
    private const int LinesShown = 40;

    public static int Write(
        string verb,
        PreparedRun run,
        IReadOnlyList<OutputTable> tables,
        AuditConsole console,
        params IReadOnlyList<TablesPage> pages
    )
    {
        try
        {
            var folder = new OutputFolder(run.Request.Out);
            foreach (var table in tables)
            {
                folder.Write($"{table.Name}.csv", stream => CsvOutput.Write(table, stream));
            }
            folder.Write($"{verb}.xlsx", stream => XlsxOutput.Write(tables, stream));
            foreach (var page in pages)
            {
                folder.Write($"{page.Name}.html", stream => HtmlTables.Write(page.Title, run.Result, page.Tables, stream));
            }
            var report = RunReport.Of(verb, run.Request, run.Ledgers, run.Files, run.Result, [.. folder.Files]);
            folder.Write("run.json", stream => JsonSerializer.Serialize(stream, report, RunJson.Readable.RunReport));
            if (run.Request.Json)
            {
                console.Output.WriteLine(JsonSerializer.Serialize(report, RunJson.Readable.RunReport));
            }
            else
            {
                Show(run, tables[0], console.Output);
            }
            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return console.Fail(ExitCode.CannotRead, $"{run.Request.Out} cannot be written: {e.Message}");
        }
    }

    /// <summary>One line of what was disposed of, in every verb's summary; the table has it by class and month.</summary>
    public static void WriteDisposed(TextWriter output, Coverage coverage)
    {
        var (records, bytes) = coverage.Disposed.Aggregate((0UL, 0UL), (sum, d) => (sum.Item1 + d.Records, sum.Item2 + d.Bytes));
        output.WriteLine(
            records == 0
                ? "Disposed     nothing in the ledgers read"
                : $"Disposed     {AuditConsole.Count(records)} records, {AuditConsole.Count(bytes)} bytes, by class and month in disposed.csv: counted nowhere above"
        );
    }

    private static void Show(PreparedRun run, OutputTable table, TextWriter output)
    {
        output.WriteLine(string.Join("  ", table.Columns));
        foreach (var row in table.Rows.Take(LinesShown))
        {
            output.WriteLine(string.Join("  ", row.Select(c => Convert.ToString(c, System.Globalization.CultureInfo.InvariantCulture))));
        }
        var further = table.Rows.Skip(LinesShown).Count();
        if (further > 0)
        {
            output.WriteLine($"... and {AuditConsole.Count((ulong)further)} further lines in {table.Name}.csv");
        }
        var coverage = run.Result.Coverage;
        output.WriteLine(
            $"Coverage     {coverage.CompleteDays} of {coverage.DeviceDays} device-days complete: publish it beside every number above."
        );
        WriteDisposed(output, coverage);
        output.WriteLine($"Written to   {run.Request.Out}");
    }
}

/// <summary>A page of a verb: the file's name without its ending, the title, and what stands on it.</summary>
internal sealed record TablesPage(string Name, string Title, IReadOnlyList<OutputTable> Tables);
