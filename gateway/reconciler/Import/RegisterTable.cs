using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>One register file while it is read.</summary>
internal sealed class RegisterTable
{
    public static readonly DateLayout[] Layouts =
    [
        new(DateLayout.Rfc3339, TimeZoneInfo.Utc),
        new("yyyy-MM-dd", TimeZoneInfo.Utc),
        new(XlsxTable.DateLayout, TimeZoneInfo.Utc),
    ];

    private readonly string _file;
    private readonly string _register;
    private readonly TableText _text;
    private readonly string? _failure;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly List<int> _headerAgain = [];
    private Header? _header;
    private string _headerFault = "";
    private int _rows;
    private int _understood;
    private int _passedOver;

    public RegisterTable(string file, string register, Stream untrusted)
    {
        (_file, _register) = (file, register);
        _text = TableText.Read(untrusted, null);
        _failure = _text.Failure ?? (_text.Workbook is { } workbook ? XlsxTable.Refuse(workbook) : null);
    }

    public RepeatedText Repeated { get; } = new();

    public List<RowReject> Rejects { get; } = [];

    public bool Usable => _failure is null && _header is not null;

    public int Place(string column)
    {
        _asked.Add(column);
        return _header!.Find(column);
    }

    public IReadOnlyList<T> Append<T>(IReadOnlyList<T>? before, Func<RegisterCells, T> read)
    {
        var all = before?.ToList() ?? [];
        if (_failure is not null)
        {
            return all;
        }

        foreach (var row in _text.Workbook is { } book ? XlsxTable.Read(book) : CsvTable.Read(_text.Text!, null))
        {
            if (_header is null)
            {
                if (row.Fault is not null)
                {
                    _headerFault = ": " + row.Fault;
                    break;
                }

                _header = new Header(row.Cells);
                continue;
            }

            if (Take(row) is { } cells)
            {
                var value = read(cells);
                if (!cells.Rejected)
                {
                    _understood++;
                    all.Add(value);
                }
            }
        }

        return all;
    }

    public ImportAnswer Answer()
    {
        var understood = _header is null ? [] : _header.Names.Where(n => _asked.Any(a => _header.Find(a) == _header.Find(n))).ToList();
        return new ImportAnswer
        {
            File = _file,
            Profile = _register,
            Encoding = _text.Encoding,
            Sha256 = _text.Sha256,
            RowsRead = _rows,
            RowsUnderstood = _understood,
            RowsPassedOver = _passedOver,
            ColumnsUnderstood = understood,
            ColumnsUnknown = _header is null || _rows == 0 ? [] : _header.Names.Where(n => n.Length > 0).Except(understood).ToList(),
            ColumnsMissing = _header is null ? [] : _asked.Where(a => _header.Find(a) < 0).Order(StringComparer.Ordinal).ToList(),
            Rejects = Rejects,
            Notes =
                _failure is not null ? [.. _text.Notes, _failure]
                : _header is null ? [.. _text.Notes, "there is no header row" + _headerFault]
                : [.. _text.Notes, .. _header.Notes(_headerAgain)],
            Usable = Usable,
        };
    }

    private RegisterCells? Take(TableRow row)
    {
        _rows++;
        if (row.Fault is not null)
        {
            Rejects.Add(new RowReject(_file, row.Line, "", "", row.Fault));
            return null;
        }

        if (Array.TrueForAll(row.Cells, string.IsNullOrWhiteSpace))
        {
            _passedOver++;
            return null;
        }

        if (_header!.IsRepeatedBy(row.Cells))
        {
            _passedOver++;
            _headerAgain.Add(row.Line);
            return null;
        }

        if (row.Cells.Length < _header.Names.Length || row.Cells.Skip(_header.Names.Length).Any(c => c.Length > 0))
        {
            string reason = FormattableString.Invariant(
                $"{row.Cells.Length} cells where the header has {_header.Names.Length}: a separator inside a cell needs quotes"
            );
            Rejects.Add(new RowReject(_file, row.Line, "", ReportImporter.Cut(string.Join(',', row.Cells)), reason));
            return null;
        }

        return new RegisterCells(this, row.Cells, new SourceRow(_file, row.Line));
    }
}
