namespace TaserTelemetry.Simulator.Documents;

/// <summary>RFC 4180 with CRLF, UTF-8 without a mark: the same bytes on every machine.</summary>
internal static class CsvText
{
    public static void WriteRow(TextWriter writer, IReadOnlyList<string> cells)
    {
        for (var i = 0; i < cells.Count; i++)
        {
            if (i > 0)
            {
                writer.Write(',');
            }

            var cell = cells[i];
            if (cell.AsSpan().IndexOfAny(",\"\r\n") < 0)
            {
                writer.Write(cell);
            }
            else
            {
                writer.Write('"');
                writer.Write(cell.Replace("\"", "\"\"", StringComparison.Ordinal));
                writer.Write('"');
            }
        }

        writer.Write("\r\n");
    }
}
