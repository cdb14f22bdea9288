using System.Globalization;

namespace TaserTelemetry.Reconciler.Rules.B;

/// <summary>An age or age band as typed.</summary>
internal static class Age
{
    /// <summary>True only where the whole band is under 18: "16", "11-17", "Under 18", "0 - 10".</summary>
    public static bool IsChild(string typed)
    {
        var numbers = new List<int>();
        foreach (string part in typed.Split([' ', '-', '–', 't', 'o'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                numbers.Add(number);
            }
        }

        return numbers.Count > 0
            && (
                typed.StartsWith("under", StringComparison.OrdinalIgnoreCase)
                    ? numbers[0] <= 18
                    : !typed.Contains('+') && numbers.Max() < 18
            );
    }
}
