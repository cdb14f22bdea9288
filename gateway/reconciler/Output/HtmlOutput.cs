using System.Globalization;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Rules;
using TaserTelemetry.Reconciler.Time;
using static TaserTelemetry.Reconciler.Output.HtmlText;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>
/// The readable report: one file, no script, nothing fetched. It opens with the account, then coverage, then cases, each with its
/// evidence and limits. Tables have headers and captions; nothing is said by colour alone; every picture has its words.
/// </summary>
public static class HtmlOutput
{
    /// <summary>Cases shown in full; the CSV and JSON files hold all.</summary>
    public const int CasesShownMax = 1_000;

    /// <summary>Says what a log does not show: the only place where these words stand.</summary>
    public const string FixedLimits =
        "A device log says how long a device was activated, not whether anyone was affected: activation seconds are not exposure, and an activation is no evidence of a shock. "
        + "No finding says that a report is false or that anything was hidden; it says what is recorded and what was not found in the files given.";

    /// <summary>Writes it as UTF-8; the stream stays open.</summary>
    public static void Write(ReconciliationResult result, Stream output)
    {
        ArgumentNullException.ThrowIfNull(result);
        using var w = HtmlPage.Begin(output, "Reconciliation of device logs and reports");
        w.Write(
            Line(
                $"As of {TimeInterval.Text(result.AsOfNs)}; period from {TimeInterval.Text(result.FromNs)} to {TimeInterval.Text(result.ToNs)}, not included; rule set {result.RuleSet}."
            )
        );
        w.Write(Line(FixedLimits));
        w.Write(
            "<nav aria-label=\"Contents\"><ul><li><a href=\"#account\">The account</a></li><li><a href=\"#coverage\">Coverage</a></li><li><a href=\"#not-testable\">Not testable with these inputs</a></li><li><a href=\"#cases\">Cases</a></li><li><a href=\"#decisions\">Decisions and examinations</a></li><li><a href=\"#imports\">Files</a></li></ul></nav>\n"
        );
        Account(w, result.Account);
        Coverage(w, result.Coverage);
        NotTestable(w, result.NotTestable);
        Cases(w, result);
        HtmlDecisions.Write(w, result);
        HtmlFiles.Write(w, result);
        HtmlPage.End(w);
    }

    private static void Account(StreamWriter w, Account a)
    {
        w.Write("<h2 id=\"account\">The account</h2>\n");
        var rows = new List<(string, int)> { ("Matched to a report", a.ActivationsMatched) };
        rows.AddRange(a.ActivationsExcused.Select(r => ("Excused: " + r.Reason, r.Count)));
        rows.AddRange(a.ActivationsWaiting.Select(r => ("Waiting: " + r.Reason, r.Count)));
        rows.Add(("No account found in the files given", a.ActivationsUnaccounted));
        Sum(w, "Activations recorded", a.Activations, rows);
        var reports = new List<(string, int)> { ("Matched to a device log", a.ReportsMatched) };
        reports.AddRange(a.ReportsNotTestable.Select(r => ("Not testable: " + r.Reason, r.Count)));
        reports.Add(("Log complete, and it does not bear the report out", a.ReportsNotBorneOut));
        Sum(w, "Reports handed in", a.Reports, reports);
        if (a.Cartridges is { } c)
        {
            Sum(
                w,
                $"Cartridges: {Number(c.Opening)} at the opening and {Number(c.Received)} received",
                c.Opening + c.Received,
                [
                    ("Used", c.Used),
                    ("Training", c.Training),
                    ("Returned", c.Returned),
                    ("Closing", c.Closing),
                    ("Unaccounted", c.Unaccounted),
                ]
            );
        }

        w.Write(
            Line(
                a.UsesExamined is { } n
                    ? $"Uses examined by a person: {Number(n)} of {Number(a.Uses)}."
                    : $"Uses: {Number(a.Uses)}. How many of them a person has examined is not known: decisions were not read."
            )
        );
    }

    private static void Sum(StreamWriter w, string caption, int total, IEnumerable<(string Name, int Count)> rows)
    {
        w.Write(
            $"<table>\n<caption>{Html(caption)}</caption>\n<thead><tr><th scope=\"col\">Line</th><th scope=\"col\" class=\"n\">Number</th></tr></thead>\n<tbody>\n"
        );
        foreach (var (name, count) in rows)
        {
            w.Write(FormattableString.Invariant($"<tr><th scope=\"row\">{Cell(name)}</th><td class=\"n\">{Number(count)}</td></tr>\n"));
        }

        w.Write(
            FormattableString.Invariant(
                $"</tbody>\n<tfoot><tr><th scope=\"row\">Sum</th><td class=\"n\">{Number(total)}</td></tr></tfoot>\n</table>\n"
            )
        );
    }

    private static void Coverage(StreamWriter w, Coverage coverage)
    {
        w.Write("<h2 id=\"coverage\">Coverage</h2>\n");
        w.Write(Line(Words(coverage)));
        if (coverage.Reasons.Count > 0)
        {
            Sum(
                w,
                "Device-days that are not complete",
                coverage.DeviceDays - coverage.CompleteDays,
                coverage.Reasons.Select(r => (r.Reason, r.Count))
            );
        }

        Disposed(w, coverage.Disposed);
        if (coverage.NotInRegister.Count > 0)
        {
            w.Write(Line("Devices with a log that stand in no register: " + string.Join(", ", coverage.NotInRegister.Take(50)) + "."));
        }
    }

    /// <summary>How much of what is asked about a complete log covers.</summary>
    internal static string Words(Coverage coverage) =>
        coverage.HasRegister
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{Number(coverage.CompleteDays)} of {Number(coverage.DeviceDays)} device-days in service ({(coverage.DeviceDays == 0 ? 0 : 100.0 * coverage.CompleteDays / coverage.DeviceDays):0.0} %) have a complete, time-bounded log. What is said below about absence rests on those alone."
            )
            : "No asset register was handed in: only devices that were heard of are known, and no share can be given.";

    private static void Disposed(StreamWriter w, IReadOnlyList<DisposedTotal> totals)
    {
        if (totals.Count == 0)
        {
            w.Write(Line("No raw bytes in the ledgers read have been disposed of."));
            return;
        }

        w.Write(
            "<table>\n<caption>Raw bytes disposed of under a retention policy: what they recorded is counted nowhere in this report</caption>\n<thead><tr><th scope=\"col\">Class</th><th scope=\"col\">Month received</th><th scope=\"col\" class=\"n\">Records</th><th scope=\"col\" class=\"n\">Bytes</th></tr></thead>\n<tbody>\n"
        );
        foreach (var total in totals)
        {
            var (records, bytes) = (Number(total.Records), Number(total.Bytes));
            w.Write(
                FormattableString.Invariant(
                    $"<tr><th scope=\"row\">{total.Class}</th><td>{total.Month}</td><td class=\"n\">{records}</td><td class=\"n\">{bytes}</td></tr>\n"
                )
            );
        }

        w.Write("</tbody>\n</table>\n");
    }

    private static void NotTestable(StreamWriter w, IReadOnlyList<NotTestable> items)
    {
        w.Write("<h2 id=\"not-testable\">Not testable with these inputs</h2>\n");
        if (items.Count == 0)
        {
            w.Write(Line("Every rule could be tested."));
            return;
        }

        w.Write(
            "<table>\n<caption>Rules, and why they could not be tested</caption>\n<thead><tr><th scope=\"col\">Rule</th><th scope=\"col\">Reason</th><th scope=\"col\" class=\"n\">On how many</th></tr></thead>\n<tbody>\n"
        );
        foreach (var item in items)
        {
            string count = item.Count == 0 ? "whole run" : Number(item.Count);
            w.Write($"<tr><th scope=\"row\">{Html(item.RuleId)}</th><td>{Html(item.Reason)}</td><td class=\"n\">{count}</td></tr>\n");
        }

        w.Write("</tbody>\n</table>\n");
    }

    private static void Cases(StreamWriter w, ReconciliationResult result)
    {
        w.Write("<h2 id=\"cases\">Cases</h2>\n");
        w.Write(
            Line(
                FormattableString.Invariant(
                    $"{Number(result.Cases.Count)} case(s), {Number(result.Findings.Count)} finding(s). Priority 1 comes first; information comes last."
                )
            )
        );
        CasesByRule(w, result);
        var timeline = new CaseTimeline(result);
        var decisions = (result.Decisions ?? []).Where(d => d.Subject == "Finding").ToLookup(d => d.Id, StringComparer.Ordinal);
        foreach (var item in result.Cases.Take(CasesShownMax))
        {
            Case(w, item, timeline, decisions);
        }

        if (result.Cases.Count > CasesShownMax)
        {
            w.Write(
                Line(
                    FormattableString.Invariant(
                        $"{result.Cases.Count - CasesShownMax} further case(s) stand in findings.csv and result.json."
                    )
                )
            );
        }
    }

    /// <summary>What waits, at a glance; a rule's number leads to its first case.</summary>
    private static void CasesByRule(StreamWriter w, ReconciliationResult result)
    {
        if (result.Cases.Count == 0)
        {
            return;
        }

        w.Write(
            "<table>\n<caption>Cases by their first finding</caption>\n<thead><tr><th scope=\"col\">Rule</th><th scope=\"col\">What it finds</th><th scope=\"col\">Kind and priority</th><th scope=\"col\" class=\"n\">Cases</th></tr></thead>\n<tbody>\n"
        );
        foreach (
            var group in result
                .Cases.Select((c, i) => (Case: c, Shown: i < CasesShownMax))
                .GroupBy(c => (c.Case.Primary.RuleId, c.Case.Primary.Kind, c.Case.Primary.Priority))
                .OrderBy(g => g.Key.Priority == 0 ? 9 : g.Key.Priority)
                .ThenBy(g => g.Key.RuleId, StringComparer.Ordinal)
        )
        {
            var first = group.First();
            string rule = first.Shown ? $"<a href=\"#{first.Case.Id}\">{Html(group.Key.RuleId)}</a>" : Html(group.Key.RuleId);
            w.Write(
                $"<tr><th scope=\"row\">{rule}</th><td>{Html(Title(group.Key.RuleId))}</td><td>{Words(group.Key.Kind)}, {Priority(group.Key.Priority)}</td><td class=\"n\">{Number(group.Count())}</td></tr>\n"
            );
        }

        w.Write("</tbody>\n</table>\n");
    }

    private static string Title(string rule) => RuleCatalogue.All.FirstOrDefault(r => r.Id == rule)?.Title ?? "";

    private static string Priority(int priority) =>
        priority == 0 ? "information" : "priority " + priority.ToString(CultureInfo.InvariantCulture);

    private static void Case(StreamWriter w, Case item, CaseTimeline timeline, ILookup<string, DecisionLine> decisions)
    {
        var f = item.Primary;
        w.Write(
            $"<article class=\"case\" aria-labelledby=\"{item.Id}\">\n<h3 id=\"{item.Id}\">{Html(f.RuleId)}: {Html(Title(f.RuleId))} ({Words(f.Kind)}, {Priority(f.Priority)})</h3>\n"
        );
        w.Write(Line(f.Wording));
        w.Write(timeline.Svg(item));
        foreach (var decision in item.Consequences.Prepend(f).SelectMany(x => decisions[x.Id]))
        {
            w.Write(Line(CellText.Decision(decision)));
        }

        w.Write(
            $"<dl><dt>What would clear it</dt><dd>{Html(f.Clears)}</dd><dt>What it does not say</dt><dd>{Html(f.DoesNotSay)}</dd></dl>\n"
        );
        if (item.Consequences.Count > 0)
        {
            w.Write("<p>It also raises:</p>\n<ul>\n");
            foreach (var consequence in item.Consequences)
            {
                w.Write($"<li>{Html(consequence.RuleId)}: {Html(consequence.Wording)}</li>\n");
            }

            w.Write("</ul>\n");
        }

        w.Write("<details><summary>Evidence</summary>\n<ul>\n");
        foreach (var fact in f.Facts)
        {
            w.Write($"<li>record <code>{Cell(CellText.Record(fact))}</code>, authenticity grade {CellText.Grade(fact.Grade)}</li>\n");
        }

        foreach (string row in f.Rows)
        {
            w.Write($"<li>row <code>{Cell(row)}</code></li>\n");
        }

        foreach (var parameter in f.Parameters)
        {
            w.Write($"<li>parameter {Html(parameter.Name)} = {Html(parameter.Value)}</li>\n");
        }

        w.Write(
            FormattableString.Invariant(
                $"<li>finding {f.Id}, rule {Html(f.RuleId)} version {f.RuleVersion}, {f.FactCount} record(s)</li>\n"
            )
        );
        w.Write("</ul></details>\n</article>\n");
    }

    private static string Words(FindingKind kind) =>
        kind switch
        {
            FindingKind.DataQuality => "data quality",
            _ => kind.ToString().ToLowerInvariant(),
        };
}
