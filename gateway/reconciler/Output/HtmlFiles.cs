using TaserTelemetry.Reconciler.Findings;
using static TaserTelemetry.Reconciler.Output.HtmlText;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>The part of the report about the files handed in: what was read, and every row that was not understood.</summary>
internal static class HtmlFiles
{
    /// <summary>Rejected rows shown; the CSV file holds all.</summary>
    public const int RejectsShownMax = 200;

    public static void Write(StreamWriter w, ReconciliationResult result)
    {
        w.Write(
            "<h2 id=\"imports\">Files</h2>\n<table>\n<caption>What was read</caption>\n<thead><tr><th scope=\"col\">File</th><th scope=\"col\">Read as</th><th scope=\"col\" class=\"n\">Rows</th><th scope=\"col\" class=\"n\">Understood</th><th scope=\"col\" class=\"n\">Rejected</th><th scope=\"col\">Notes</th></tr></thead>\n<tbody>\n"
        );
        foreach (var import in result.Imports)
        {
            var notes = import.Notes.Concat(
                import.ColumnsRefused.Select(c => $"column {c.Column} refused: {c.Reason}; rows {string.Join(" | ", c.Rows)}")
            );
            w.Write(
                FormattableString.Invariant(
                    $"<tr><th scope=\"row\">{Cell(import.File)}</th><td>{Cell(import.Profile)}, {Html(import.Encoding)}</td><td class=\"n\">{import.RowsRead}</td><td class=\"n\">{import.RowsUnderstood}</td><td class=\"n\">{import.Rejects.Count}</td><td>{Cell(string.Join("; ", notes))}</td></tr>\n"
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
                    $"<tr><th scope=\"row\">{Cell(reject.File)}, line {reject.Line}</th><td>{Cell(reject.Column)}</td><td><code>{Cell(reject.Cell)}</code></td><td>{Html(reject.Reason)}</td></tr>\n"
                )
            );
        }

        w.Write("</tbody>\n</table>\n");
        if (rejects.Count > RejectsShownMax)
        {
            w.Write(Line(FormattableString.Invariant($"{rejects.Count - RejectsShownMax} further row(s) stand in rejects.csv.")));
        }
    }
}
