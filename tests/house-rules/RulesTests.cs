namespace TaserTelemetry.HouseRules.Tests;

/// <summary>A rule that cannot fail is no rule: each is shown a text that breaks it and one that does not.</summary>
public sealed class RulesTests
{
    [Fact]
    public void A_file_one_line_over_the_limit_is_found()
    {
        Assert.Empty(Rules.TooLong(new string('\n', Rules.CSharpLinesMax)));
        Assert.Single(Rules.TooLong(new string('\n', Rules.CSharpLinesMax + 1)));
    }

    [Theory]
    [InlineData("public class Dock", 1)]
    [InlineData("    internal struct Bay", 1)]
    [InlineData("public record Finding(int Id)", 1)]
    [InlineData("public record struct Range(int A)", 1)]
    [InlineData("public sealed class Dock", 0)]
    [InlineData("public sealed partial class Dock", 0)]
    [InlineData("internal static class Dock", 0)]
    [InlineData("public readonly record struct Range(int A)", 0)]
    [InlineData("public readonly ref struct View", 0)]
    [InlineData("internal ref struct PayloadReader", 0)] // a cursor lives on the stack and has to move
    [InlineData("public abstract record Outcome", 0)]
    [InlineData("    // a class of its own", 0)]
    [InlineData("    // open: the kernel writes into it\n    private struct PollEntry", 0)]
    [InlineData("    // something else\n    private struct PollEntry", 1)]
    public void A_type_left_open_is_found(string line, int found) => Assert.Equal(found, Rules.OpenTypes(line).Count());

    [Fact]
    public void Unfinished_work_is_found()
    {
        Assert.Single(Rules.Unfinished("// TO" + "DO later"));
        Assert.Empty(Rules.Unfinished("// to do a thing well"));
    }

    [Fact]
    public void A_swallowed_exception_is_found()
    {
        Assert.Single(Rules.SwallowedExceptions("try { A(); } catch (IOException e) { }"));
        Assert.Empty(Rules.SwallowedExceptions("try { A(); } catch (IOException e) { log.Lost(e); }"));
    }

    [Fact]
    public void A_fixed_wait_is_found()
    {
        Assert.Single(Rules.FixedWaits("await Task." + "Delay(100);"));
        Assert.Single(Rules.FixedWaits("Thread." + "Sleep(wait);"));
        Assert.Empty(Rules.FixedWaits("await Task.Delay(retry, clock, stop);"));
    }

    [Theory]
    [InlineData("[Fact(Sk" + "ip = \"flaky\")]")]
    [InlineData("[Fact(Sk" + "ipUnless = nameof(HasServer))]")]
    [InlineData("[Skippable" + "Theory]")]
    [InlineData("Sk" + "ip.IfNot(hasServer);")]
    [InlineData("Assert" + ".Skip(\"no server\");")]
    public void A_skipped_test_is_found(string text) => Assert.Single(Rules.SkippedTests(text));

    [Theory]
    [InlineData("public void A_b()\n    {\n        if (!Campaign.Is(\"x\"))\n        {\n            return;\n        }\n", 1)]
    [InlineData("public async Task A_b(int seed) { if (!IsCampaign) return; Go(); }", 1)]
    [InlineData("public Task A_b() { if (!Campaign.Is(\"x\")) { return Task.CompletedTask; }", 1)]
    [InlineData("public void A_b()\n    {\n        if (!Campaign.Is(\"x\"))\n        {\n            Few();\n            return;\n", 0)]
    public void A_test_that_does_nothing_outside_a_campaign_is_found(string text, int found) =>
        Assert.Equal(found, Rules.EmptyOutsideACampaign(text).Count());

    [Fact]
    public void A_promise_whose_test_does_not_exist_is_found()
    {
        const string map = "| a promise | `A_kept`, `A_promise_kept` and `A_broken_one`, not `TASER_SEED` nor `max_queued_messages` |";
        const string sources = "public void A_kept() => Assert.True(A_broken_one()); public async Task A_promise_kept() { }";
        Assert.Equal(["A_broken_one is no test"], Rules.TestsThatAreNot(map, sources));
    }

    [Fact]
    public void A_region_is_found() => Assert.Equal(2, Rules.Regions("  #region A\n  #endregion\n").Count());

    [Fact]
    public void A_vague_name_is_found()
    {
        Assert.Single(Rules.VagueNames("gateway/service/Utils/Bytes.cs"));
        Assert.Empty(Rules.VagueNames("gateway/service/Ingest/Committer.cs"));
    }

    [Fact]
    public void A_dead_link_is_found()
    {
        const string text = "See [the wire](../firmware-protocol/SPEC.md#7) and [nothing](gone.md), [outside](https://example.org/x).";
        var dead = Rules.DeadLinks("gateway", text, path => path == "firmware-protocol/SPEC.md");
        Assert.Equal(["the link to gone.md leads nowhere"], dead);
    }

    [Fact]
    public void A_project_reference_beyond_the_design_is_found()
    {
        var graph = new Dictionary<string, string[]>(ProjectGraph.Design) { ["gateway/ledger"] = ["firmware-protocol"] };
        Assert.Contains("gateway/ledger", Assert.Single(ProjectGraph.Differences(graph)));
    }
}
