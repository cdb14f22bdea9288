namespace TaserTelemetry.Reconciler.Matching;

/// <summary>An edge from a row to a column, at a cost of 0 or more.</summary>
internal readonly record struct AssignmentEdge(int Column, long Cost);

/// <summary>
/// Assigns each row to at most one column and each column to at most one row so that the sum of costs is least; leaving a row out costs
/// <c>nullCost</c>. Globally optimal: successive shortest augmenting paths with potentials, over sparse edges, component by component as
/// the paths find them. The answer depends on the input's order only where two answers cost the same.
/// </summary>
internal static class MinCostAssignment
{
    /// <summary>Column of each row; -1 = left out.</summary>
    public static int[] Solve(IReadOnlyList<IReadOnlyList<AssignmentEdge>> rows, int columns, long nullCost)
    {
        // each row has a column of its own at nullCost, so that every row can always be assigned
        int all = columns + rows.Count;
        var columnOfRow = new int[rows.Count];
        var rowOfColumn = new int[all];
        var rowPotential = new long[rows.Count];
        var columnPotential = new long[all];
        Array.Fill(columnOfRow, -1);
        Array.Fill(rowOfColumn, -1);
        var search = new Search(rows, columns, nullCost, columnOfRow, rowOfColumn, rowPotential, columnPotential);
        for (int row = 0; row < rows.Count; row++)
        {
            search.Augment(row);
        }

        for (int row = 0; row < rows.Count; row++)
        {
            columnOfRow[row] = columnOfRow[row] >= columns ? -1 : columnOfRow[row];
        }

        return columnOfRow;
    }

    private sealed class Search(
        IReadOnlyList<IReadOnlyList<AssignmentEdge>> rows,
        int columns,
        long nullCost,
        int[] columnOfRow,
        int[] rowOfColumn,
        long[] rowPotential,
        long[] columnPotential
    )
    {
        private readonly Dictionary<int, long> _distance = [];
        private readonly Dictionary<int, int> _cameFrom = [];
        private readonly HashSet<int> _done = [];
        private readonly PriorityQueue<int, (long, int)> _queue = new();

        public void Augment(int start)
        {
            _distance.Clear();
            _cameFrom.Clear();
            _done.Clear();
            _queue.Clear();
            var rowDistance = new Dictionary<int, long> { [start] = 0 };
            Relax(start, 0);
            int free = -1;
            while (_queue.TryDequeue(out int column, out _))
            {
                if (!_done.Add(column))
                {
                    continue;
                }

                if (rowOfColumn[column] < 0)
                {
                    free = column;
                    break;
                }

                rowDistance[rowOfColumn[column]] = _distance[column];
                Relax(rowOfColumn[column], _distance[column]);
            }

            long reach = _distance[free];
            foreach (var (row, distance) in rowDistance)
            {
                rowPotential[row] += reach - Math.Min(distance, reach);
            }

            foreach (int column in _done)
            {
                columnPotential[column] -= reach - _distance[column];
            }

            for (int column = free; ; )
            {
                int row = _cameFrom[column];
                int before = columnOfRow[row];
                (columnOfRow[row], rowOfColumn[column]) = (column, row);
                if (row == start)
                {
                    return;
                }

                column = before;
            }
        }

        private void Relax(int row, long distance)
        {
            foreach (var edge in rows[row])
            {
                Offer(row, edge.Column, distance + edge.Cost - rowPotential[row] - columnPotential[edge.Column]);
            }

            int own = columns + row;
            Offer(row, own, distance + nullCost - rowPotential[row] - columnPotential[own]);
        }

        private void Offer(int row, int column, long distance)
        {
            if (!_distance.TryGetValue(column, out long known) || distance < known)
            {
                _distance[column] = distance;
                _cameFrom[column] = row;
                _queue.Enqueue(column, (distance, column));
            }
        }
    }
}
