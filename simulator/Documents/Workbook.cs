using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using MiniExcelLibs;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>
/// The same rows as XLSX, for importers that must read what people really send. A workbook is a ZIP file with the time of writing in
/// every entry and a random id for its sheet; both are made fixed, so that the same rows give the same bytes.
/// </summary>
internal static partial class Workbook
{
    private const string FixedId = "R00000000000000000000000000000001";

    /// <summary>The earliest time a ZIP entry can carry (APPNOTE 4.4.6).</summary>
    private static readonly DateTimeOffset ZipEpoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Write(Stream output, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        using var written = new MemoryStream();
        written.SaveAs(rows.Select(cells => Named(columns, cells)));
        written.Position = 0;
        using var source = new ZipArchive(written, ZipArchiveMode.Read);
        using var target = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var entry in source.Entries.OrderBy(e => e.FullName, StringComparer.Ordinal))
        {
            var copy = target.CreateEntry(entry.FullName, CompressionLevel.Optimal);
            copy.LastWriteTime = ZipEpoch;
            using var to = copy.Open();
            using var from = entry.Open();
            if (entry.Name.StartsWith("workbook.xml", StringComparison.Ordinal))
            {
                // the one sheet is referred to by a random id, here and in the relations: one fixed id will do
                using var reader = new StreamReader(from);
                to.Write(Encoding.UTF8.GetBytes(RandomId().Replace(reader.ReadToEnd(), FixedId)));
            }
            else
            {
                from.CopyTo(to);
            }
        }
    }

    [GeneratedRegex("R[0-9a-f]{32}", RegexOptions.None, 1_000)]
    private static partial Regex RandomId();

    private static Dictionary<string, object> Named(IReadOnlyList<string> columns, IReadOnlyList<string> cells)
    {
        var row = new Dictionary<string, object>(columns.Count);
        for (var i = 0; i < columns.Count; i++)
        {
            row[columns[i]] = cells[i];
        }

        return row;
    }
}
