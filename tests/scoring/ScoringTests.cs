using System.Text.Json;
using TaserTelemetry.Scoring.Score;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Scoring;

/// <summary>Findings against the truth, through the real programs and their files alone.</summary>
public sealed class ScoringTests
{
    private const string Force = "scoring";

    private static readonly string[] Profiles = ["uk-271-internal", "uk-271"];

    [Fact]
    public async Task One_seed_scores_no_lower_than_the_bar_that_is_held()
    {
        using var run = await ScoredRun.PlayAsync(Force, 1);
        var below = new List<string>();
        foreach (var profile in Profiles)
        {
            var tally = await run.ScoreAsync(profile);
            ScoreFiles.Write($"one-seed-{profile}", tally);
            below.AddRange(HeldBar.Below(tally));
        }

        Assert.True(below.Count == 0, string.Join('\n', below));
    }

    [Fact]
    [Trait("Campaign", "scoring")]
    public async Task Twenty_seeds_and_a_year_are_scored()
    {
        if (!Campaign.Is("scoring"))
        {
            return;
        }

        var until = TimeProvider.System.GetUtcNow() + Campaign.Length;
        var totals = Profiles.Select(p => new Tally(p)).ToList();
        var seeds = 0;
        for (; seeds < 20 && TimeProvider.System.GetUtcNow() < until; seeds++)
        {
            using var run = await ScoredRun.PlayAsync(Force, Campaign.Seed + (ulong)seeds);
            foreach (var total in totals)
            {
                total.Add(await run.ScoreAsync(total.Profile));
                ScoreFiles.Write($"{total.Profile}", total);
            }
        }

        foreach (var total in totals)
        {
            Console.WriteLine($"CAMPAIGN scoring {total.Profile}, {seeds} seeds: {ScoreTable.Headline(total)}");
        }

        await Queue("county-year", "tests-each-issue", "tests-rare");
        Assert.Equal(20, seeds);
    }

    [Theory]
    [Trait("Campaign", "scoring")]
    [MemberData(nameof(Mutation.All), MemberType = typeof(Mutation))]
    public async Task A_mutated_rule_set_scores_lower(string name)
    {
        if (!Campaign.Is("scoring"))
        {
            return;
        }

        var mutation = Mutation.Named(name);
        using var run = await ScoredRun.PlayAsync(Force, Campaign.Seed);
        var sound = await run.ScoreAsync("uk-271-internal");
        var mutated = await run.ScoreAsync("uk-271-internal", mutation.RulesFor(sound), mutation.WithoutInput);
        var unmoved = mutation.Touches(sound).Where(rule => !Mutation.IsLower(sound.Rule(rule), mutated.Rule(rule))).ToList();
        Console.WriteLine($"CAMPAIGN scoring mutation '{name}': {mutation.Touches(sound).Count()} rules lower");
        Assert.True(
            unmoved.Count == 0,
            $"'{name}' leaves the score of {string.Join(", ", unmoved)} as it was: the scorer does not see it."
        );
    }

    private static async Task Queue(params string[] scenarios)
    {
        foreach (var scenario in scenarios)
        {
            using var run = await ScoredRun.PlayAsync(scenario, Campaign.Seed);
            var tally = await run.ScoreAsync("uk-271-internal");
            ScoreFiles.Write(scenario, tally);
            Console.WriteLine($"CAMPAIGN scoring {scenario}: {ScoreTable.Headline(tally)}");
            Assert.InRange(tally.FalseItems / tally.Weeks, 0, 20);
        }
    }
}

/// <summary>Tables and examples of a run, for people, beside the build's other products.</summary>
internal static class ScoreFiles
{
    public static void Write(string name, Tally tally)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Campaign.RepositoryRoot, ".artifacts", "scoring")).FullName;
        File.WriteAllText(Path.Combine(folder, name + ".md"), ScoreTable.Markdown(tally));
        File.WriteAllText(Path.Combine(folder, name + ".examples.md"), ScoreTable.Examples(tally, 12));
        File.WriteAllText(
            Path.Combine(folder, name + ".held.json"),
            HeldBar.Of(tally).ToJsonString(new JsonSerializerOptions { WriteIndented = true })
        );
    }
}
