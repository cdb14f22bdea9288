using System.Globalization;
using System.IO.Compression;
using System.Text;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Returns;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Tests;

public sealed class ImporterTests
{
    private const string Header = "ReportId,Version,SubmittedAt,OfficerRef,IncidentRef,UsedAt,DeviceSerial,Level,Cycles";
    private const string Row = "R1,1,2026-06-01T18:00:00+01:00,O1,I1,2026-06-01T10:00:00+01:00,X2,Fired,2";

    private static ReportImport Plain(byte[] bytes) => ReportImporter.Import("r.csv", new MemoryStream(bytes), Profile.BuiltIn("plain")!);

    private static ReportImport Plain(string text) => Plain(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Lines_may_end_in_any_way(string newline)
    {
        var import = Plain(Header + newline + Row + newline + Row.Replace("R1", "R2", StringComparison.Ordinal) + newline);
        Assert.Equal(["R1", "R2"], import.Reports.Select(r => r.ReportId));
        Assert.Equal([2, 3], import.Reports.Select(r => r.Source.Line));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_byte_order_mark_says_the_encoding(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        var import = Plain([
            .. encoding.GetPreamble(),
            .. encoding.GetBytes(Header + "\n" + Row.Replace("O1", "Öfficer", StringComparison.Ordinal) + "\n"),
        ]);
        Assert.Equal("Öfficer", Assert.Single(import.Reports).OfficerRef);
        Assert.Contains("byte order mark", import.Answer.Encoding, StringComparison.Ordinal);
    }

    /// <summary>What is published of officers and money rests on these: an empty cell is no nought.</summary>
    [Theory]
    [InlineData(
        RegisterKind.Establishment,
        "Team,Establishment,Eligible,Trained,Accredited\nNorth,40,30,20,10\nSouth,40,30,,10\n",
        "Trained"
    )]
    [InlineData(RegisterKind.Budget, "Heading,Capital,PlannedPence,SpentPence\nCartridges,no,100,90\nDevices,yes,100,\n", "SpentPence")]
    [InlineData(
        RegisterKind.Cartridges,
        "CartridgeSerial,Move,At,Count\nC1,used,2026-04-01T10:00:00Z,\n,used,2026-04-01T10:00:00Z,\n",
        "Count"
    )]
    public void An_empty_count_of_officers_pence_or_cartridges_without_a_serial_is_rejected_with_its_place_and_never_taken_for_nought(
        RegisterKind kind,
        string csv,
        string column
    )
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        var (registers, answer) = RegisterImporter.Import(new RegisterSet(), kind, "given.csv", file);
        var reject = Assert.Single(answer.Rejects);
        Assert.Equal((3, column, ""), (reject.Line, reject.Column, reject.Cell));
        Assert.Equal(1, (registers.Establishment?.Count ?? 0) + (registers.Budget?.Count ?? 0) + (registers.Cartridges?.Count ?? 0));
    }

    [Fact]
    public void Money_that_is_stated_neither_as_capital_nor_as_revenue_is_shown_as_neither()
    {
        using var file = Scene.Stream("Heading,Capital,PlannedPence,SpentPence\nDevices,yes,10000,5000\nRepairs,,20000,4000\n");
        var (registers, answer) = RegisterImporter.Import(new RegisterSet(), RegisterKind.Budget, "budget.csv", file);
        Assert.Empty(answer.Rejects);
        var inputs = new Scene().Inputs() with { Registers = registers };
        var rows = ProgrammeEvidence.Table(inputs, Reconciliation.Run(inputs, RuleSet.Standard, Scene.Day), publicVersion: false).Rows;
        Assert.Equal(
            ["capital, planned, pounds: 100", "capital or revenue not stated, planned, pounds: 200"],
            rows.Where(r => ((string)r[1]).EndsWith("planned, pounds", StringComparison.Ordinal) && r[2] is double)
                .Select(r => $"{r[1]}: {r[2]}")
        );
    }

    [Fact]
    public void Another_encoding_is_read_and_said()
    {
        var import = Plain([
            .. Encoding.ASCII.GetBytes(Header + "\n"),
            .. Encoding.Latin1.GetBytes(Row.Replace("O1", "Müller", StringComparison.Ordinal) + "\n"),
        ]);
        Assert.Equal("Müller", Assert.Single(import.Reports).OfficerRef);
        Assert.Contains("windows-1252", Assert.Single(import.Answer.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_row_is_listed_with_file_line_column_cell_and_reason_and_the_rest_goes_on()
    {
        var import = Plain(
            $"{Header}\n{Row}\nR2,1,,O1,,yesterday,X2,Fired,1\nR3,1,,O1,,2026-06-01T10:00:00Z,X2,Zapped,1\nR4,1,,O1,,2026-06-01T10:00:00Z,X2,Fired,many\nR5,\"1\"x,,,,,,,\nR6,1,,O1,,2026-06-01T11:00:00Z,X2,Fired,1\n"
        );
        Assert.Equal(["R1", "R6"], import.Reports.Select(r => r.ReportId));
        Assert.Equal(
            [(3, "UsedAt", "yesterday"), (4, "Level", "Zapped"), (5, "Cycles", "many"), (6, "", "")],
            import.Answer.Rejects.Select(r => (r.Line, r.Column, r.Cell)).Order()
        );
        Assert.All(import.Answer.Rejects, r => Assert.True(r is { File: "r.csv", Reason.Length: > 10 }));
    }

    [Fact]
    public void A_quote_that_is_never_closed_costs_one_row()
    {
        var import = Plain($"{Header}\nR0,\"1,,,,,,,\n{Row}\n");
        Assert.Equal("R1", Assert.Single(import.Reports).ReportId);
        Assert.Equal(2, Assert.Single(import.Answer.Rejects).Line);
    }

    [Fact]
    public void Newlines_inside_quotes_belong_to_the_cell_and_lines_are_still_counted()
    {
        var import = Plain($"{Header}\n\"R1\n(copy)\",1,,O1,,2026-06-01T10:00:00Z,X2,Fired,1\nR2,1,,O1,,bad,X2,Fired,1\n");
        Assert.Equal("R1\n(copy)", Assert.Single(import.Reports).ReportId);
        Assert.Equal(4, Assert.Single(import.Answer.Rejects).Line);
    }

    [Fact]
    public void A_second_header_and_empty_rows_are_passed_over_and_counted()
    {
        var import = Plain($"{Header}\n{Header}\n{Row}\n,,,,,,,,\n{Header}\n");
        Assert.Single(import.Reports);
        Assert.Equal(3, import.Answer.RowsPassedOver);
        Assert.Empty(import.Answer.Rejects);
    }

    [Fact]
    public void A_row_with_too_few_or_too_many_cells_is_rejected()
    {
        var import = Plain($"{Header}\n{Row},extra\nR2,1\n{Row}\n");
        Assert.Equal(2, import.Answer.Rejects.Count);
        Assert.Single(import.Reports);
    }

    [Fact]
    public void Missing_and_unknown_columns_are_named()
    {
        var import = Plain("ReportId,UsedAt,Weather\nR1,2026-06-01T10:00:00Z,rain\n");
        Assert.Equal(["Weather"], import.Answer.ColumnsUnknown);
        Assert.Contains("DeviceSerial", import.Answer.ColumnsMissing);
        Assert.Equal(ReportColumns.ReportId | ReportColumns.UsedAt, import.Columns);
        Assert.False(Plain("Foo,Bar\n1,2\n").Answer.Usable);
    }

    [Fact]
    public void An_ambiguous_date_column_is_refused_with_the_rows_that_show_it()
    {
        string[] layouts = ["dd/MM/yyyy HH:mm", "MM/dd/yyyy HH:mm"];
        Assert.Contains(
            "3: 03/04/2026 10:00",
            Assert.Single(Dated(layouts, "03/04/2026 10:00", "03/04/2026 10:00").Answer.ColumnsRefused).Rows
        );
        var settled = Dated(layouts, "03/04/2026 10:00", "13/04/2026 10:00");
        Assert.Empty(settled.Answer.ColumnsRefused);
        Assert.Equal("2026-04-03T09:00:00Z", TimeInterval.Text(settled.Reports[0].UsedAt.LowNs));
    }

    [Fact]
    public void A_local_time_that_the_autumn_change_repeats_is_both_and_one_the_spring_change_skips_is_rejected()
    {
        var import = Dated(["dd/MM/yyyy HH:mm"], "25/10/2026 01:30", "29/03/2026 01:30");
        var both = Assert.Single(import.Reports).UsedAt;
        Assert.Equal(TimeInterval.HourNs + TimeInterval.MinuteNs - 1, both.HighNs - both.LowNs);
        Assert.Contains("clocks went forward", Assert.Single(import.Answer.Rejects).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_271_columns_are_understood_even_where_search_and_replace_renamed_one()
    {
        const string csv =
            "IncidentDate,IncidentTime,TrainedCED,Tactic 1,CED Used,CED Device Serial No,CED Drawn,CED Fired,CED Fired Cartridge Number,CED Fired Total Number Of Cycles,CED Fired Cycle Extended Beyond 5 Secs,CED2 ArCED2,CED2 Fired Total Number Of Cycles\n"
            + "02/06/2026,09:15,Yes,CED (Taser) Fired,Yes,X29ABC123,Yes,Yes,C62AAAAAA / C62BBBBBB,2,No,Yes,1\n"
            + "02/06/2026,09:15,Yes,Handcuffs,No,,,,,,,,\n";
        var import = ReportImporter.Import("uk.csv", Scene.Stream(csv), Profile.BuiltIn("uk-271")!);
        var report = Assert.Single(import.Reports);
        Assert.Equal(UseLevels.Drawn | UseLevels.Fired | UseLevels.Arced, report.Levels);
        Assert.Equal(3, report.Cycles);
        Assert.Equal(["C62AAAAAA", "C62BBBBBB"], report.Cartridges);
        Assert.False(report.Extended);
        Assert.Equal(1, import.Answer.RowsNotAboutCed);
        Assert.Equal("2026-06-02T08:15:00Z", TimeInterval.Text(report.UsedAt.LowNs));
        Assert.False(import.Columns.HasFlag(ReportColumns.OfficerRef));
    }

    [Fact]
    public void Several_counts_in_one_cell_are_summed_and_NULL_is_absent()
    {
        const string csv =
            "UOFNum,FILENUM,OCCURRED_D,OCCURRED_T,ForceType,Cycles_Num\n1,F1,09/03/2016,4:14:00 AM, Taser,\" 2, 4\"\n2,F2,01/09/2013 12:00:00 AM,21:00,\"Other, Taser\",NULL\n3,F3,01/09/2013,NULL,Baton,\n";
        var import = ReportImporter.Import("d.csv", Scene.Stream(csv), Profile.BuiltIn("dallas")!);
        Assert.Equal([6, null], import.Reports.Select(r => r.Cycles));
        Assert.Equal("2013-01-10T03:00:00Z", TimeInterval.Text(import.Reports[1].UsedAt.LowNs));
        Assert.Equal(1, import.Answer.RowsNotAboutCed);
    }

    [Fact]
    public void An_overloaded_count_is_read_only_where_the_weapon_is_a_CED()
    {
        const string csv =
            " RIN, Primary Key, Date Occurred, Time Occurred, Weapon Used 1, Number Shots\n1,P1,01/02/2009 12:00:00 AM,330,CED - DRIVE STUN-ENTER # SHOTS,2\n2,P2,01/02/2009 12:00:00 AM, ,FIREARM,5\n";
        var import = ReportImporter.Import("a.csv", Scene.Stream(csv), Profile.BuiltIn("austin")!);
        var report = Assert.Single(import.Reports);
        Assert.Equal((2, UseLevels.DriveStun), (report.Cycles, report.Levels));
        Assert.Equal("2009-01-02T09:30:00Z", TimeInterval.Text(report.UsedAt.LowNs));
    }

    [Fact]
    public void The_prison_services_form_is_read_with_its_seven_questions()
    {
        const string csv =
            "id,userId,incidentNumber,submittedDate,incidentDate,taserDrawn,taserOperativePresent,redDotWarning,arcWarningUsed,taserDeployed,taserCycleExtended,taserReenergised\n"
            + "17,U4,INC9,2026-06-01T12:00:00Z,2026-06-01T10:00:00+01:00,Yes,Yes,Yes,No,Yes,No,Yes\n"
            + "18,U5,INC9,2026-06-01T12:00:00Z,2026-06-01T10:00:00+01:00,No,,,,,,\n"
            + "19,U6,INC9,2026-06-01T12:00:00Z,2026-06-01T10:00:00+01:00,Yes,No,Perhaps,,,,\n";
        var import = ReportImporter.Import("moj.csv", Scene.Stream(csv), Profile.BuiltIn("moj")!);
        var report = Assert.Single(import.Reports);
        Assert.Equal(("17", "U4", "INC9"), (report.ReportId, report.OfficerRef, report.IncidentRef));
        Assert.Equal(UseLevels.Drawn | UseLevels.RedDot | UseLevels.Fired, report.Levels);
        Assert.Equal((true, false, true), (report.CedUsed, report.Extended, report.RepeatCycle));
        Assert.Equal("2026-06-01T09:00:00Z", TimeInterval.Text(report.UsedAt.LowNs));
        Assert.Equal(1, import.Answer.RowsNotAboutCed);
        Assert.Equal((4, "redDotWarning", "Perhaps"), Assert.Single(import.Answer.Rejects) is var r ? (r.Line, r.Column, r.Cell) : default);
        Assert.DoesNotContain("taserOperativePresent", import.Answer.ColumnsUnknown);
    }

    [Fact]
    public void A_workbook_gives_the_same_as_the_text()
    {
        var cells = Row.Split(',').Select(c => (object)c).ToArray();
        using var book = new MemoryStream();
        XlsxOutput.Write([new OutputTable("reports", Header.Split(','), [cells])], book);
        var import = Plain(book.ToArray());
        Assert.Equal("xlsx", import.Answer.Encoding);
        Assert.Empty(ReportVersions.Changes(Plain($"{Header}\n{Row}\n").Reports[0], Assert.Single(import.Reports)));
    }

    [Theory]
    [InlineData("content.xml", "OpenDocument")]
    [InlineData("reports.csv", "without a workbook")]
    public void An_archive_that_is_no_workbook_is_refused_with_what_to_do(string inside, string word)
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntry(inside);
        }

        var failure = XlsxTable.Refuse(archive.ToArray());
        Assert.Contains(word, failure, StringComparison.Ordinal);
        Assert.Contains("XLSX or CSV", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_workbook_that_unpacks_beyond_the_limits_is_refused_before_it_is_unpacked()
    {
        using var book = new MemoryStream();
        XlsxOutput.Write([new OutputTable("reports", ["A"], Enumerable.Repeat((object[])[new string(' ', 1000)], 3_000))], book);
        Assert.Contains("times its size", XlsxTable.Refuse(book.ToArray(), ratioMax: 20), StringComparison.Ordinal);
        Assert.Contains("more than 1000 bytes", XlsxTable.Refuse(book.ToArray(), unpackedBytesMax: 1000), StringComparison.Ordinal);
        Assert.Contains("no readable zip", XlsxTable.Refuse("PK\u0003\u0004 nonsense"u8.ToArray()), StringComparison.Ordinal);
        Assert.NotNull(TableText.Read(new MemoryStream(new byte[11]), null, bytesMax: 10).Failure);
        Assert.Null(TableText.Read(new MemoryStream(new byte[10]), null, bytesMax: 10).Failure);
    }

    [Fact]
    public void A_second_import_tells_a_re_formatted_row_from_an_edit_and_keeps_both_versions()
    {
        var first = Plain(
            $"{Header}\n{Row}\n{Row.Replace("R1", "R2", StringComparison.Ordinal)}\n{Row.Replace("R1", "R3", StringComparison.Ordinal)}\n"
        ).Reports;
        string reformatted = Row.Replace("2026-06-01T10:00:00+01:00", "2026-06-01T09:00:00Z", StringComparison.Ordinal);
        var second = Plain(
            $"{Header}\n{reformatted}\n{Row.Replace("R1", "R2", StringComparison.Ordinal).Replace("Fired", "Aimed", StringComparison.Ordinal)}\n{Row.Replace("R1", "R4", StringComparison.Ordinal)}\n"
        ).Reports;
        var merged = ReportVersions.Merge(first, second);
        Assert.Equal((1, 1), (merged.Reformatted, merged.Added));
        Assert.Equal(["R2: Level"], merged.Edited);
        Assert.Equal(["R3"], merged.Gone);
        Assert.Equal([1, 2], merged.Reports.Where(r => r.ReportId == "R2").Select(r => r.Version));
    }

    [Fact]
    public void A_whole_export_handed_in_again_changes_nothing_and_its_older_versions_are_no_edits()
    {
        string second = Row.Replace("R1,1", "R1,2", StringComparison.Ordinal).Replace("Fired", "Aimed", StringComparison.Ordinal);
        var whole = Plain($"{Header}\n{Row}\n{second}\n");
        var files = new ReportFiles();
        files.Add(whole);
        files.Add(whole);
        Assert.Equal([1, 2], files.Reports.Select(r => r.Version));
        Assert.Contains(
            "2 the same, 0 written differently with the same meaning, 0 edited",
            files.Answers[1].Notes[0],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Without_a_version_column_each_export_is_compared_with_the_newest_known()
    {
        const string header = "ReportId,UsedAt,DeviceSerial,Level\n";
        var files = new ReportFiles();
        foreach (string level in (string[])["Drawn", "Fired", "Fired"])
        {
            files.Add(Plain($"{header}R1,2026-06-01T10:00:00Z,X2,{level}\n"));
        }

        Assert.Equal([(1, UseLevels.Drawn), (2, UseLevels.Fired)], files.Reports.Select(r => (r.Version, r.Levels)));
        Assert.Contains("edited: R1: Level", files.Answers[1].Notes);
    }

    [Fact]
    public void Rows_without_an_id_in_two_files_are_two_reports()
    {
        const string csv =
            "IncidentDate,IncidentTime,Tactic 1,CED Used,CED Device Serial No,CED Fired\n02/06/2026,09:15,CED (Taser) Fired,Yes,X29ABC123,Yes\n";
        var files = new ReportFiles();
        foreach (string file in (string[])["q1.csv", "q2.csv"])
        {
            files.Add(ReportImporter.Import(file, Scene.Stream(csv), Profile.BuiltIn("uk-271")!));
        }

        Assert.Equal(["row 2", "q2.csv row 2"], files.Reports.Select(r => r.ReportId));
    }

    [Fact]
    public void A_profile_with_a_slip_is_refused_with_its_place()
    {
        Assert.Contains(
            "dates are never guessed",
            Profile.Parse(Scene.Stream("""{"name":"x","fields":{"UsedAt":{"columns":["T"]}}}""")).Error,
            StringComparison.Ordinal
        );
        Assert.Contains("line 1", Profile.Parse(Scene.Stream("""{"name":"x","feilds":{}}""")).Error, StringComparison.Ordinal);
        Assert.All(Profile.BuiltInNames, n => Assert.NotNull(Profile.BuiltIn(n)));
    }

    [Fact]
    public void What_a_file_holds_never_becomes_a_formula()
    {
        foreach (string evil in (string[])["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "|calc"])
        {
            using var csv = new MemoryStream();
            CsvOutput.Write(
                new OutputTable(
                    "t",
                    ["A"],
                    [
                        [evil, 1],
                    ]
                ),
                csv
            );
            Assert.Contains("'" + evil, Encoding.UTF8.GetString(csv.ToArray()), StringComparison.Ordinal);
        }

        using var book = new MemoryStream();
        XlsxOutput.Write(
            [
                new OutputTable(
                    "t",
                    ["A"],
                    [
                        ["=1+1", -5],
                    ]
                ),
            ],
            book
        );
        var cells = XlsxTable.Read(book.ToArray()).Last().Cells;
        Assert.Equal(["'=1+1", "-5"], cells);
    }

    private static ReportImport Dated(string[] layouts, params string[] cells)
    {
        string stated = string.Join(',', layouts.Select(l => '"' + l + '"'));
        string json =
            "{\"name\":\"x\",\"timeZone\":\"Europe/London\",\"fields\":{\"UsedAt\":{\"columns\":[\"T\"],\"layouts\":["
            + stated
            + "]},\"ReportId\":{\"columns\":[\"Id\"]}}}";
        var profile = Profile.Parse(Scene.Stream(json)).Profile!;
        string rows = string.Join('\n', cells.Select((c, i) => (i + 1).ToString(CultureInfo.InvariantCulture) + "," + c));
        return ReportImporter.Import("d.csv", Scene.Stream("Id,T\n" + rows + "\n"), profile);
    }
}
