namespace TaserTelemetry.Simulator;

/// <summary>What somebody may have meant who mistyped a name.</summary>
internal static class NearestName
{
    private const int EditsMax = 3;

    /// <summary>", did you mean 'run'?" where a known name is near, otherwise nothing.</summary>
    public static string Hint(string typed, IEnumerable<string> known)
    {
        var nearest = known
            .Select(name => (Name: name, Edits: Edits(typed, name)))
            .OrderBy(n => n.Edits)
            .ThenBy(n => n.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return nearest.Name is not null && nearest.Edits <= Math.Min(EditsMax, typed.Length / 2) ? $"; did you mean '{nearest.Name}'?" : "";
    }

    /// <summary>Characters to insert, delete, replace, or swap with the next, counted row by row.</summary>
    private static int Edits(string a, string b)
    {
        var (before, last, row) = (new int[b.Length + 1], Enumerable.Range(0, b.Length + 1).ToArray(), new int[b.Length + 1]);
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(last[j], row[j - 1]) + 1, last[j - 1] + same);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }
}
