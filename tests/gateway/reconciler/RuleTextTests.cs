using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Returns;
using TaserTelemetry.Reconciler.Rules;

namespace TaserTelemetry.Reconciler.Tests;

public sealed partial class RuleTextTests
{
    [Fact]
    public void Every_rule_of_domain_2_is_there_once()
    {
        string[] expected =
        [
            "A01a",
            "A01b",
            "A01c",
            .. Names('A', 2, 18),
            .. Names('B', 1, 8),
            .. Names('C', 1, 12),
            .. Names('D', 1, 18),
            .. Names('E', 1, 10),
            .. Names('F', 1, 6),
        ];
        Assert.Equal(expected, RuleCatalogue.All.Select(r => r.Id));
    }

    [Fact]
    public void The_document_lists_every_rule_as_it_is_with_its_parameters()
    {
        string document = File.ReadAllText(Document());
        foreach (var rule in RuleCatalogue.All)
        {
            Assert.Contains(
                FormattableString.Invariant(
                    $"| {rule.Id} | {rule.Kind} | {rule.Priority} | {rule.Title} | {rule.Clears} | {rule.DoesNotSay} | {string.Join(", ", rule.Parameters(RuleSet.Standard).Select(p => p.Item1))} |"
                ),
                document,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void The_document_lists_every_parameter_with_its_default_and_range_and_no_other()
    {
        var listed = File.ReadAllLines(Document()).SkipWhile(l => l != "## Parameters").Where(l => ParameterRow().IsMatch(l)).ToList();
        var members = typeof(RuleSet).GetProperties().Where(p => p.PropertyType.IsValueType && p.Name != nameof(RuleSet.Version)).ToList();
        foreach (var member in members)
        {
            string value = FormattableString
                .Invariant($"{member.GetValue(RuleSet.Standard)}")
                .Replace("True", "true", StringComparison.Ordinal);
            var range = member.GetCustomAttributes(inherit: false).OfType<RangeAttribute>().SingleOrDefault();
            string text = range is null ? "true, false" : FormattableString.Invariant($"{range.Minimum} to {range.Maximum}");
            string name = JsonNamingPolicy.CamelCase.ConvertName(member.Name);
            string row = $"| {name} | {value.Replace("False", "false", StringComparison.Ordinal)} | {text} | ";
            Assert.Contains(listed, l => l.StartsWith(row, StringComparison.Ordinal));
        }

        Assert.Equal(members.Count, listed.Count);
    }

    [Fact]
    public void No_rule_text_uses_a_word_that_presumes_guilt()
    {
        foreach (var rule in RuleCatalogue.All)
        {
            Assert.DoesNotMatch(Forbidden(), rule.Title + " " + rule.Clears + " " + rule.DoesNotSay);
        }
    }

    [Fact]
    public void No_output_uses_a_word_that_presumes_guilt_outside_the_fixed_text()
    {
        var result = RuleScenes.Everything().Run();
        Assert.NotEmpty(result.Findings);
        using var html = new MemoryStream();
        HtmlOutput.Write(result, html);
        Assert.DoesNotMatch(
            Forbidden(),
            Encoding.UTF8.GetString(html.ToArray()).Replace(HtmlOutput.FixedLimits, "", StringComparison.Ordinal)
        );
        using var json = new MemoryStream();
        JsonOutput.Write(result, json);
        Assert.DoesNotMatch(
            Forbidden(),
            Encoding
                .UTF8.GetString(json.ToArray())
                .Replace("true,", "", StringComparison.Ordinal)
                .Replace(": false", "", StringComparison.Ordinal)
        );
        using var page = new MemoryStream();
        HtmlTables.Write(
            "Programme",
            result,
            [ProgrammeEvidence.Table(RuleScenes.Everything().Inputs(), result, publicVersion: false)],
            page
        );
        Assert.DoesNotMatch(
            Forbidden(),
            Encoding.UTF8.GetString(page.ToArray()).Replace(HtmlOutput.FixedLimits, "", StringComparison.Ordinal)
        );
        foreach (var table in ResultTables.All(result))
        {
            using var csv = new MemoryStream();
            CsvOutput.Write(table, csv);
            Assert.DoesNotMatch(Forbidden(), Encoding.UTF8.GetString(csv.ToArray()));
        }
    }

    [Fact]
    public void Every_B_rule_is_a_review()
    {
        Assert.All(RuleCatalogue.All.Where(r => r.Id[0] == 'B'), r => Assert.Equal(FindingKind.Review, r.Kind));
    }

    private static string Document()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TaserTelemetry.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("TaserTelemetry.sln stands above the tests");
        }

        return Path.Combine(folder.FullName, "gateway", "reconciler", "RULES.md");
    }

    private static IEnumerable<string> Names(char family, int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(n => FormattableString.Invariant($"{family}{n:00}"));

    [GeneratedRegex(@"^\| [a-z]\w+ \| ")]
    private static partial Regex ParameterRow();

    [GeneratedRegex(@"\b(unreported|false|hidden|suspicious|tamper\w*|exposure|shock\w*)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Forbidden();
}
