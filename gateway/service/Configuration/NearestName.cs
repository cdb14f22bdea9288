namespace TaserTelemetry.Gateway.Configuration;

/// <summary>What a person who mistyped a name may have meant.</summary>
internal static class NearestName
{
    /// <summary>One sentence: the nearest name, or all of them.</summary>
    public static string Advice(string mistyped, IReadOnlyList<string> names)
    {
        var near = names.FirstOrDefault(name =>
            name.StartsWith(mistyped, StringComparison.OrdinalIgnoreCase)
            || mistyped.StartsWith(name, StringComparison.OrdinalIgnoreCase)
            || Distance(name.ToUpperInvariant(), mistyped.ToUpperInvariant()) <= 2
        );
        return near is null ? $"Known here: {string.Join(", ", names)}." : $"Did you mean {near}?";
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
