using System.Globalization;
using System.Text;

namespace TaserTelemetry.Scoring.Score;

/// <summary>The score as Markdown, the worst rule first.</summary>
internal static class ScoreTable
{
    public const int TrueCasesMin = 400;
    public const int LookAlikesMin = 4_000;

    /// <summary>Lower bounds to reach: recall and precision by priority (issue 8).</summary>
    public static (double Recall, double Precision)? Bar(int priority) =>
        priority switch
        {
            1 => (0.98, 0.97),
            2 => (0.93, 0.93),
            _ => null,
        };

    public static bool Reaches(RuleTally rule) =>
        Bar(rule.Priority) is not { } bar || rule.RecallLow >= bar.Recall && rule.PrecisionLow >= bar.Precision;

    /// <summary>The rule furthest below its bar, of those with enough true cases to say; null = none has.</summary>
    public static RuleTally? Worst(Tally tally) =>
        tally
            .Rules.Values.Where(r => r.True >= TrueCasesMin && Bar(r.Priority) is not null)
            .MinBy(r => Math.Min(r.RecallLow - Bar(r.Priority)!.Value.Recall, r.PrecisionLow - Bar(r.Priority)!.Value.Precision));

    public static string Markdown(Tally tally)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"**Profile `{tally.Profile}`.** ");
        text.Append(
            Worst(tally) is { } worst
                ? Say($"Worst rule: {worst.Rule}, recall {P(worst.RecallLow)}, precision {P(worst.PrecisionLow)} (lower bounds).\n\n")
                : Say($"No rule has {TrueCasesMin} true cases yet.\n\n")
        );
        text.Append(
            "| Rule | Priority | True cases | Look-alikes | Recall | lower bound | Precision | lower bound | |\n|---|---:|---:|---:|---:|---:|---:|---:|---|\n"
        );
        foreach (var rule in tally.Rules.Values.OrderBy(Order).ThenBy(r => r.Rule, StringComparer.Ordinal))
        {
            var few = rule.True < TrueCasesMin || rule.LookAlikes < LookAlikesMin;
            var verdict =
                Bar(rule.Priority) is null ? "no bar"
                : few ? "too few cases"
                : Reaches(rule) ? "reaches its bar"
                : "below its bar";
            text.Append(
                Say(
                    $"| {rule.Rule} | {rule.Priority} | {rule.True} | {rule.LookAlikes} | {P(rule.Recall)} | {P(rule.RecallLow)} | {P(rule.Precision)} | {P(rule.PrecisionLow)} | {verdict} |\n"
                )
            );
        }

        text.Append('\n').Append(Figures(tally)).Append('\n');
        return text.ToString();
    }

    /// <summary>One line of what matters.</summary>
    public static string Headline(Tally tally) =>
        (
            Worst(tally) is { } worst
                ? Say($"worst rule {worst.Rule}, recall {P(worst.RecallLow)}, precision {P(worst.PrecisionLow)} (lower bounds); ")
                : ""
        ) + Figures(tally);

    /// <summary>Misses and false findings, for whoever mends them.</summary>
    public static string Examples(Tally tally, int each)
    {
        var text = new StringBuilder();
        foreach (var rule in tally.Rules.Values.Where(r => r.Misses.Count + r.Wrong.Count > 0))
        {
            text.Append(Say($"## {rule.Rule}: {rule.True - rule.Found} missed, {rule.WrongFindings} wrong\n"));
            rule.Misses.Take(each).ToList().ForEach(m => text.Append("- missed ").Append(m).Append('\n'));
            rule.Wrong.Take(each).ToList().ForEach(w => text.Append("- wrong ").Append(w).Append('\n'));
        }

        if (tally.InnocentFindings.Count > 0)
        {
            text.Append("## Artefacts of domain 1.10\n");
            tally.InnocentFindings.Take(each).ToList().ForEach(f => text.Append("- ").Append(f).Append('\n'));
        }

        return text.ToString();
    }

    private static string Figures(Tally tally) =>
        Say(
            $"Links: precision {P(Share(tally.LinksRight, tally.Links))} of {tally.Links}, recall {P(Share(tally.LinksRight, tally.LinksTrue))} of {tally.LinksTrue} ({P(Share(tally.LinksNamedMade, tally.LinksNamed))} of the {tally.LinksNamed} whose report does not name another device or none). "
        )
        + Say($"Abstentions: {P(Share(tally.Abstained, tally.Reports))} of {tally.Reports} reports. ")
        + Say($"False A01a: {tally.Rule("A01a").WrongFindings} in {tally.Issues} issues. ")
        + Say($"Queue: {tally.Items / tally.Weeks:F1} items a week, {tally.FalseItems / tally.Weeks:F2} of them false. ")
        + Say(
            $"Artefacts of domain 1.10: {tally.InnocentFindings.Count} findings above information but A18 on {tally.InnocentRecords} records. "
        )
        + Say($"Unreported true uses found: {tally.UnreportedFound} of {tally.UnreportedUses}, undetectable ones included.");

    public static double Share(int part, int all) => all == 0 ? 0 : (double)part / all;

    private static double Order(RuleTally r) =>
        Bar(r.Priority) is not { } bar ? 9
        : r.True < TrueCasesMin ? 5
        : Math.Min(r.RecallLow - bar.Recall, r.PrecisionLow - bar.Precision);

    private static string P(double share) => share.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
