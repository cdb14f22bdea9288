namespace TaserTelemetry.Reconciler.Statistics;

/// <summary>Small-cell suppression for demographic tables (domain 2.7.10): levels are never suppressed.</summary>
public static class Suppression
{
    /// <summary>Counts below this are held back.</summary>
    public const int CellMin = 5;

    /// <summary>
    /// Counts with the small ones held back (null), and one more where a single one could be found by subtraction from the total.
    /// Zero is shown.
    /// </summary>
    public static IReadOnlyList<int?> Hide(IReadOnlyList<int> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var cells = counts.Select(c => c is > 0 and < CellMin ? null : (int?)c).ToList();
        if (cells.Count(c => c is null) == 1)
        {
            int next = -1;
            for (int i = 0; i < cells.Count; i++)
            {
                bool better = cells[i] is > 0 and { } c && (next < 0 || c < cells[next]);
                next = better ? i : next;
            }

            if (next >= 0)
            {
                cells[next] = null;
            }
        }

        return cells;
    }
}
