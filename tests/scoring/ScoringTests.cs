using System.Text.Json;
using System.Text.Json.Nodes;
using TaserTelemetry.Scoring.Expectations;
using TaserTelemetry.Scoring.Score;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Scoring;

/// <summary>Findings against the truth, through the real programs and their files alone.</summary>
public sealed class ScoringTests(PlayedSeed first) : IClassFixture<PlayedSeed>
{
    private const int CampaignSeeds = 20;
    private const int SeedsAtOnce = 2; // about 1 GB each
    private const ulong MoreSeedsOfMutation = 2; // a rule of which a seed has forty cases may not meet the mutation in any of them
    private const ulong HeldSeed = 1; // the seed that held-*.json speaks of

    /// <summary>One mutation of each kind in every run; all of them in the campaign.</summary>
    public static TheoryData<string> Mutations => [.. Mutation.All.Where(m => Campaign.Is("scoring") || m.InEveryRun).Select(m => m.Name)];

    [Fact]
    [Trait("Campaign", "scoring")]
    public async Task Each_seed_is_scored_and_the_first_scores_no_lower_than_the_bar_that_is_held()
    {
        var seeds = Campaign.Is("scoring") ? CampaignSeeds : 1;
        var until = TimeProvider.System.GetUtcNow() + Campaign.Length;
        var totals = new Dictionary<string, Tally>();
        var below = new List<string>();
        foreach (var profile in PlayedSeed.Profiles)
        {
            // by the profile that was scored: the reports of "justified" are those of the internal one
            var tally = new Tally(profile);
            tally.Add(await first.SoundAsync(profile));
            ScoreFiles.Write($"one-seed-{profile}", tally);
            below.AddRange(Campaign.Seed == HeldSeed ? HeldBar.Below(tally).Concat(tally.InnocentFindings) : []);
            (totals[profile] = new Tally(profile)).Add(tally);
        }

        var scored = 1;
        await Parallel.ForEachAsync(
            Enumerable.Range(1, seeds - 1),
            new ParallelOptions { MaxDegreeOfParallelism = SeedsAtOnce },
            async (seed, stop) =>
            {
                if (TimeProvider.System.GetUtcNow() >= until)
                {
                    return;
                }

                using var run = await ScoredRun.PlayAsync(PlayedSeed.Force, Campaign.Seed + (ulong)seed);
                JsonObject? rules = null;
                foreach (var profile in PlayedSeed.Profiles)
                {
                    var total = totals[profile];
                    var tally = await run.ScoreAsync(profile, profile == Expected.Justified ? rules : null);
                    rules ??= PlayedSeed.OnlyB08(tally);
                    lock (totals)
                    {
                        total.Add(tally);
                        ScoreFiles.Write(profile, total);
                    }
                }

                Interlocked.Increment(ref scored);
            }
        );

        foreach (var total in totals.Values)
        {
            Console.WriteLine($"CAMPAIGN scoring {total.Profile}, {scored} seeds: {ScoreTable.Headline(total)}");
        }

        Assert.Equal(seeds, scored);
        Assert.True(below.Count == 0, string.Join('\n', below));
    }

    /// <summary>A small scenario in every run; a county's year under both testing policies in the campaign.</summary>
    [Fact]
    [Trait("Campaign", "scoring")]
    public async Task A_weeks_queue_holds_at_most_twenty_false_items()
    {
        string[] scenarios = Campaign.Is("scoring") ? ["county-year", "tests-each-issue", "tests-rare"] : ["tests-rare"];
        foreach (var scenario in scenarios)
        {
            using var run = await ScoredRun.PlayAsync(scenario, Campaign.Seed);
            var tally = await run.ScoreAsync("uk-271-internal");
            ScoreFiles.Write(scenario, tally);
            Console.WriteLine($"CAMPAIGN scoring {scenario}: {ScoreTable.Headline(tally)}");
            Assert.True(tally.Weeks > 0 && tally.FalseItems / tally.Weeks <= 20, $"{scenario}: {tally.FalseItems} in {tally.Weeks} weeks");
        }
    }

    [Theory]
    [Trait("Campaign", "scoring")]
    [MemberData(nameof(Mutations))]
    public async Task A_mutated_rule_set_scores_lower(string name)
    {
        var mutation = Mutation.Named(name);
        var sound = await first.SoundAsync("uk-271-internal");
        var mutated = await first.Run.ScoreAsync("uk-271-internal", mutation.RulesFor(sound), mutation.WithoutInput);
        var unmoved = mutation.Touches(sound).Where(rule => !Mutation.IsLower(sound.Rule(rule), mutated.Rule(rule))).ToList();
        for (var more = 1UL; more <= MoreSeedsOfMutation && unmoved.Count > 0; more++)
        {
            using var run = await ScoredRun.PlayAsync(PlayedSeed.Force, Campaign.Seed + more);
            var whole = await run.ScoreAsync("uk-271-internal");
            var worse = await run.ScoreAsync("uk-271-internal", mutation.RulesFor(sound), mutation.WithoutInput);
            unmoved.RemoveAll(rule => Mutation.IsLower(whole.Rule(rule), worse.Rule(rule)));
        }

        Console.WriteLine($"CAMPAIGN scoring mutation '{name}': {mutation.Touches(sound).Count()} rules named, {unmoved.Count} unmoved");
        Assert.NotEmpty(mutation.Touches(sound));
        Assert.True(
            unmoved.Count == 0,
            $"'{name}' leaves the score of {string.Join(", ", unmoved)} as it was: the scorer does not see it."
        );
    }
}

/// <summary>One seed, played once for all tests of the class, and its score by the standard rules.</summary>
public sealed class PlayedSeed : IAsyncLifetime
{
    internal const string Force = "scoring";
    internal static readonly string[] Profiles = ["uk-271-internal", "uk-271", "justified"];
    private readonly Dictionary<string, Tally> _sound = [];

    internal ScoredRun Run { get; private set; } = null!;

    public async Task InitializeAsync() => Run = await ScoredRun.PlayAsync(Force, Campaign.Seed);

    public Task DisposeAsync()
    {
        Run.Dispose();
        return Task.CompletedTask;
    }

    internal async Task<Tally> SoundAsync(string profile) =>
        _sound.TryGetValue(profile, out var known)
            ? known
            : _sound[profile] = await Run.ScoreAsync(
                profile,
                profile == Expected.Justified ? OnlyB08(await SoundAsync(Profiles[0])) : null
            );

    /// <summary>The export with justifications is scored for B08 alone: all other rules are switched off there.</summary>
    internal static JsonObject OnlyB08(Tally all) =>
        new()
        {
            ["disabledRules"] = new JsonArray([
                .. all.Rules.Keys.SelectMany(r => r.Split('/')).Where(r => r != "B08").Select(r => (JsonNode)r),
            ]),
        };
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
