namespace TaserTelemetry.Simulator.Documents;

/// <summary>What was done to a cell or a row between the world and the paper.</summary>
/// <param name="Field">Column, or "*" for the whole row.</param>
/// <param name="Before">As it should have read; null where the row should not exist.</param>
/// <param name="After">As it was written; null where nothing was written.</param>
internal sealed record Corruption(string Document, int RowIndex, string Row, string Field, string? Before, string? After, string Cause);

/// <summary>A row as it should have read, and as it was written.</summary>
internal sealed class DocumentRow(int index, string key, string[] truth)
{
    /// <summary>Place among the rows as they should have read.</summary>
    public int Index { get; } = index;

    public string Key { get; } = key;

    public string[] Truth { get; } = truth;

    /// <summary>Null: never written.</summary>
    public string[]? Written { get; set; } = truth;
}

/// <summary>Takes the rows of one table after another while they are made, so that no table need be held.</summary>
internal interface IRowTaker
{
    void Begin(DocumentTable table);

    void Take(DocumentTable table, DocumentRow row);

    void End(DocumentTable table);
}

/// <summary>One register or export: columns, rows in order of writing. With a taker only the last row is held, until the next comes.</summary>
internal sealed class DocumentTable(string name, params string[] columns)
{
    private readonly List<DocumentRow> _rows = [];
    private IRowTaker? _taker;
    private int _count;
    private readonly List<Corruption> _corruptions = [];

    public string Name { get; } = name;

    public IReadOnlyList<string> Columns { get; } = columns;

    /// <summary>The rows; none where a taker took them.</summary>
    public IReadOnlyList<DocumentRow> Rows => _rows;

    /// <summary>How many rows there were so far.</summary>
    public int Count => _count;

    public IReadOnlyList<Corruption> Corruptions => _corruptions;

    public DocumentRow Add(params string[] cells)
    {
        if (cells.Length != Columns.Count)
        {
            throw new ArgumentException($"{Name} has {Columns.Count} columns, not {cells.Length}", nameof(cells));
        }

        var row = new DocumentRow(_count, cells[0], cells);
        Append(row);
        return row;
    }

    public static DocumentTable Open(IRowTaker? taker, string name, params string[] columns)
    {
        var table = new DocumentTable(name, columns) { _taker = taker };
        taker?.Begin(table);
        return table;
    }

    /// <summary>No row will come any more.</summary>
    public void Close()
    {
        if (_taker is not null)
        {
            _rows.ForEach(r => _taker.Take(this, r));
            _rows.Clear();
            _taker.End(this);
        }
    }

    private void Append(DocumentRow row)
    {
        // a row may still be miswritten until the next one is begun
        if (_taker is not null && _rows.Count > 0)
        {
            _taker.Take(this, _rows[0]);
            _rows.Clear();
        }

        _rows.Add(row);
        _count++;
    }

    public string Truth(DocumentRow row, string column) => row.Truth[Column(column)];

    public string Cell(string[] cells, string column) => cells[Column(column)];

    /// <summary>Writes a cell otherwise than it should read. The same text is no corruption.</summary>
    public void Miswrite(DocumentRow row, string column, string after, string cause)
    {
        var at = Column(column);
        if (row.Written is null || row.Written[at] == after)
        {
            return;
        }

        if (ReferenceEquals(row.Written, row.Truth))
        {
            row.Written = [.. row.Truth];
        }

        row.Written[at] = after;
        _corruptions.Add(new Corruption(Name, row.Index, row.Key, column, row.Truth[at], after, cause));
    }

    /// <summary>
    /// Another layout of the same rows. The layout says for each of its columns how the cell follows from a row of this table and
    /// which column here it rests on, so that a slip keeps its cause.
    /// </summary>
    public DocumentTable Project(IRowTaker? taker, string name, IReadOnlyList<ProjectedColumn> layout)
    {
        var projected = Open(taker, name, [.. layout.Select(c => c.Name)]);
        var causes = _corruptions.GroupBy(c => (c.RowIndex, c.Field)).ToDictionary(g => g.Key, g => g.Last().Cause);
        foreach (var row in _rows)
        {
            var cells = layout.Select(c => c.Cell(new RowCells(this, row.Truth))).ToArray();
            var made = new DocumentRow(row.Index, row.Key, cells);
            projected.Append(made);
            if (row.Written is null)
            {
                projected.Omit(made, causes.GetValueOrDefault((row.Index, "*"), "not-written"));
                continue;
            }

            for (var i = 0; i < layout.Count && !ReferenceEquals(row.Written, row.Truth); i++)
            {
                var written = layout[i].Cell(new RowCells(this, row.Written));
                projected.Miswrite(made, layout[i].Name, written, causes.GetValueOrDefault((row.Index, layout[i].RestsOn), "slip"));
            }
        }

        return projected;
    }

    /// <summary>The row is not written at all.</summary>
    public void Omit(DocumentRow row, string cause)
    {
        if (row.Written is not null)
        {
            row.Written = null;
            _corruptions.Add(new Corruption(Name, row.Index, row.Key, "*", "row", null, cause));
        }
    }

    internal int Column(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column)
            {
                return i;
            }
        }

        throw new ArgumentException($"{Name} has no column {column}", nameof(column));
    }
}

/// <summary>A row's cells by column name.</summary>
internal readonly record struct RowCells(DocumentTable Table, string[] Cells)
{
    public string this[string column] => Cells[Table.Column(column)];
}

/// <summary>One column of another layout.</summary>
internal sealed record ProjectedColumn(string Name, string RestsOn, Func<RowCells, string> Cell);
