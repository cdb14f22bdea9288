using System.Globalization;
using System.IO.Compression;
using System.Xml;
using MiniExcelLibs;
using MiniExcelLibs.OpenXml;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>Rows of a workbook's first sheet. Cells become text as a person would type it; formulas give their stored value.</summary>
internal static class XlsxTable
{
    /// <summary>Layout that a cell typed as a date is handed on in: it is unambiguous.</summary>
    public const string DateLayout = "yyyy-MM-dd HH:mm:ss";

    /// <summary>Bytes all parts together may unpack to.</summary>
    public const long UnpackedBytesMax = 1L << 30;

    /// <summary>How much larger than packed a part may unpack to: office software stays below 50, a zip bomb reaches 1,000.</summary>
    public const int RatioMax = 200;

    private const string WorkbookFolder = "xl/";
    private const string OpenDocumentContent = "content.xml";

    /// <summary>Why the workbook is refused before it is unpacked; null = it is not.</summary>
    public static string? Refuse(byte[] workbook, long unpackedBytesMax = UnpackedBytesMax, int ratioMax = RatioMax)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(workbook, writable: false), ZipArchiveMode.Read);
            long total = 0;
            foreach (var entry in zip.Entries)
            {
                total += entry.Length;
                if (total > unpackedBytesMax)
                {
                    return string.Create(CultureInfo.InvariantCulture, $"unpacks to more than {unpackedBytesMax} bytes: export it as CSV");
                }

                if (entry.Length > 1 << 20 && entry.Length / Math.Max(1, entry.CompressedLength) > ratioMax)
                {
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"\"{entry.FullName}\" unpacks to more than {ratioMax} times its size: export it as CSV"
                    );
                }
            }

            return zip.Entries.Any(entry => entry.FullName.StartsWith(WorkbookFolder, StringComparison.OrdinalIgnoreCase)) ? null
                : zip.GetEntry(OpenDocumentContent) is not null ? "is an OpenDocument sheet, which is not read: save it as XLSX or CSV"
                : "is a zip archive without a workbook in it: hand over what is inside, as XLSX or CSV";
        }
        catch (InvalidDataException)
        {
            return "begins like a workbook, but is no readable zip archive";
        }
    }

    /// <summary>
    /// Rows of the first sheet. Where the sheet breaks off, its last row is a fault that says so: what stood behind it cannot be known.
    /// </summary>
    public static IEnumerable<TableRow> Read(byte[] workbook)
    {
        var configuration = new OpenXmlConfiguration { EnableSharedStringCache = false, FillMergedCells = false };
        using var stream = new MemoryStream(workbook, writable: false);
        using var rows = Rows(stream, configuration).GetEnumerator();
        for (int line = 1; ; line++)
        {
            var (row, fault) = Next(rows);
            if (fault is not null)
            {
                yield return new TableRow(line, [], "the sheet cannot be read from here on (" + fault + "): save it again, or as CSV");
            }

            if (row is null)
            {
                yield break;
            }

            yield return new TableRow(line, row, null);
        }
    }

    /// <summary>Sheets besides the first, by name: they are not read.</summary>
    public static IReadOnlyList<string> OtherSheets(byte[] workbook)
    {
        using var stream = new MemoryStream(workbook, writable: false);
        try
        {
            return stream.GetSheetNames().Skip(1).ToList();
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            return []; // Read meets the same and says so
        }
    }

    private static IEnumerable<IDictionary<string, object?>> Rows(Stream stream, OpenXmlConfiguration configuration)
    {
        foreach (
            IDictionary<string, object?> row in stream.Query(useHeaderRow: false, excelType: ExcelType.XLSX, configuration: configuration)
        )
        {
            yield return row;
        }
    }

    /// <summary>The cells of the next row; neither cells nor a fault at the end.</summary>
    private static (string[]? Row, string? Fault) Next(IEnumerator<IDictionary<string, object?>> rows)
    {
        try
        {
            return rows.MoveNext() ? (Array.ConvertAll([.. rows.Current.Values], Text), null) : (null, null);
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            return (null, e.Message);
        }
    }

    /// <summary>What the library throws for a file that is not as it should be; it names no closed list.</summary>
    private static bool IsOfTheFile(Exception e) =>
        e
            is XmlException
                or InvalidDataException
                or FormatException
                or OverflowException
                or ArgumentException
                or InvalidOperationException
                or NotSupportedException
                or KeyNotFoundException
                or IndexOutOfRangeException
                or NullReferenceException;

    private static string Text(object? cell) =>
        cell switch
        {
            null => "",
            string s => s,
            DateTime d => d.ToString(DateLayout, CultureInfo.InvariantCulture),
            TimeSpan t => t.ToString("hh\\:mm\\:ss", CultureInfo.InvariantCulture),
            bool b => b ? "true" : "false",
            double n => n.ToString("R", CultureInfo.InvariantCulture),
            IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
            _ => cell.ToString() ?? "",
        };
}
