using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>
/// A plain workbook: one sheet a table, cells of text or number, no formula anywhere. Written by hand because the same result must give
/// the same bytes, and the library we read with puts the time of day into the archive.
/// </summary>
public static class XlsxOutput
{
    /// <summary>Rows a sheet can hold; more go to the CSV files alone, and the sheet says so.</summary>
    public const int RowsMax = 1_048_575;

    private const int CellCharsMax = 32_000;
    private static readonly DateTimeOffset FixedTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a workbook; the stream stays open.</summary>
    public static void Write(IReadOnlyList<OutputTable> tables, Stream output)
    {
        ArgumentNullException.ThrowIfNull(tables);
        using var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        Part(zip, "[Content_Types].xml", w => ContentTypes(w, tables.Count));
        Part(
            zip,
            "_rels/.rels",
            w =>
                w.Write(
                    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                )
        );
        Part(zip, "xl/workbook.xml", w => Workbook(w, tables));
        Part(zip, "xl/_rels/workbook.xml.rels", w => Relationships(w, tables.Count));
        for (int i = 0; i < tables.Count; i++)
        {
            var table = tables[i];
            Part(zip, string.Create(CultureInfo.InvariantCulture, $"xl/worksheets/sheet{i + 1}.xml"), w => Sheet(w, table));
        }
    }

    private static void Part(ZipArchive zip, string name, Action<StreamWriter> write)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = FixedTime;
        using var writer = new StreamWriter(entry.Open(), new UTF8Encoding(false), 64 * 1024);
        writer.Write("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>");
        write(writer);
    }

    private static void ContentTypes(StreamWriter w, int sheets)
    {
        w.Write(
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
        );
        for (int i = 1; i <= sheets; i++)
        {
            w.Write(
                FormattableString.Invariant(
                    $"<Override PartName=\"/xl/worksheets/sheet{i}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
                )
            );
        }

        w.Write("</Types>");
    }

    private static void Workbook(StreamWriter w, IReadOnlyList<OutputTable> tables)
    {
        w.Write(
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>"
        );
        for (int i = 0; i < tables.Count; i++)
        {
            w.Write(FormattableString.Invariant($"<sheet name=\"{tables[i].Name}\" sheetId=\"{i + 1}\" r:id=\"rId{i + 1}\"/>"));
        }

        w.Write("</sheets></workbook>");
    }

    private static void Relationships(StreamWriter w, int sheets)
    {
        w.Write("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
        for (int i = 1; i <= sheets; i++)
        {
            w.Write(
                FormattableString.Invariant(
                    $"<Relationship Id=\"rId{i}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{i}.xml\"/>"
                )
            );
        }

        w.Write("</Relationships>");
    }

    private static void Sheet(StreamWriter w, OutputTable table)
    {
        w.Write("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>");
        Row(w, table.Columns);
        int rows = 0;
        foreach (var row in table.Rows)
        {
            if (++rows >= RowsMax)
            {
                Row(w, ["The sheet is full: the rest stands in the CSV file of the same name."]);
                break;
            }

            Row(w, row);
        }

        w.Write("</sheetData></worksheet>");
    }

    private static void Row(StreamWriter w, IReadOnlyList<object> cells)
    {
        w.Write("<row>");
        foreach (object cell in cells)
        {
            if (cell is string text)
            {
                w.Write("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">");
                Text(w, CellText.Neutral(text));
                w.Write("</t></is></c>");
            }
            else
            {
                w.Write("<c><v>");
                w.Write(Convert.ToString(cell, CultureInfo.InvariantCulture));
                w.Write("</v></c>");
            }
        }

        w.Write("</row>");
    }

    /// <summary>XML cannot hold most control characters: they are shown as U+FFFD, never dropped.</summary>
    private static void Text(StreamWriter w, string text)
    {
        int length = Math.Min(text.Length, CellCharsMax);
        for (int i = 0; i < length; i++)
        {
            char c = text[i];
            switch (c)
            {
                case '&':
                    w.Write("&amp;");
                    break;
                case '<':
                    w.Write("&lt;");
                    break;
                case '>':
                    w.Write("&gt;");
                    break;
                case '\t' or '\n' or '\r':
                    w.Write(c);
                    break;
                default:
                    w.Write(c < ' ' || c is '\uFFFE' or '\uFFFF' ? '\uFFFD' : c);
                    break;
            }
        }

        if (length < text.Length)
        {
            w.Write(" … (cut: the whole cell stands in the CSV file)");
        }
    }
}
