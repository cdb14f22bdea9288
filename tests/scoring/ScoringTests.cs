using TaserTelemetry.Scoring.Score;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Scoring;

/// <summary>Findings against the truth, through the real programs and their files alone.</summary>
public sealed class ScoringTests
{
    private static string Force => Path.Combine(Campaign.RepositoryRoot, "tests", "scoring", "force.yaml");

    [Fact]
    public async Task One_seed_scores_no_lower_than_the_bar_that_is_held()
    {
        using var run = await ScoredRun.PlayAsync(Force, Campaign.Seed);
        foreach (var profile in new[] { "uk-271-internal", "uk-271" })
        {
            var tally = await run.ScoreAsync(profile);
            Console.WriteLine(ScoreTable.Markdown(tally));
            Console.WriteLine(ScoreTable.Examples(tally, 4));
        }
    }
}
