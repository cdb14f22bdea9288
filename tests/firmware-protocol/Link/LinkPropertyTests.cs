using CsCheck;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Link;
using TaserTelemetry.Tests;

namespace TaserTelemetry.FirmwareProtocol.Tests.Link;

/// <summary>The serial link on lines of every kind: what it promises whatever the line does (SPEC clauses 3, 10 and 11).</summary>
public sealed class LinkPropertyTests
{
    private const int Lines = 250;

    // The longest waits one after another: silence, a Hello at its longest timer, a frame at its longest timer, no credit; twice.
    private const long CalmMs = 2 * (Limits.SilenceMs + Limits.RetransmitMsMax + Limits.RetransmitMsMax + Limits.NoCreditWaitMs);

    private static readonly Gen<Weather> Weathers =
        from harsh in Gen.Double[0, 1]
        from flip in Gen.Double[0, 0.002]
        from drop in Gen.Double[0, 0.002]
        from insert in Gen.Double[0, 0.001]
        from echo in Gen.OneOf(Gen.Const(0.0), Gen.Double[0, 0.0005])
        from stall in Gen.Double[0, 0.001]
        from cut in Gen.Double[0, 0.0003]
        from calm in Gen.Long[0, 90_000]
        select new Weather(flip * harsh, drop * harsh, insert * harsh, echo * harsh, stall * harsh, cut * harsh, 2_000, 45_000, calm);

    private static readonly Gen<byte[][]> Items = Gen.OneOf(
        Gen.Byte.Array[0, Limits.SerialPayloadBytesMax],
        Gen.Byte[0, 1].Array[Limits.SerialPayloadBytesMax - 3, Limits.SerialPayloadBytesMax]
    ).Array[0, 80];

    [Fact, Trait("Campaign", "link")]
    public void Whatever_the_line_does_what_is_delivered_is_what_was_sent_each_frame_once_and_in_the_order_it_came()
    {
        var lines = Cases.Each(Gen.Select(Gen.Int, Weathers, Items), Lines, "link", c => BringHome(c.Item1, c.Item2, c.Item3));
        Console.WriteLine($"CAMPAIGN link: seed {Campaign.Seed}, {lines:N0} lines with frames of any bytes, each promise kept");
    }

    [Fact, Trait("Campaign", "link")]
    public void Whatever_the_line_does_the_two_sides_own_machines_bring_a_whole_log_home_and_no_frame_is_judged_twice()
    {
        var logs = Cases.Each(
            Gen.Select(Gen.Int, Weathers, Gen.UInt[1, 2_000]),
            40,
            "link",
            c => BringLogHome(new SessionsOnALine(c.Item1, c.Item2, c.Item3), c.Item2.CalmAtMs, c.Item3)
        );
        Console.WriteLine($"CAMPAIGN link: seed {Campaign.Seed}, {logs:N0} logs between the two sides' own machines, each came home whole");
    }

    [Fact]
    public void A_line_that_dies_for_ever_is_said_to_be_silent_at_both_ends_and_the_dock_keeps_trying() =>
        Cases.Each(Gen.Select(Gen.Int, Gen.Int[1, 3_000]), 30, "link", c => DieAndBeMended(c.Item1, c.Item2));

    private static void BringLogHome(SessionsOnALine world, long calmAtMs, uint records)
    {
        Assert.True(world.RunUntil(() => world.AllIsSaid, calmAtMs + CalmMs), $"{world.DurableCount} of {records} came home");
        var sessions = world.DockSessions;
        world.RunUntil(() => false, Math.Max(world.NowMs, calmAtMs) + 60_000);
        Assert.True(world.AllIsSaid || world.DockSessions > sessions, "once all is said it stays so, or a new session asks again");
    }

    private static void DieAndBeMended(int seed, int diesAtMs)
    {
        var world = new LinkWorld(seed, Weather.Fair, Enumerable.Repeat(new byte[1_000], 40).ToArray());
        Assert.True(world.RunUntil(() => world.Dock.Session != 0, 2_000));
        world.RunUntil(() => false, world.NowMs + diesAtMs);
        world.Up.DieAt(world.NowMs);
        world.Down.DieAt(world.NowMs);
        var died = world.NowMs;
        world.RunUntil(() => world.Dock.Silences > 0 && world.Gateway.Silences > 0, died + Limits.SilenceMs + 500);
        Assert.Equal((1, 1), (world.Dock.Silences, world.Gateway.Silences));
        Assert.Equal((0u, 0u), (world.Dock.Session, world.Gateway.Session));
        Assert.True(world.Dock.Window.IsEmpty, "nothing carries over");

        // it tries on, ever more seldom, and the gateway says nothing
        var (up, down) = (world.Up.Bytes, world.Down.Bytes);
        world.RunUntil(() => false, died + 600_000);
        Assert.InRange(world.Up.Bytes - up, 1, 100 * 30);
        Assert.Equal(down, world.Down.Bytes);

        // and when the line is mended everything comes home
        world.Up.DieAt(0);
        world.Down.DieAt(0);
        Assert.True(world.RunUntil(() => world.Dock.AllAcked, world.NowMs + CalmMs));
    }

    private static void BringHome(int seed, Weather weather, byte[][] items)
    {
        var world = new LinkWorld(seed, weather, items);
        Assert.True(world.RunUntil(() => world.Dock.AllAcked && world.Dock.Session != 0, weather.CalmAtMs + CalmMs), "all comes home");
        var sentItems = items.Select(Convert.ToHexString).ToList();
        var arrived = new HashSet<string>();
        foreach (var (_, frames) in world.Gateway.Delivered)
        {
            Assert.Equal(frames.Count, frames.Select(f => f.Number).Distinct().Count());
            arrived.UnionWith(frames.Select(f => Convert.ToHexString(f.Payload)));
        }

        Assert.Equal(sentItems.ToHashSet(), arrived);
        LastSessionIsInOrder(world, items, lineRepeats: weather.Echo > 0);
        StaysQuiet(world, weather.CalmAtMs);
    }

    /// <summary>
    /// Each number carries what was sent under it; and of frames that went on the line once, none overtook another. But for a line that says
    /// by itself again what it damaged when it was said: then a later frame may have come in between (seed 100, case 7242).
    /// </summary>
    private static void LastSessionIsInOrder(LinkWorld world, byte[][] items, bool lineRepeats)
    {
        var frames = world.Gateway.Delivered[^1].Frames;
        Assert.All(frames, f => Assert.Equal(items[world.Dock.Sent[f.Number].Item], f.Payload));
        var once = frames.Select(f => f.Number).Where(n => world.Dock.Sent[n].Times == 1).ToList();
        Assert.Equal(lineRepeats ? once : once.Order(), once);
    }

    private static void StaysQuiet(LinkWorld world, long calmAtMs)
    {
        // All may be home long before the line calms down: till then heartbeats are still damaged and asked for again (seed 1, case 1228).
        var settledMs = Math.Max(world.NowMs, calmAtMs) + 35_000; // repeats on their way have come to nothing
        world.RunUntil(() => false, settledMs);
        var delivered = world.Gateway.Delivered.Sum(d => d.Frames.Count);
        var (up, down, silences) = (world.Up.Bytes, world.Down.Bytes, world.Dock.Silences + world.Gateway.Silences);
        world.RunUntil(() => false, settledMs + 60_000);
        Assert.Equal(delivered, world.Gateway.Delivered.Sum(d => d.Frames.Count));
        Assert.Equal(silences, world.Dock.Silences + world.Gateway.Silences);
        Assert.True(world.Dock.Window.IsEmpty && world.Dock.Window.DueAtMs(world.NowMs) == long.MaxValue);
        const int HeartbeatBytesMax = FrameHeader.Bytes + 20 + FrameHeader.CheckBytes + 3;
        Assert.InRange(world.Up.Bytes - up, 5 * (HeartbeatBytesMax - 1), 7 * HeartbeatBytesMax);
        Assert.InRange(world.Down.Bytes - down, 5 * (HeartbeatBytesMax - 1), 7 * HeartbeatBytesMax);
        Assert.True(world.RunUntil(() => world.Dock.Link.OutputBytes + world.Gateway.Link.OutputBytes == 0, world.NowMs + 1_000));
    }
}
