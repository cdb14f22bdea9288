using System.Text;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>Writes every table into a folder as CSV, row by row, and as XLSX too where that is asked for.</summary>
internal sealed class DocumentFolder(DirectoryInfo folder, bool workbooks) : IRowTaker, IDisposable
{
    private readonly List<IReadOnlyList<string>> _sheet = [];
    private StreamWriter? _file;

    public void Begin(DocumentTable table)
    {
        _file = new StreamWriter(File.Create(Path.Combine(folder.FullName, table.Name)), new UTF8Encoding(false), 64 * 1024);
        CsvText.WriteRow(_file, table.Columns);
    }

    public void Take(DocumentTable table, DocumentRow row)
    {
        if (row.Written is { } cells)
        {
            CsvText.WriteRow(_file!, cells);
            if (workbooks)
            {
                _sheet.Add(cells);
            }
        }
    }

    /// <summary>Closes what a failed write left open.</summary>
    public void Dispose() => _file?.Dispose();

    public void End(DocumentTable table)
    {
        _file!.Dispose();
        if (_sheet.Count > 0)
        {
            // an empty workbook would have no header: then the CSV alone says that there is nothing
            using var file = File.Create(Path.Combine(folder.FullName, Path.ChangeExtension(table.Name, ".xlsx")));
            Workbook.Write(file, table.Columns, _sheet);
            _sheet.Clear();
        }
    }
}
