namespace TaserTelemetry.FirmwareProtocol.Tests.Model;

/// <summary>
/// Every world within reach, by breadth: two carriers, two docks, two gateways; crashes, loss, doubling, overtaking, carriers moved about.
/// In the normal run the first thirty thousand; TASER_CAMPAIGN=conversation goes on to twenty million with one message more.
/// </summary>
public sealed class ConversationTests
{
    private static bool IsCampaign => Environment.GetEnvironmentVariable("TASER_CAMPAIGN") == "conversation";

    private static int WorldsMax => IsCampaign ? 20_000_000 : 30_000;

    private static int MessagesMax => IsCampaign ? 3 : 2;

    [Fact]
    public void Nothing_receipted_is_lost_nothing_counts_twice_and_every_session_comes_to_its_end()
    {
        var (wrong, worlds) = Explore(new(Mistake.None, MessagesMax));
        Assert.Null(wrong);
        Assert.True(worlds >= WorldsMax / 2, $"only {worlds} worlds were within reach");
    }

    [Theory]
    [InlineData((int)Mistake.ReceiptBeforeFsync)]
    [InlineData((int)Mistake.ForgetsOnEarlyAck)]
    [InlineData((int)Mistake.CountsRepeats)]
    [InlineData((int)Mistake.NeverAsksAgain)]
    public void A_rule_that_is_broken_is_found_out(int mistake) => Assert.NotNull(Explore(new((Mistake)mistake, messagesMax: 2)).Wrong);

    private static (string? Wrong, int Worlds) Explore(Rules rules)
    {
        var seen = new HashSet<World> { World.Begin };
        var queue = new Queue<World>([World.Begin]);
        while (queue.TryDequeue(out var world))
        {
            if (rules.Wrong(world) is { } wrong)
            {
                return ($"{wrong}: {world}", seen.Count);
            }

            if (!rules.Settles(world))
            {
                return ($"it never settles: {world}", seen.Count);
            }

            foreach (var next in rules.Next(world))
            {
                if (seen.Count < WorldsMax && seen.Add(next))
                {
                    queue.Enqueue(next);
                }
            }
        }

        return (null, seen.Count);
    }
}
