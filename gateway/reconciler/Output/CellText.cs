using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>Text of a cell in a file that office software will open.</summary>
internal static class CellText
{
    /// <summary>
    /// A cell that begins like a formula gets an apostrophe before it: serials and references come from other people's files, and
    /// a spreadsheet must never execute them.
    /// </summary>
    public static string Neutral(string untrusted)
    {
        int at = 0;
        while (at < untrusted.Length && untrusted[at] is ' ')
        {
            at++;
        }

        return at < untrusted.Length && "=+-@\t\r\n|%".Contains(untrusted[at]) ? "'" + untrusted : untrusted;
    }

    public static string Record(RecordFact fact) =>
        fact.Leaf == default
            ? FormattableString.Invariant($"{fact.Device}/{(int)fact.Log}/{fact.Epoch.Number}-{fact.Epoch.Incarnation:x16}/{fact.Sequence}")
            : FormattableString.Invariant(
                $"{fact.Device}/{(int)fact.Log}/{fact.Epoch.Number}-{fact.Epoch.Incarnation:x16}/{fact.Sequence}@{fact.Leaf.Index}:{fact.Leaf.Hash}"
            );
}
