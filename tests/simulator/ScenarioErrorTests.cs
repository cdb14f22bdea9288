using TaserTelemetry.Simulator.Scenarios;

namespace TaserTelemetry.Simulator.Tests;

public sealed class ScenarioErrorTests
{
    private const string Good = """
        format: 1
        name: tiny
        force: county
        days: 1
        armouries:
          - name: one
            officers: 3
            devices: { x2: 2 }
            docks:
              - { name: dock-a, transport: mqtt }
        shifts:
          - { name: early, start: 6, hours: 9, issued: 0.5 }
        """;

    [Fact]
    public void A_small_scenario_is_enough()
    {
        var errors = new List<ScenarioError>();
        Assert.NotNull(ScenarioFile.Parse(Good, errors));
        Assert.Empty(errors);
    }

    [Fact]
    public void Every_ready_scenario_is_good()
    {
        foreach (var name in ScenarioFile.ReadyNames)
        {
            Runs.Ready(name);
        }
    }

    [Fact]
    public void All_errors_come_at_once_each_with_its_line_and_reason()
    {
        var errors = new List<ScenarioError>();
        var bad = Good.Replace("days: 1", "days: zero", StringComparison.Ordinal)
            .Replace("issued: 0.5", "issued: 1.5", StringComparison.Ordinal)
            .Replace("officers: 3", "oficers: 3", StringComparison.Ordinal);
        Assert.Null(ScenarioFile.Parse(bad, errors));
        Assert.Contains(errors, e => e.Line == 4 && e.Reason.Contains("'zero'", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Line == 7 && e.Reason.Contains("unknown key 'armouries[0].oficers'", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Reason.Contains("armouries[0].officers is missing", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Line == 12 && e.Reason.Contains("number from 0 to 1", StringComparison.Ordinal));
    }

    [Fact]
    public void What_shows_only_when_parts_are_put_beside_each_other_comes_with_the_rest_and_at_its_own_line()
    {
        var errors = new List<ScenarioError>();
        const string Second = "  - { name: early, start: 18, hours: 9, issued: 2 }\n";
        const string Planted = "planted_uses:\n  - { device: x2-09, level: Drawn, shift: early, minute: 60 }\n";
        var bad = Good.Replace("name: one", "name: one\n    students: 0.9\n    specials: 0.9", StringComparison.Ordinal);
        Assert.Null(ScenarioFile.Parse(bad + "\n" + Second + Planted, errors));
        Assert.Equal([6, 15, 15, 17], errors.Select(e => e.Line));
        Assert.Contains(errors, e => e.Line == 15 && e.Reason == "2 shift entries are named 'early' (lines 14, 15)");
        Assert.Contains(errors, e => e.Line == 15 && e.Reason.Contains("shifts[1].issued is '2'", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Line == 6 && e.Reason.Contains("more than all officers", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Line == 17 && e.Reason.Contains("no device 'x2-09'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_that_stands_twice_is_said_at_the_second_of_its_lines()
    {
        var errors = new List<ScenarioError>();
        const string Copy = """

              - name: one
                officers: 3
                devices: { x2: 2 }
                docks: [{ name: dock-a, transport: mqtt }]
            shifts: [{ name: early, start: 6, hours: 9, issued: 0.5 }]
            """;
        var one = Good[..Good.IndexOf("shifts:", StringComparison.Ordinal)].TrimEnd();
        Assert.Null(ScenarioFile.Parse(one + Copy, errors));
        Assert.Equal(
            ["line 11: 2 armoury entries are named 'one' (lines 6, 11)", "line 14: 2 dock entries are named 'dock-a' (lines 10, 14)"],
            errors.Select(e => e.ToString())
        );
    }

    [Theory]
    [InlineData("a: [", "not YAML")]
    [InlineData("", "name is missing")]
    [InlineData("[1, 2]", "must be a mapping")]
    public void What_is_no_scenario_is_said_to_be_none(string text, string reason)
    {
        var errors = new List<ScenarioError>();
        Assert.Null(ScenarioFile.Parse(text, errors));
        Assert.Contains(errors, e => e.Reason.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("force: county", "force: county/kent", "cannot be a level of a topic")]
    [InlineData("name: dock-a", "name: dock a", "cannot be a level of a topic")]
    [InlineData(
        "- { name: early, start: 6, hours: 9, issued: 0.5 }",
        "- { name: e, start: 6, hours: 9, issued: 1 }\n  - { name: e, start: 7, hours: 9, issued: 1 }",
        "2 shift entries are named 'e'"
    )]
    [InlineData("officers: 3", "officers: 3\n    students: 0.6\n    specials: 0.5", "more than all officers")]
    [InlineData("officers: 3", "officers: 3\n    studnets: 0.6", "did you mean 'students'?")]
    [InlineData("days: 1", "days: 1\nuses: { per_1000_issues: 1001 }", "number from 0 to 1000")]
    [InlineData("days: 1", "days: 1\nuses: { active_levels: { arced: 0 } }", "needs at least one weight above 0")]
    [InlineData("days: 1", "days: 1\ndays: 2", "not YAML")]
    public void What_cannot_be_played_is_an_error(string good, string bad, string reason)
    {
        var errors = new List<ScenarioError>();
        Assert.Null(ScenarioFile.Parse(Good.Replace(good, bad, StringComparison.Ordinal), errors));
        Assert.Contains(errors, e => e.Reason.Contains(reason, StringComparison.Ordinal) && e.Line > 0);
    }

    [Fact]
    public void A_missing_file_names_the_ready_scenarios()
    {
        var errors = new List<ScenarioError>();
        Assert.Null(ScenarioFile.Read("/no/such/file.yaml", errors));
        Assert.Contains("one-armoury-day", Assert.Single(errors).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_planted_event_must_name_a_device_and_a_shift_that_exist()
    {
        var errors = new List<ScenarioError>();
        const string Planted = """

            planted_uses:
              - { device: x2-09, level: Fired, shift: noon, minute: 60, report: None }
            """;
        Assert.Null(ScenarioFile.Parse(Good + Planted, errors));
        Assert.Contains(errors, e => e.Reason.Contains("no device 'x2-09'", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Reason.Contains("no shift 'noon'", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Reason.Contains("needs cycles_ms", StringComparison.Ordinal));
        Assert.All(errors, e => Assert.Equal(14, e.Line));
    }
}
