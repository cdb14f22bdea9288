using System.Buffers;
using System.Globalization;
using System.Text;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>RFC 4180, UTF-8 with a byte order mark (office software needs it), CRLF. The same table gives the same bytes.</summary>
public static class CsvOutput
{
    /// <summary>Separators of any country and line ends: a cell with one of them is quoted.</summary>
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n;\t");

    /// <summary>Writes one table; the stream stays open.</summary>
    public static void Write(OutputTable table, Stream output)
    {
        ArgumentNullException.ThrowIfNull(table);
        using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), 64 * 1024, leaveOpen: true);
        writer.Write(string.Join(',', table.Columns));
        writer.Write("\r\n");
        foreach (var row in table.Rows)
        {
            for (int i = 0; i < row.Count; i++)
            {
                writer.Write(i == 0 ? "" : ",");
                writer.Write(Cell(row[i]));
            }

            writer.Write("\r\n");
        }
    }

    private static string Cell(object value)
    {
        if (value is not string text)
        {
            return Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        }

        string neutral = CellText.Neutral(text);
        return neutral.AsSpan().ContainsAny(Quoted) ? "\"" + neutral.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : neutral;
    }
}
