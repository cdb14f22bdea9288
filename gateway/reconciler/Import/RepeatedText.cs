namespace TaserTelemetry.Reconciler.Import;

/// <summary>
/// Hands out one string for cells that say the same: half a million issue rows name two thousand devices. It forgets, so that a column
/// of distinct values costs no more than <see cref="Places"/> references.
/// </summary>
internal sealed class RepeatedText
{
    /// <summary>Strings remembered at most; a power of two.</summary>
    public const int Places = 16_384;

    private readonly string[] _known = new string[Places];

    /// <summary>The same text, as an earlier string where one is remembered.</summary>
    public string Of(string text)
    {
        ref string known = ref _known[text.GetHashCode(StringComparison.Ordinal) & (Places - 1)];
        if (!string.Equals(known, text, StringComparison.Ordinal))
        {
            known = text;
        }

        return known;
    }
}
