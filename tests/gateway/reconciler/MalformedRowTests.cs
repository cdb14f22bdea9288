using System.Globalization;
using System.IO.Compression;
using System.Text;
using CsCheck;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Registers;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>Every row of a file is understood, passed over for a stated reason, or listed with its place: none is lost.</summary>
public sealed class MalformedRowTests
{
    private static readonly string[] Columns =
    [
        "ReportId",
        "Version",
        "SubmittedAt",
        "OfficerRef",
        "IncidentRef",
        "UsedAt",
        "DeviceSerial",
        "Level",
        "Cycles",
    ];

    private static readonly Gen<string> Text = Gen.OneOf(
        OneOf("", "X290001AA", "#12", "# a comment", "O'Neil", "a,b", "a\"b", "line\nline", "cr\rcr", "=1+1", "é", "\u2028", " x ", "0"),
        Gen.String[Gen.Char[' ', '~'], 0, 12]
    );

    /// <summary>One row and what has to become of it: a column name and cell that are listed, or none for a good row.</summary>
    private sealed record MadeRow(string[] Cells, string Fate, string Cell = "");

    private static readonly Gen<MadeRow> Rows = Gen.Select(Gen.Int[0, 9], Text, Text, Text)
        .Select(
            (kind, officer, incident, serial) =>
            {
                string[] good = ["R", "1", "", officer, incident, "2026-06-01T10:00:00+01:00", serial, "Fired", "2"];
                return kind switch
                {
                    0 => Changed(good, "UsedAt", "yesterday, \"noon\""),
                    1 => Changed(good, "UsedAt", ""),
                    2 => Changed(good, "Level", "Zapped\nat"),
                    3 => Changed(good, "Cycles", "-1"),
                    4 => Changed(good, "Version", "0"),
                    5 => Changed(good, "SubmittedAt", "31/12/2026"),
                    6 => Changed(good, "ReportId", ""),
                    7 => new MadeRow(Columns, "header"),
                    _ => new MadeRow(good, "good"),
                };
            }
        );

    private static MadeRow Changed(string[] good, string column, string cell)
    {
        good[Array.IndexOf(Columns, column)] = cell;
        return new MadeRow(good, column, cell);
    }

    [Fact]
    public void Every_row_of_a_text_is_understood_or_listed_with_its_line_column_and_cell() =>
        Gen.Select(Rows.List[0, 30], OneOf("\n", "\r\n", "\r"), Gen.Bool)
            .Sample((rows, newline, quoteAll) => CheckText(Numbered(rows), newline, quoteAll), iter: 2_000);

    [Fact]
    public void Every_row_of_a_workbook_is_understood_or_listed_with_its_row_number_column_and_cell() =>
        Rows.List[0, 30].Sample(rows => CheckBook(Numbered(rows)), iter: 100);

    [Fact]
    public void Whatever_bytes_a_text_holds_its_rows_add_up_and_every_reject_has_its_place() =>
        Gen.Select(
                Gen.String[Gen.OneOf(OneOf(',', '"', '\n', '\r', '#', ';', '\t', '\0', 'R'), Gen.Char[' ', '~']), 0, 200],
                Gen.Int[0, 15]
            )
            .Sample(
                (text, kind) =>
                {
                    string register = "DeviceSerial,At,Kind,Count,From,To,OfficerRef\n" + text;
                    var (_, answer) = RegisterImporter.Import(new RegisterSet(), (RegisterKind)kind, "x.csv", Scene.Stream(register));
                    AddsUp(answer);
                    AddsUp(Plain("r.csv", Encoding.UTF8.GetBytes(string.Join(',', Columns) + "\n" + text)).Answer);
                    AddsUp(Plain("r.csv", Encoding.UTF8.GetBytes(text)).Answer);
                },
                iter: 3_000
            );

    [Fact]
    public void A_workbook_with_any_byte_changed_is_read_refused_or_listed_and_never_ends_the_run()
    {
        byte[] book = Book([
            .. Enumerable
                .Range(0, 5)
                .Select(i => new MadeRow([$"R{i}", "1", "", "O1", "I1", "2026-06-01T10:00:00Z", "X2", "Fired", "1"], "good")),
        ]);
        var parts = Unpacked(book);
        Gen.Select(Gen.Int[0, parts.Count - 1], Gen.Int[0, 100_000], Gen.Byte, Gen.Bool)
            .Sample(
                (part, at, value, cut) =>
                {
                    var changed = parts.ToList();
                    var (name, bytes) = changed[part];
                    byte[] damaged = cut ? bytes[..(at % bytes.Length)] : [.. bytes];
                    if (!cut)
                    {
                        damaged[at % bytes.Length] = value;
                    }

                    changed[part] = (name, damaged);
                    AddsUp(Plain("r.xlsx", Packed(changed)).Answer);
                    var (_, answer) = RegisterImporter.Import(
                        new RegisterSet(),
                        RegisterKind.Devices,
                        "devices.xlsx",
                        new MemoryStream(Packed(changed))
                    );
                    AddsUp(answer);
                },
                iter: 500
            );
    }

    [Fact]
    public void A_sheet_that_breaks_off_gives_its_rows_and_one_reject_that_says_where()
    {
        var parts = Unpacked(Book([new MadeRow(["R1", "1", "", "O1", "I1", "2026-06-01T10:00:00Z", "X2", "Fired", "1"], "good")]));
        int sheet = parts.FindIndex(p => p.Name.EndsWith("sheet1.xml", StringComparison.Ordinal));
        string xml = Encoding.UTF8.GetString(parts[sheet].Bytes);
        parts[sheet] = (
            parts[sheet].Name,
            Encoding.UTF8.GetBytes(xml.Replace("</sheetData></worksheet>", "<row><c><v>7", StringComparison.Ordinal))
        );
        var import = Plain("r.xlsx", Packed(parts));
        AddsUp(import.Answer);
        var said = import.Answer.Rejects.Select(r => r.Reason).Concat(import.Answer.Notes);
        Assert.Contains(said, r => r.Contains("the sheet cannot be read from here on", StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_are_numbered_as_the_workbook_numbers_them_and_other_sheets_are_named_as_not_read()
    {
        using var made = new MemoryStream();
        object[] row = ["R1", "1", "", "O1", "I1", "yesterday", "X2", "Fired", "1"];
        XlsxOutput.Write([new OutputTable("reports", Columns, [row]), new OutputTable("notes", ["A"], [])], made);
        var parts = Unpacked(made.ToArray());
        int sheet = parts.FindIndex(p => p.Name.EndsWith("sheet1.xml", StringComparison.Ordinal));
        string xml = Encoding.UTF8.GetString(parts[sheet].Bytes);
        int second = xml.LastIndexOf("<row>", StringComparison.Ordinal);
        parts[sheet] = (parts[sheet].Name, Encoding.UTF8.GetBytes(xml[..second] + "<row r=\"7\">" + xml[(second + 5)..]));
        var import = Plain("r.xlsx", Packed(parts));
        Assert.Equal(7, Assert.Single(import.Answer.Rejects).Line);
        Assert.Contains(import.Answer.Notes, n => n.Contains("notes", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_with_more_rows_than_the_limit_is_refused_and_not_cut()
    {
        string text =
            string.Join(',', Columns)
            + "\n"
            + string.Concat(Enumerable.Range(0, 3).Select(i => $"R{i},1,,O,I,2026-06-01T10:00:00Z,X2,Fired,1\n"));
        var profile = Profile.BuiltIn("plain")!;
        Assert.Equal(3, ReportImporter.Import("r.csv", Scene.Stream(text), profile, rowsMax: 3).Reports.Count);
        var refused = ReportImporter.Import("r.csv", Scene.Stream(text), profile, rowsMax: 2);
        Assert.False(refused.Answer.Usable);
        Assert.Contains("split it", Assert.Single(refused.Answer.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_stands_twice_and_the_lines_passed_over_are_named()
    {
        var (_, answer) = RegisterImporter.Import(
            new RegisterSet(),
            RegisterKind.People,
            "people.csv",
            Scene.Stream("OfficerRef,Role,Role\nO1,regular,student\nOfficerRef,Role,Role\n,,\n")
        );
        Assert.Contains(answer.Notes, n => n.Contains("\"Role\" stands more than once", StringComparison.Ordinal));
        Assert.Contains(answer.Notes, n => n.Contains("header again: 3", StringComparison.Ordinal));
        Assert.Equal(2, answer.RowsPassedOver);
    }

    [Fact]
    public void A_row_whose_cells_happen_to_be_names_of_other_columns_is_no_second_header()
    {
        var (registers, answer) = RegisterImporter.Import(
            new RegisterSet(),
            RegisterKind.People,
            "people.csv",
            Scene.Stream("OfficerRef,Role,Team\nTeam,Role2,OfficerRef\n")
        );
        Assert.Equal((1, 0), (answer.RowsUnderstood, answer.RowsPassedOver));
        Assert.Equal("Team", Assert.Single(registers.People!).OfficerRef);
    }

    private static void CheckText(List<MadeRow> rows, string newline, bool quoteAll)
    {
        var text = new StringBuilder();
        var expected = new List<(int, string, string)>();
        int line = 1;
        foreach (var row in rows.Prepend(new MadeRow(Columns, "header")))
        {
            string written = string.Join(',', row.Cells.Select(c => Quoted(c, quoteAll)));
            if (row.Fate is not ("header" or "good"))
            {
                expected.Add((line, row.Fate, row.Cell.Trim()));
            }

            text.Append(written).Append(newline);
            line += 1 + row.Cells.Sum(c => c.Count(x => x is '\n' or '\r'));
        }

        Check(rows, Plain("r.csv", Encoding.UTF8.GetBytes(text.ToString())), expected);
    }

    private static void CheckBook(List<MadeRow> rows)
    {
        var expected = rows.Select((row, i) => (i + 2, row.Fate, Cell: row.Cell.Trim())).Where(r => r.Fate is not ("header" or "good"));
        Check(rows, Plain("r.xlsx", Book(rows)), [.. expected.Select(e => e.Cell is ['-', ..] ? e with { Cell = "'" + e.Cell } : e)]);
    }

    private static void Check(List<MadeRow> rows, ReportImport import, List<(int, string, string)> expected)
    {
        AddsUp(import.Answer);
        Assert.Equal(rows.Count, import.Answer.RowsRead);
        Assert.Equal(rows.Count(r => r.Fate == "good"), import.Reports.Count);
        Assert.Equal(rows.Count(r => r.Fate == "header"), import.Answer.RowsPassedOver);
        Assert.Equal(expected.Order(), import.Answer.Rejects.Select(r => (r.Line, r.Column, r.Cell)).Order());
    }

    /// <summary>Accepted, passed over and rejected rows are the rows of the file, and every reject says where and why.</summary>
    private static void AddsUp(ImportAnswer answer)
    {
        if (!answer.Usable)
        {
            Assert.NotEmpty(answer.Notes.Concat(answer.ColumnsRefused.Select(c => c.Reason)));
            return;
        }

        int rejected = answer.Rejects.Select(r => r.Line).Distinct().Count();
        Assert.Equal(answer.RowsRead, answer.RowsUnderstood + answer.RowsNotAboutCed + answer.RowsPassedOver + rejected);
        Assert.All(answer.Rejects, r => Assert.True(r.File.Length > 0 && r.Line > 0 && r.Reason.Length > 10, r.ToString()));
    }

    private static List<MadeRow> Numbered(List<MadeRow> rows)
    {
        for (int i = 0; i < rows.Count; i++)
        {
            if (rows[i].Fate is not ("header" or "ReportId"))
            {
                rows[i].Cells[0] = string.Create(CultureInfo.InvariantCulture, $"R{i}");
            }
        }

        return rows;
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static string Quoted(string cell, bool always) =>
        always || cell.AsSpan().ContainsAny(",\"\r\n") ? "\"" + cell.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : cell;

    private static ReportImport Plain(string file, byte[] bytes) =>
        ReportImporter.Import(file, new MemoryStream(bytes), Profile.BuiltIn("plain")!);

    private static byte[] Book(IReadOnlyList<MadeRow> rows)
    {
        using var book = new MemoryStream();
        XlsxOutput.Write([new OutputTable("reports", Columns, rows.Select(r => (IReadOnlyList<object>)r.Cells))], book);
        return book.ToArray();
    }

    private static List<(string Name, byte[] Bytes)> Unpacked(byte[] book)
    {
        using var zip = new ZipArchive(new MemoryStream(book), ZipArchiveMode.Read);
        return
        [
            .. zip.Entries.Select(e =>
            {
                using var part = e.Open();
                using var bytes = new MemoryStream();
                part.CopyTo(bytes);
                return (e.FullName, bytes.ToArray());
            }),
        ];
    }

    private static byte[] Packed(List<(string Name, byte[] Bytes)> parts)
    {
        using var book = new MemoryStream();
        using (var zip = new ZipArchive(book, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in parts)
            {
                using var part = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                part.Write(bytes);
            }
        }

        return book.ToArray();
    }
}
