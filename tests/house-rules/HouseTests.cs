using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TaserTelemetry.HouseRules.Tests;

public sealed partial class HouseTests
{
    [Fact]
    public void The_project_graph_is_the_one_of_the_design() => AssertNone(ProjectGraph.Differences(ProjectGraph.Read()));

    [Fact]
    public void The_base_of_the_house_stands_on_the_base_class_library_alone()
    {
        Assert.Empty(ProjectGraph.Packages("firmware-protocol/TaserTelemetry.FirmwareProtocol.csproj"));
        Assert.Equal(["NSec.Cryptography"], ProjectGraph.Packages("gateway/ledger/TaserTelemetry.Ledger.csproj"));
    }

    [Fact]
    public void Scoring_knows_neither_simulator_nor_reconciler()
    {
        var project = "tests/scoring/TaserTelemetry.Scoring.Tests.csproj";
        Assert.Empty(ProjectGraph.References(project, buildOrderOnly: false));
        Assert.NotEmpty(ProjectGraph.References(project, buildOrderOnly: true));
        AssertNone(
            Tree.CSharp.Where(path => path.StartsWith("tests/scoring/", StringComparison.Ordinal))
                .Where(path => KnowsTheJudgedPattern().IsMatch(Tree.Read(path)))
                .Select(path => $"{path}: a judge that shares code with the judged would share its mistakes")
        );
    }

    [Fact]
    public void The_auditor_has_no_networking_code() =>
        AssertNone(
            Tree.CSharp.Where(path => path.StartsWith("gateway/auditor/", StringComparison.Ordinal))
                .Where(path => NetworkPattern().IsMatch(Tree.Read(path)))
                .Select(path => $"{path}: an auditor's tool that cannot phone anywhere names no System.Net type")
        );

    [Fact]
    public void The_top_level_holds_the_six_entries_of_the_owner_and_no_more()
    {
        string[] allowed = ["gateway", "firmware-protocol", "simulator", "tests", "TaserTelemetry.sln", "README.md", "LICENSE"];
        AssertNone(
            Tree.Files.Select(path => path.Split('/')[0])
                .Distinct()
                .Where(entry => !entry.StartsWith('.') && !PropsPattern().IsMatch(entry) && !allowed.Contains(entry))
                .Select(entry => $"{entry} does not belong at the top level")
        );
    }

    [Fact]
    public void No_file_is_too_long() => AssertEach(Tree.CSharp, Rules.TooLong);

    [Fact]
    public void Nothing_is_left_unfinished() => AssertEach(Tree.CSharp.Where(NotTheRulesThemselves), Rules.Unfinished);

    [Fact]
    public void Every_type_is_closed() => AssertEach(Tree.CSharp.Where(NotTheRulesThemselves), Rules.OpenTypes);

    [Fact]
    public void No_region_hides_anything() => AssertEach(Tree.CSharp.Where(NotTheRulesThemselves), Rules.Regions);

    [Fact]
    public void No_exception_is_swallowed() => AssertEach(Tree.CSharp.Where(NotTheRulesThemselves), Rules.SwallowedExceptions);

    [Fact]
    public void No_test_waits_a_fixed_time() => AssertEach(TestSources, Rules.FixedWaits);

    [Fact]
    public void No_test_is_skipped() => AssertEach(TestSources, Rules.SkippedTests);

    [Fact]
    public void No_test_does_nothing_outside_a_campaign() => AssertEach(TestSources, Rules.EmptyOutsideACampaign);

    [Fact]
    public void No_name_is_vague() =>
        AssertNone(Tree.CSharp.SelectMany(path => Rules.VagueNames(path).Select(wrong => $"{path}: {wrong}")));

    [Fact]
    public void No_document_has_a_dead_link()
    {
        var known = Tree.Files.ToHashSet(StringComparer.Ordinal);
        bool Exists(string path) =>
            known.Contains(path) || known.Any(file => file.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal));
        AssertNone(
            Tree.Files.Where(path => path.EndsWith(".md", StringComparison.Ordinal))
                .SelectMany(path => Rules.DeadLinks(ProjectGraph.Folder(path), Tree.Read(path), Exists).Select(wrong => $"{path}: {wrong}"))
        );
    }

    [Fact]
    public void Every_outside_package_has_its_reason_and_its_user()
    {
        var used = Tree
            .Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) || path.EndsWith(".props", StringComparison.Ordinal))
            .SelectMany(ProjectGraph.Packages)
            .ToHashSet(StringComparer.Ordinal);
        var lines = Tree.Read("Directory.Packages.props")
            .Split('\n')
            .Where(line => line.Contains("<PackageVersion", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(lines);
        AssertNone(lines.Where(line => !ReasonPattern().IsMatch(line)).Select(line => $"no reason beside: {line.Trim()}"));
        AssertNone(
            lines
                // a pin sets the version of what another package brings along
                .Where(line => !line.Contains("<!-- pin: ", StringComparison.Ordinal))
                .Select(line => PackagePattern().Match(line).Groups[1].Value)
                .Where(name => !used.Contains(name))
                .Select(name => $"{name} is used by no project")
        );
    }

    [Fact]
    public void Every_test_that_the_promise_map_names_exists()
    {
        var sources = string.Join('\n', TestSources.Select(Tree.Read));
        var map = Tree.Read("tests/README.md");
        Assert.NotEmpty(Rules.TestsThatAreNot(map, sources: "")); // it names tests at all
        AssertNone(Rules.TestsThatAreNot(map, sources).Select(wrong => $"tests/README.md: {wrong}"));
    }

    [Fact]
    public async Task Every_source_is_formatted()
    {
        var start = new ProcessStartInfo("dotnet", "csharpier check .")
        {
            WorkingDirectory = Tree.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var formatter = Process.Start(start)!;
        var words = formatter.StandardOutput.ReadToEndAsync();
        var errors = await formatter.StandardError.ReadToEndAsync();
        await formatter.WaitForExitAsync();
        Assert.True(formatter.ExitCode == 0, $"run: dotnet tool restore && dotnet csharpier format .\n{await words}{errors}");
    }

    private static IEnumerable<string> TestSources =>
        Tree.CSharp.Where(path => path.StartsWith("tests/", StringComparison.Ordinal)).Where(NotTheRulesThemselves);

    private static bool NotTheRulesThemselves(string path) => !path.StartsWith("tests/house-rules/Rules", StringComparison.Ordinal);

    private static void AssertEach(IEnumerable<string> paths, Func<string, IEnumerable<string>> rule)
    {
        var seen = 0;
        var wrong = new List<string>();
        foreach (var path in paths)
        {
            seen++;
            wrong.AddRange(rule(Tree.Read(path)).Select(what => $"{path}: {what}"));
        }
        Assert.True(seen > 0, "the rule looked at no file");
        AssertNone(wrong);
    }

    private static void AssertNone(IEnumerable<string> wrong)
    {
        var list = wrong.ToList();
        Assert.True(list.Count == 0, string.Join('\n', list));
    }

    [GeneratedRegex(@"TaserTelemetry\.(Simulator|Reconciler|Evidence|Ledger|FirmwareProtocol|Gateway|Auditor)\b(?!"")")]
    private static partial Regex KnowsTheJudgedPattern();

    [GeneratedRegex(@"^Directory\..*\.(props|targets)$")]
    private static partial Regex PropsPattern();

    [GeneratedRegex(@"\bSystem\.Net\b|HttpClient|TcpClient|new Socket\(AddressFamily\.InterNetwork")]
    private static partial Regex NetworkPattern();

    [GeneratedRegex(@"/>\s*<!-- .+ -->")]
    private static partial Regex ReasonPattern();

    [GeneratedRegex("Include=\"([^\"]+)\"")]
    private static partial Regex PackagePattern();
}
