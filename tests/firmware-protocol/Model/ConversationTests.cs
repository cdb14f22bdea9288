using TaserTelemetry.Tests;

namespace TaserTelemetry.FirmwareProtocol.Tests.Model;

/// <summary>
/// Every world within reach, by breadth, and long walks at random: two carriers, two docks, two gateways that run the library's own session
/// machines over its own frames; kills, power cuts, loss, doubling, overtaking, carriers moved about. TASER_CAMPAIGN=conversation goes
/// on for as long as it is told.
/// </summary>
public sealed class ConversationTests
{
    private static readonly Trouble Some = new(Losses: 1, Doubles: 1, Kills: 1, PowerCuts: 1, Moves: 1, Ticks: 2);
    private static readonly Trouble Much = new(Losses: 3, Doubles: 3, Kills: 2, PowerCuts: 2, Moves: 3, Ticks: 6);
    private static readonly Trouble OnAWalk = new(Losses: 40, Doubles: 40, Kills: 6, PowerCuts: 6, Moves: 12, Ticks: 60);

    private static bool IsCampaign => Campaign.Is("conversation");

    [Fact]
    [Trait("Campaign", "conversation")]
    public void Nothing_receipted_is_lost_nothing_counts_twice_and_every_session_comes_to_rest()
    {
        var worldsMax = IsCampaign ? 4_000_000 : 30_000;
        var (wrong, worlds, steps) = Explore(IsCampaign ? Much : Some, worldsMax, settleEvery: 4);
        Assert.Null(wrong);
        Assert.True(IsCampaign || worlds == worldsMax, $"only {worlds} worlds were within reach");
        Console.WriteLine($"CAMPAIGN conversation: {worlds:N0} worlds, {steps:N0} steps, nothing wrong");
    }

    [Fact]
    [Trait("Campaign", "conversation")]
    public void Long_walks_at_random_break_no_promise_and_come_to_rest()
    {
        var random = new Random((int)(Campaign.Seed % int.MaxValue));
        var walks = IsCampaign ? 2_000 : 60;
        for (var walk = 0; walk < walks; walk++)
        {
            var world = World.Begin(Mistake.None, OnAWalk);
            for (var step = 0; step < 200; step++)
            {
                var next = Steps.After(world).ToList();
                world = next[random.Next(next.Count)];
                Assert.True(world.Wrong() is null, $"walk {walk}, step {step}: {world.Wrong()}");
            }

            Assert.True(Steps.Settles(world), $"walk {walk} never comes to rest: {world}");
        }
    }

    [Theory]
    [InlineData((int)Mistake.SettlesBeforeFsync)]
    [InlineData((int)Mistake.ReceiptBeforeFsync)]
    [InlineData((int)Mistake.ForgetsWithoutReceipt)]
    [InlineData((int)Mistake.CountsRepeats)]
    public void A_rule_that_is_broken_is_found_out(int mistake) => Assert.NotNull(FindWrong((Mistake)mistake));

    private static string? FindWrong(Mistake mistake)
    {
        var random = new Random(1);
        for (var walk = 0; walk < 400; walk++)
        {
            var world = World.Begin(mistake, OnAWalk);
            for (var step = 0; step < 120; step++)
            {
                var next = Steps.After(world).ToList();
                world = next[random.Next(next.Count)];
                if (world.Wrong() is { } wrong)
                {
                    return wrong;
                }
            }
        }

        return null;
    }

    private static (string? Wrong, int Worlds, long Steps) Explore(Trouble trouble, int worldsMax, int settleEvery)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var first = World.Begin(Mistake.None, trouble);
        var seen = new HashSet<UInt128> { first.Fingerprint() };
        var queue = new Queue<World>([first]);
        var steps = 0L;
        while (queue.TryDequeue(out var world))
        {
            if (world.Wrong() is { } wrong)
            {
                return (wrong, seen.Count, steps);
            }

            if (steps % settleEvery == 0 && !Steps.Settles(world))
            {
                return ("it never comes to rest", seen.Count, steps);
            }

            if (IsCampaign && System.Diagnostics.Stopwatch.GetElapsedTime(began) > Campaign.Length)
            {
                break;
            }

            foreach (var next in Steps.After(world))
            {
                steps++;
                if (seen.Count < worldsMax && seen.Add(next.Fingerprint()))
                {
                    queue.Enqueue(next);
                }
            }
        }

        return (null, seen.Count, steps);
    }
}
