using System.Globalization;
using System.IO.Compression;
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

    public static IEnumerable<TableRow> Read(byte[] workbook)
    {
        var configuration = new OpenXmlConfiguration { EnableSharedStringCache = false, FillMergedCells = false };
        using var stream = new MemoryStream(workbook, writable: false);
        int line = 0;
        foreach (
            IDictionary<string, object?> row in stream.Query(useHeaderRow: false, excelType: ExcelType.XLSX, configuration: configuration)
        )
        {
            line++;
            var cells = new string[row.Count];
            int i = 0;
            foreach (var cell in row.Values)
            {
                cells[i++] = Text(cell);
            }

            yield return new TableRow(line, cells, null);
        }
    }

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
