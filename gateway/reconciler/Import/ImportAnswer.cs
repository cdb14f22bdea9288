namespace TaserTelemetry.Reconciler.Import;

/// <summary>A cell that could not be understood. The row is left out of the run, and everything else goes on.</summary>
/// <param name="File">File name as handed in.</param>
/// <param name="Line">First line of the row, from 1; in XLSX the row number.</param>
/// <param name="Column">Column name; empty = the whole row.</param>
/// <param name="Cell">The cell as it stands, cut to <see cref="CellCharsMax"/> characters.</param>
/// <param name="Reason">Why, and what to do.</param>
public readonly record struct RowReject(string File, int Line, string Column, string Cell, string Reason)
{
    /// <summary>Characters of a cell that are shown.</summary>
    public const int CellCharsMax = 120;
}

/// <summary>A column that was refused as a whole, with the rows that show why.</summary>
/// <param name="Column">Column name.</param>
/// <param name="Reason">Why.</param>
/// <param name="Rows">Rows that show it, "line: cell".</param>
public sealed record RefusedColumn(string Column, string Reason, IReadOnlyList<string> Rows);

/// <summary>What an import understood and what not.</summary>
public sealed record ImportAnswer
{
    /// <summary>File name as handed in.</summary>
    public required string File { get; init; }

    /// <summary>Profile or register name.</summary>
    public required string Profile { get; init; }

    /// <summary>Encoding the file was read in; "xlsx" for a workbook.</summary>
    public string Encoding { get; init; } = "";

    /// <summary>SHA-256 of the file, hexadecimal.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Data rows read, rejects included.</summary>
    public int RowsRead { get; init; }

    /// <summary>Rows that became a report or a register row.</summary>
    public int RowsUnderstood { get; init; }

    /// <summary>Rows the profile says are not about a CED.</summary>
    public int RowsNotAboutCed { get; init; }

    /// <summary>Repeated header rows, empty rows.</summary>
    public int RowsPassedOver { get; init; }

    /// <summary>Columns the profile knows and the file has.</summary>
    public IReadOnlyList<string> ColumnsUnderstood { get; init; } = [];

    /// <summary>Columns of the file that the profile does not name.</summary>
    public IReadOnlyList<string> ColumnsUnknown { get; init; } = [];

    /// <summary>Columns the profile names and the file lacks.</summary>
    public IReadOnlyList<string> ColumnsMissing { get; init; } = [];

    /// <summary>Columns refused as a whole.</summary>
    public IReadOnlyList<RefusedColumn> ColumnsRefused { get; init; } = [];

    /// <summary>Rows left out, each with its reason. All of them: nothing is dropped in silence.</summary>
    public IReadOnlyList<RowReject> Rejects { get; init; } = [];

    /// <summary>What else a person should know, such as an encoding that was not stated.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>False when nothing could be used, for the reason in <see cref="Notes"/> or <see cref="ColumnsRefused"/>.</summary>
    public bool Usable { get; init; } = true;
}
