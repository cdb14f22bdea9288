using System.Text.RegularExpressions;

namespace TaserTelemetry.HouseRules.Tests;

/// <summary>Each rule is a function from a text to what is wrong with it, so that each can be shown to fail.</summary>
internal static partial class Rules
{
    public const int CSharpLinesMax = 400;

    public static IEnumerable<string> TooLong(string text)
    {
        var lines = text.Count(c => c == '\n');
        if (lines > CSharpLinesMax)
        {
            yield return $"{lines} lines; at most {CSharpLinesMax}";
        }
    }

    public static IEnumerable<string> Unfinished(string text) =>
        UnfinishedPattern().Matches(text).Select(match => $"'{match.Value}' stands for work that is not done");

    /// <summary>A type may stay open where the line above it begins <c>// open:</c> and says why.</summary>
    public static IEnumerable<string> OpenTypes(string text) =>
        OpenTypePattern()
            .Matches(text)
            .Where(match => !text[..match.Index].TrimEnd().Split('\n')[^1].TrimStart().StartsWith("// open: ", StringComparison.Ordinal))
            .Select(match => $"'{match.Value.Trim()}': classes are sealed or static, structs readonly");

    public static IEnumerable<string> Regions(string text) =>
        RegionPattern().Matches(text).Select(_ => "a region hides what should be a type of its own");

    public static IEnumerable<string> SwallowedExceptions(string text) =>
        EmptyCatchPattern().Matches(text).Select(_ => "an empty catch block swallows the cause");

    public static IEnumerable<string> FixedWaits(string text) =>
        FixedWaitPattern().Matches(text).Select(match => $"'{match.Value}' waits a fixed time; wait for the event or drive a clock");

    public static IEnumerable<string> SkippedTests(string text) =>
        SkipPattern().Matches(text).Select(match => $"'{match.Value}': a skipped test is a defect");

    /// <summary>A test that does nothing outside its campaign passes without having looked at anything.</summary>
    public static IEnumerable<string> EmptyOutsideACampaign(string text) =>
        CampaignOnlyPattern()
            .Matches(text)
            .Select(match => $"'{match.Groups["method"].Value}' does nothing outside a campaign: give it a small tier for every run");

    /// <summary>Test names that a document gives in backticks and that no method among the sources has.</summary>
    public static IEnumerable<string> TestsThatAreNot(string document, string sources) =>
        TestNamePattern()
            .Matches(document)
            .Select(match => match.Groups["name"].Value)
            .Distinct()
            .Where(name => !Regex.IsMatch(sources, $@"\b(?:void|Task|Task<\w+>|ValueTask)\s+{name}\s*\("))
            .Select(name => $"{name} is no test");

    public static IEnumerable<string> VagueNames(string path) =>
        VagueNamePattern().Matches(path).Select(match => $"'{match.Value}' says nothing; name the thing it holds");

    /// <summary>Links of a Markdown document that lead to no file beside it.</summary>
    public static IEnumerable<string> DeadLinks(string folder, string text, Func<string, bool> exists) =>
        LinkPattern()
            .Matches(text)
            .Select(match => match.Groups["target"].Value)
            .Where(target =>
                !target.StartsWith('#')
                && !target.Contains("://", StringComparison.Ordinal)
                && !target.StartsWith("mailto:", StringComparison.Ordinal)
            )
            .Select(target => target.Split('#')[0])
            .Where(target => target.Length > 0 && !exists(Path.GetFullPath(Path.Combine("/", folder, target))[1..]))
            .Select(target => $"the link to {target} leads nowhere");

    [GeneratedRegex(@"\b(NotImplementedException|TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex UnfinishedPattern();

    [GeneratedRegex(
        @"^\s*(?:(?:public|internal|private|protected|file|unsafe|partial|new)\s+)*(?<!sealed\s|static\s|abstract\s)(?:class\s+\w+|record\s+(?!struct)(?:class\s+)?\w+|(?:partial\s+)?struct\s+\w+|record\s+struct\s+\w+)[^;=]*$",
        RegexOptions.Multiline
    )]
    private static partial Regex OpenTypePattern();

    [GeneratedRegex(@"^\s*#(end)?region", RegexOptions.Multiline)]
    private static partial Regex RegionPattern();

    [GeneratedRegex(@"catch\s*(\([^)]*\))?\s*(when\s*\([^)]*\)\s*)?\{\s*\}")]
    private static partial Regex EmptyCatchPattern();

    [GeneratedRegex(@"Thread\.Sleep|Task\.Delay\(\s*\d+|Task\.Delay\(TimeSpan\.From\w+\(\s*\d+\)\s*\)")]
    private static partial Regex FixedWaitPattern();

    [GeneratedRegex(@"Skip(Unless|When)?\s*=|Skippable(Fact|Theory)|\bSkip\.(If|Unless)|Assert\.Skip")]
    private static partial Regex SkipPattern();

    [GeneratedRegex(@"\b(Utils?|Utilities|Helpers?|Common|Misc)\b")]
    private static partial Regex VagueNamePattern();

    [GeneratedRegex(
        @"(?<method>\w+)\([^()]*\)\s*\{\s*if \(!(?:Campaign\.Is\([^)]*\)|IsCampaign)\)\s*\{?\s*return(?:\s+Task\.CompletedTask)?;"
    )]
    private static partial Regex CampaignOnlyPattern();

    // capitals alone are a variable of the environment
    [GeneratedRegex(@"`(?<name>(?![A-Z0-9_]+`)[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+)`")]
    private static partial Regex TestNamePattern();

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex LinkPattern();
}
