using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;
using static TaserTelemetry.Reconciler.Output.HtmlText;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>
/// The part of the report about people: which uses were examined and which wait for it, and the decisions on what this run does not
/// raise any more. A decision on a case stands with the case.
/// </summary>
internal static class HtmlDecisions
{
    /// <summary>Rows shown of each table; the CSV files hold all.</summary>
    public const int RowsShownMax = 500;

    public static void Write(StreamWriter w, ReconciliationResult result)
    {
        w.Write("<h2 id=\"decisions\">Decisions and examinations</h2>\n");
        if (result.Decisions is not { } decisions)
        {
            w.Write(Line("Decisions were not read."));
            return;
        }

        Examinations(w, result, decisions.Where(d => d.Subject == "Use").ToLookup(d => d.Id, StringComparer.Ordinal));
        var raised = result.Findings.Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        var uses = result.Uses.Select(u => u.UseId).ToHashSet(StringComparer.Ordinal);
        var others = decisions
            .Where(d =>
                d.Subject switch
                {
                    "Use" => !uses.Contains(d.Id),
                    "Finding" => !raised.Contains(d.Id),
                    _ => true,
                }
            )
            .ToList();
        w.Write(
            Line(
                others.Count == 0
                    ? "No decision rests on something that this run does not raise any more."
                    : "Decisions on what this run does not raise any more, or on a case as a whole:"
            )
        );
        List(w, others);
    }

    private static void Examinations(StreamWriter w, ReconciliationResult result, ILookup<string, DecisionLine> examinations)
    {
        if (result.Uses.Count == 0)
        {
            w.Write(Line("No use was recorded in the period."));
            return;
        }

        w.Write(
            "<table>\n<caption>Uses, and who examined each</caption>\n<thead><tr><th scope=\"col\">Use</th><th scope=\"col\">Device and time</th><th scope=\"col\">Examination</th></tr></thead>\n<tbody>\n"
        );
        foreach (var use in result.Uses.OrderBy(u => u.Examined == true).Take(RowsShownMax))
        {
            string said = string.Join(' ', examinations[use.UseId].Select(CellText.Decision));
            string examined =
                said.Length > 0 ? said
                : use.Examined == true ? "Examined."
                : "Waits for an examination.";
            w.Write(
                $"<tr><th scope=\"row\"><code>{Cell(use.UseId)}</code></th><td><code>{Cell(use.Device)}</code>, {TimeInterval.Text(use.When.LowNs)}</td><td class=\"a\">{Cell(examined)}</td></tr>\n"
            );
        }

        w.Write("</tbody>\n</table>\n");
        More(w, result.Uses.Count, "use(s) stand in uses.csv");
    }

    private static void List(StreamWriter w, List<DecisionLine> decisions)
    {
        if (decisions.Count == 0)
        {
            return;
        }

        w.Write("<ul>\n");
        foreach (var decision in decisions.Take(RowsShownMax))
        {
            w.Write($"<li>{Cell(CellText.Decision(decision))}</li>\n");
        }

        w.Write("</ul>\n");
        More(w, decisions.Count, "decision(s) stand in decisions.csv");
    }

    private static void More(StreamWriter w, int count, string where)
    {
        if (count > RowsShownMax)
        {
            w.Write(Line(FormattableString.Invariant($"{count - RowsShownMax} further {where}.")));
        }
    }
}
