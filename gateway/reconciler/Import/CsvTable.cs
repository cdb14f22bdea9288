using System.Globalization;
using Sylvan.Data.Csv;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>One row of a table. <paramref name="Fault"/> says why it could not be split into cells; then there are none.</summary>
internal readonly record struct TableRow(int Line, string[] Cells, string? Fault);

/// <summary>
/// Rows of a CSV text. The library stops at the first malformed quote; people's exports have one in a thousand rows, so reading
/// begins again at the next physical line and the malformed row is handed on as such.
/// </summary>
internal static class CsvTable
{
    /// <summary>Characters a row may have, embedded newlines included.</summary>
    public const int RowCharsMax = 1 << 20;

    /// <summary>Cells a row may have.</summary>
    public const int CellsMax = 2_000;

    /// <summary>The library passes over rows that begin with its comment sign, '#' unless told: a reference may begin so. This is no character.</summary>
    private const char NoComment = '\uFFFF';

    public static IEnumerable<TableRow> Read(string text, char? delimiter)
    {
        char separator = delimiter ?? Sniff(text);
        int at = 0;
        int line = 1;
        while (at < text.Length)
        {
            string? fault = null;
            using var reader = Open(text, at, separator);
            while (true)
            {
                bool any;
                try
                {
                    any = reader.Read();
                }
                catch (CsvFormatException e)
                {
                    fault = Fault(e);
                    break;
                }

                if (!any)
                {
                    yield break;
                }

                int begins = at;
                int lines = Measure(text, ref at, reader.GetRawRecordSpan().Length);
                if (at - begins == 1 && text[begins] == '\n' && begins > 0 && text[begins - 1] == '\r')
                {
                    continue; // where lines end in CR here and CR LF there, the library takes the LF for a row
                }

                if (reader.RowFieldCount > CellsMax)
                {
                    yield return new TableRow(line, [], string.Create(CultureInfo.InvariantCulture, $"more than {CellsMax} cells"));
                }
                else
                {
                    yield return new TableRow(line, Cells(reader), null);
                }

                line += lines;
            }

            yield return new TableRow(line, [], fault);
            at = NextLine(text, at);
            line++;
        }
    }

    private static CsvDataReader Open(string text, int at, char separator) =>
        CsvDataReader.Create(
            new MemoryTextReader(text, at),
            new CsvDataReaderOptions
            {
                HasHeaders = false,
                Delimiter = separator,
                BufferSize = 64 * 1024,
                MaxBufferSize = RowCharsMax,
                ResultSetMode = ResultSetMode.SingleResult,
                Comment = NoComment,
            }
        );

    private static string[] Cells(CsvDataReader reader)
    {
        var cells = new string[reader.RowFieldCount];
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = reader.GetString(i);
        }

        return cells;
    }

    private static string Fault(CsvFormatException e) =>
        e is CsvRecordTooLargeException
            ? string.Create(CultureInfo.InvariantCulture, $"the row is longer than {RowCharsMax} characters: a quote may never be closed")
            : "a quote is not closed, or text follows a closing quote: write a quote inside a quoted cell twice";

    /// <summary>
    /// Moves past one record and answers how many physical lines it took. The raw record holds its line end, so that all of them together
    /// are the text.
    /// </summary>
    private static int Measure(string text, ref int at, int rawLength)
    {
        int end = at + rawLength;
        int lines = 0;
        for (; at < end; at++)
        {
            if (text[at] == '\n' || (text[at] == '\r' && (at + 1 >= end || text[at + 1] != '\n')))
            {
                lines++;
            }
        }

        return lines;
    }

    private static int NextLine(string text, int at)
    {
        int i = text.AsSpan(at).IndexOfAny('\r', '\n');
        if (i < 0)
        {
            return text.Length;
        }

        i += at;
        return text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? i + 2 : i + 1;
    }

    /// <summary>The delimiter that the first line has most of; a comma where there is none.</summary>
    private static char Sniff(string text)
    {
        int end = NextLine(text, 0);
        var first = text.AsSpan(0, end);
        char best = ',';
        int most = first.Count(',');
        foreach (char candidate in (ReadOnlySpan<char>)[';', '\t', '|'])
        {
            int count = first.Count(candidate);
            if (count > most)
            {
                (best, most) = (candidate, count);
            }
        }

        return best;
    }

    private sealed class MemoryTextReader(string text, int at) : TextReader
    {
        private int _at = at;

        public override int Peek() => _at < text.Length ? text[_at] : -1;

        public override int Read() => _at < text.Length ? text[_at++] : -1;

        public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

        public override int Read(Span<char> buffer)
        {
            int length = Math.Min(buffer.Length, text.Length - _at);
            text.AsSpan(_at, length).CopyTo(buffer);
            _at += length;
            return length;
        }
    }
}
