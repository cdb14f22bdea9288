using System.Globalization;

namespace TaserTelemetry.Evidence.Bundles;

/// <summary>
/// What whoever makes a bundle withholds: <c>bytes:INDEX</c> or <c>bytes:FIRST-LAST</c> (the leaf stays, its salt and received bytes do
/// not travel), <c>leaf:...</c> (only index, leaf hash and proof travel). The proof shows in each case that something stands there.
/// </summary>
public sealed class Redactions
{
    private readonly List<(bool WholeLeaf, ulong First, ulong Last)> ranges = [];

    /// <summary>Nothing is withheld.</summary>
    public bool IsEmpty => ranges.Count == 0;

    /// <summary>Reads one value; why not, or null.</summary>
    public string? Add(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var what = colon < 0 ? "" : text[..colon];
        var numbers = text[(colon + 1)..].Split('-');
        if (
            what is not ("bytes" or "leaf")
            || numbers.Length > 2
            || !ulong.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !ulong.TryParse(numbers[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || last < first
        )
        {
            return $"'{text}' is neither bytes:INDEX, bytes:FIRST-LAST, leaf:INDEX nor leaf:FIRST-LAST (indices as in bundle.json)";
        }
        ranges.Add((what == "leaf", first, last));
        return null;
    }

    /// <summary>Whether the leaf itself is withheld.</summary>
    public bool WithholdsLeaf(ulong index) => ranges.Exists(r => r.WholeLeaf && index >= r.First && index <= r.Last);

    /// <summary>Whether salt and received bytes are withheld.</summary>
    public bool WithholdsBytes(ulong index) => ranges.Exists(r => index >= r.First && index <= r.Last);
}
