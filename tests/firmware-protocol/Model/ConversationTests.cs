using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
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

    private const string UntrueAck = "an ack covers a record that is not durable";
    private const string NeverRests = "it never comes to rest";

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

        Console.WriteLine($"CAMPAIGN conversation: seed {Campaign.Seed}, {walks:N0} walks of 200 steps, each came to rest");
    }

    [Theory]
    [InlineData((int)Mistake.SettlesBeforeFsync, UntrueAck)]
    [InlineData((int)Mistake.ReceiptBeforeFsync, "a receipt was given for what is not durable")]
    [InlineData((int)Mistake.ForgetsWithoutReceipt, "a dock forgot what no receipt covers")]
    [InlineData((int)Mistake.CountsRepeats, "a record was counted twice")]
    [InlineData((int)Mistake.NeverAcks, NeverRests)]
    public void A_rule_that_is_broken_is_found_out(int mistake, string promise) => Assert.Equal(promise, FindWrong((Mistake)mistake));

    /// <summary>
    /// Walks do not come upon it: a frame must outlive its session, and meet another under the same number. So it is led there. What would
    /// be wrong is an ack, never a loss: no receipt covers the record, and the dock offers it again (clause 13.7).
    /// </summary>
    [Theory]
    [InlineData((int)Mistake.SessionNumbersAgain, UntrueAck)]
    [InlineData((int)Mistake.None, null)]
    public void A_session_number_that_comes_again_lets_a_late_frame_be_acked_as_another(int mistake, string? promise)
    {
        var world = World.Begin((Mistake)mistake, OnAWalk);
        var late = LedToFirstBatch(world);
        world.Deliver(late, 0); // one copy arrives, the other is long on its way
        world.Gateways[0].Sync(world);
        world.Gateways[0].Kill();
        world.Docks[1].Start();
        world.Docks[1].Session.Tick(world.Docks[1].Clock);
        world.Docks[1].Work(world);
        LedToFirstBatch(world);
        world.Deliver(late, 0);
        world.Gateways[0].Sync(world);
        Assert.Equal(promise, world.Wrong());
        Assert.True(promise is not null || Steps.Settles(world));
    }

    /// <summary>Only dock 1 and gateway 0 speak, and everything arrives, up to the batch that goes first; it is still on its way.</summary>
    private static Message LedToFirstBatch(World world)
    {
        for (var step = 0; step < 50; step++)
        {
            foreach (var other in world.OnTheirWay.Where(message => message.Dock == 0).ToList())
            {
                world.Lose(other);
            }

            if (world.OnTheirWay.FirstOrDefault(IsBatch) is { } batch)
            {
                world.OnTheirWay.ToList().ForEach(world.Lose);
                return batch;
            }

            if (world.OnTheirWay.Count == 0)
            {
                world.Gateways[0].Sync(world);
                continue;
            }

            var next = world.OnTheirWay[0];
            world.Lose(next);
            world.Deliver(next, 0);
        }

        throw new InvalidOperationException($"no batch comes: {world}");
    }

    private static bool IsBatch(Message message) =>
        message.Up && FrameReader.Read(message.Bytes, Limits.MqttPayloadBytesMax).Header.Type == MessageType.RecordBatch;

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

            if (mistake == Mistake.NeverAcks && !Steps.Settles(world))
            {
                return NeverRests;
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
                return (NeverRests, seen.Count, steps);
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
