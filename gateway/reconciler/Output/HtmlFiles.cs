using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;
using static TaserTelemetry.Reconciler.Output.HtmlText;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>The part of the report about the files handed in: what was read, and every row that was not understood.</summary>
internal static class HtmlFiles
{
    /// <summary>Rejected rows shown; the CSV file holds all.</summary>
    public const int RejectsShownMax = 200;

    private const int ColumnsShownMax = 20;

    public static void Write(StreamWriter w, ReconciliationResult result)
    {
        w.Write(
            "<h2 id=\"imports\">Files</h2>\n<table>\n<caption>What was read</caption>\n<thead><tr><th scope=\"col\">File</th><th scope=\"col\">Rows</th><th scope=\"col\">Notes</th></tr></thead>\n<tbody>\n"
        );
        foreach (var import in result.Imports)
        {
            string notes = string.Join("; ", Notes(import));
            int others = import.RowsNotAboutCed + import.RowsPassedOver;
            string rows =
                $"{Number(import.RowsRead)}: {Number(import.RowsUnderstood)} understood, {Number(import.RowsRead - import.RowsUnderstood - others)} rejected, {Number(others)} passed over or not about a CED";
            w.Write(
                FormattableString.Invariant(
                    $"<tr><th scope=\"row\"><code>{Cell(import.File)}</code></th><td>{rows}</td><td class=\"a\">{Cell(notes)}</td></tr>\n"
                )
            );
        }

        w.Write("</tbody>\n</table>\n");
        var rejects = result.Imports.SelectMany(i => i.Rejects).ToList();
        if (rejects.Count == 0)
        {
            return;
        }

        w.Write(
            "<table>\n<caption>Rows that were not understood</caption>\n<thead><tr><th scope=\"col\">File and line</th><th scope=\"col\">Column</th><th scope=\"col\">Cell</th><th scope=\"col\">Reason</th></tr></thead>\n<tbody>\n"
        );
        foreach (var reject in rejects.Take(RejectsShownMax))
        {
            w.Write(
                FormattableString.Invariant(
                    $"<tr><th scope=\"row\"><code>{Cell(reject.File)}</code>, line {reject.Line}</th><td><code>{Cell(reject.Column)}</code></td><td><code>{Cell(reject.Cell)}</code></td><td class=\"a\">{Html(reject.Reason)}</td></tr>\n"
                )
            );
        }

        w.Write("</tbody>\n</table>\n");
        if (rejects.Count > RejectsShownMax)
        {
            w.Write(Line(FormattableString.Invariant($"{rejects.Count - RejectsShownMax} further row(s) stand in rejects.csv.")));
        }
    }

    private static IEnumerable<string> Notes(ImportAnswer import) =>
        [
            $"read as {import.Profile}, {import.Encoding}",
            .. import.Notes,
            .. import.ColumnsRefused.Select(c => $"column {c.Column} refused: {c.Reason}; rows {string.Join(" | ", c.Rows)}"),
            .. Columns("columns that are not known and not read: ", import.ColumnsUnknown),
            .. Columns("columns that are not there: ", import.ColumnsMissing),
        ];

    private static string[] Columns(string what, IReadOnlyList<string> columns) =>
        columns.Count == 0
            ? []
            :
            [
                what
                    + string.Join(", ", columns.Take(ColumnsShownMax))
                    + (columns.Count > ColumnsShownMax ? $" and {Number(columns.Count - ColumnsShownMax)} more" : ""),
            ];
}
