using TaserTelemetry.Simulator.Randomness;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>Slips of the keyboard, as seen in real reports (domain 0.7 and 1.6).</summary>
internal static class Typing
{
    /// <summary>One character wrong, missing, doubled, or two swapped.</summary>
    public static string OneWrong(string text, Draw draw)
    {
        if (text.Length < 3)
        {
            return text;
        }

        var at = draw.Between(1, text.Length - 2);
        return draw.Below(4) switch
        {
            0 => text[..at] + draw.Code(1) + text[(at + 1)..],
            1 => text.Remove(at, 1),
            2 => text.Insert(at, text[at].ToString()),
            _ => text[..at] + text[at + 1] + text[at] + text[(at + 2)..],
        };
    }

    /// <summary>O for 0, and a prefix nobody asked for.</summary>
    public static string LookAlike(string text) =>
        text.Contains('0', StringComparison.Ordinal) ? text.Replace('0', 'O') : "#" + text.ToLowerInvariant();
}
