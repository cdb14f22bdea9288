using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>Text of a cell in a file that office software will open.</summary>
internal static class CellText
{
    private const string FormulaStarts = "=+-@\t\r|%\uFF1D\uFF0B\uFF0D\uFF20";

    /// <summary>
    /// A cell that begins like a formula gets an apostrophe before it: serials and references come from other people's files, and
    /// a spreadsheet must never execute them.
    /// </summary>
    /// <remarks>The wide forms are formulas where the spreadsheet is Japanese or Chinese.</remarks>
    public static string Neutral(string untrusted)
    {
        int at = 0;
        while (
            at < untrusted.Length
            && (untrusted[at] is '\u200B' or '\uFEFF' || (char.IsWhiteSpace(untrusted[at]) && untrusted[at] is not ('\t' or '\r')))
        )
        {
            at++;
        }

        return at < untrusted.Length && FormulaStarts.Contains(untrusted[at]) ? "'" + untrusted : untrusted;
    }

    public static string Record(RecordFact fact) =>
        fact.Leaf == default
            ? FormattableString.Invariant($"{fact.Device}/{(int)fact.Log}/{fact.Epoch.Number}-{fact.Epoch.Incarnation:x16}/{fact.Sequence}")
            : FormattableString.Invariant(
                $"{fact.Device}/{(int)fact.Log}/{fact.Epoch.Number}-{fact.Epoch.Incarnation:x16}/{fact.Sequence}@{fact.Leaf.Index}:{fact.Leaf.Hash}"
            );

    /// <summary>A decision in one sentence.</summary>
    public static string Decision(DecisionLine d)
    {
        string standing = d.Standing switch
        {
            DecisionStanding.FactsUnchanged => "what it rested on is unchanged",
            DecisionStanding.FactsChanged => "what it rested on has changed since: look again",
            _ => "no longer raised",
        };
        string comment = d.Comment.State switch
        {
            CommentState.None => "",
            CommentState.Shown => $", with the comment \u201c{d.Comment.Text}\u201d",
            CommentState.NotHere => ", with a comment in the gateway's records that this copy of them does not have",
            CommentState.Erased => ", with a comment that was erased",
            _ => ", with a comment whose text was changed after the decision and is not shown",
        };
        return FormattableString.Invariant(
            $"Decision on {d.Subject.ToLowerInvariant()} {d.Id}: {d.Code}, by actor {d.Actor} at {TimeInterval.Text(d.AtNs)}{comment}; {standing} (leaf {d.Leaf.Index})."
        );
    }

    /// <summary>The letter of a grade; "-" where none is stated.</summary>
    public static string Grade(AuthenticityGrade grade) => grade == AuthenticityGrade.None ? "-" : grade.ToString();

    /// <summary>The grades that a finding's facts have, each once, best first.</summary>
    public static string Grades(Finding finding) =>
        string.Join(' ', finding.Facts.Select(f => f.Grade).Where(g => g != AuthenticityGrade.None).Distinct().Order().Select(Grade));
}
