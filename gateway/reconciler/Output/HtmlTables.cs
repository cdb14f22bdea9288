using System.Globalization;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;
using static TaserTelemetry.Reconciler.Output.HtmlText;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>
/// The tables of a verb as a page to look at: shares as bars, rates with their intervals on one scale for each section. Every picture stands
/// beside its numbers and has them as its words.
/// </summary>
public static class HtmlTables
{
    /// <summary>Rows shown of one table; its CSV file holds all.</summary>
    public const int RowsShownMax = 1_000;

    private const string Section = "Section";
    private const string Low = "Low95";
    private const string High = "High95";

    /// <summary>Writes it as UTF-8; the stream stays open. A table whose first column is Section is shown section by section.</summary>
    /// <param name="title">What the page is.</param>
    /// <param name="result">The run behind it: its period, rules and coverage stand above the numbers.</param>
    /// <param name="tables">In the order of the page.</param>
    /// <param name="output">The file.</param>
    public static void Write(string title, ReconciliationResult result, IReadOnlyList<OutputTable> tables, Stream output)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(tables);
        using var w = HtmlPage.Begin(output, title);
        w.Write(
            Line(
                $"As of {TimeInterval.Text(result.AsOfNs)}; period from {TimeInterval.Text(result.FromNs)} to {TimeInterval.Text(result.ToNs)}, not included; rule set {result.RuleSet}."
            )
        );
        w.Write("<h2>Coverage</h2>\n");
        w.Write(Line(HtmlOutput.Words(result.Coverage)));
        foreach (var table in tables)
        {
            if (table.Columns[0] == Section)
            {
                foreach (var section in table.Rows.GroupBy(r => (string)r[0], StringComparer.Ordinal))
                {
                    w.Write($"<h2>{Cell(Capital(section.Key))}</h2>\n");
                    Table(w, table, [.. section], first: 1);
                }
            }
            else
            {
                w.Write($"<h2>{Html(Capital(table.Name))}</h2>\n");
                Table(w, table, [.. table.Rows.Take(RowsShownMax + 1)], first: 0);
            }
        }

        w.Write("<h2>What this does not say</h2>\n");
        w.Write(Line(HtmlOutput.FixedLimits));
        HtmlPage.End(w);
    }

    private static void Table(StreamWriter w, OutputTable table, List<IReadOnlyList<object>> rows, int first)
    {
        if (rows.Count == 0)
        {
            w.Write(Line("No rows."));
            return;
        }

        var (low, high) = (Column(table, Low), Column(table, High));
        double most = low < 0 || high < 0 ? 0 : rows.Max(r => r[high] as double? ?? 0);
        List<int> shown = [.. Enumerable.Range(first, table.Columns.Count - first).Where(c => c != low && c != high && !IsEmpty(rows, c))];
        w.Write($"<table>\n<caption>As in {Html(table.Name)}.csv</caption>\n<thead><tr>");
        foreach (int c in shown)
        {
            w.Write($"<th scope=\"col\"{(IsNumber(rows[0][c]) ? " class=\"n\"" : "")}>{Cell(Heading(table.Columns[c]))}</th>");
        }

        w.Write(
            most > 0
                ? FormattableString.Invariant($"<th scope=\"col\">95 % interval, on a line from 0 to {most}</th></tr></thead>\n<tbody>\n")
                : "</tr></thead>\n<tbody>\n"
        );
        foreach (var row in rows.Take(RowsShownMax))
        {
            w.Write("<tr>");
            foreach (int c in shown)
            {
                w.Write(
                    c == first
                        ? $"<th scope=\"row\">{Text(row[c])}</th>"
                        : $"<td{(IsNumber(row[c]) ? " class=\"n\"" : "")}>{Text(row[c])}</td>"
                );
            }

            w.Write(most > 0 ? $"<td>{Interval(row, low, high, most)}</td></tr>\n" : "</tr>\n");
        }

        w.Write("</tbody>\n</table>\n");
        if (rows.Count > RowsShownMax)
        {
            w.Write(Line($"Further rows stand in {table.Name}.csv."));
        }
    }

    private static int Column(OutputTable table, string name)
    {
        for (int c = 0; c < table.Columns.Count; c++)
        {
            if (table.Columns[c] == name)
            {
                return c;
            }
        }

        return -1;
    }

    /// <summary>Nothing in the whole column: it would be a gap to read past.</summary>
    private static bool IsEmpty(List<IReadOnlyList<object>> rows, int column) => rows.TrueForAll(r => r[column] is "");

    private static bool IsNumber(object cell) => cell is not (string or Share);

    private static string Text(object cell) =>
        cell switch
        {
            string text => Cell(text),
            Share share => Html(share.ToString()) + Bar(share),
            int count => Number(count),
            ulong count => Number(count),
            double number => number.ToString("#,0.##", CultureInfo.InvariantCulture),
            _ => Html(Convert.ToString(cell, CultureInfo.InvariantCulture) ?? ""),
        };

    /// <summary>A hundred units wide; the frame is the whole, so that it can be read without colour.</summary>
    private static string Bar(Share share)
    {
        if (share.Whole <= 0)
        {
            return "";
        }

        double width = Math.Round(Math.Min(1, share.Part / (double)share.Whole) * 198, 1);
        return FormattableString.Invariant(
            $"<br><svg role=\"img\" aria-label=\"{Html(share.ToString())}\" viewBox=\"0 0 200 12\" width=\"200\" height=\"12\" fill=\"currentColor\" xmlns=\"http://www.w3.org/2000/svg\"><rect x=\"0.5\" y=\"0.5\" width=\"199\" height=\"11\" fill=\"none\" stroke=\"currentColor\"/><rect x=\"1\" y=\"3\" width=\"{width}\" height=\"6\"/></svg>"
        );
    }

    /// <summary>The likeliest value as a dot on the line of its 95 % interval.</summary>
    private static string Interval(IReadOnlyList<object> row, int low, int high, double most)
    {
        if (row[low] is not double from || row[high] is not double to || row[low - 1] is not double value)
        {
            return "";
        }

        var (x1, x2, x) = (Place(from, most), Place(to, most), Place(value, most));
        return FormattableString.Invariant(
            $"{from} to {to}<br><svg role=\"img\" aria-label=\"{value}, 95 % interval from {from} to {to}\" viewBox=\"0 0 240 16\" width=\"240\" height=\"16\" fill=\"currentColor\" stroke=\"currentColor\" xmlns=\"http://www.w3.org/2000/svg\"><line x1=\"4\" y1=\"15\" x2=\"236\" y2=\"15\" stroke-width=\"0.5\"/><line x1=\"{x1}\" y1=\"8\" x2=\"{x2}\" y2=\"8\"/><line x1=\"{x1}\" y1=\"3\" x2=\"{x1}\" y2=\"13\"/><line x1=\"{x2}\" y1=\"3\" x2=\"{x2}\" y2=\"13\"/><circle cx=\"{x}\" cy=\"8\" r=\"3.5\"/></svg>"
        );
    }

    private static double Place(double value, double most) => Math.Round(4 + (232 * Math.Min(1, value / most)), 1);

    private static string Heading(string column) =>
        string.Concat(
            column.Select((c, i) => i > 0 && char.IsUpper(c) && !char.IsUpper(column[i - 1]) ? " " + char.ToLowerInvariant(c) : $"{c}")
        );

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..].Replace('-', ' ');
}
