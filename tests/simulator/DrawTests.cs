using TaserTelemetry.Simulator.Randomness;

namespace TaserTelemetry.Simulator.Tests;

public sealed class DrawTests
{
    [Fact]
    public void The_stream_is_SplitMix64_and_will_never_be_anything_else()
    {
        // published test vector of splitmix64.c for seed 1234567
        var draw = new Draw(1234567);
        ulong[] expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        Assert.All(expected, value => Assert.Equal(value, draw.Bits()));
    }

    [Fact]
    public void A_named_part_has_a_stream_of_its_own()
    {
        Assert.NotEqual(Draw.For(1, "a").Bits(), Draw.For(1, "b").Bits());
        Assert.NotEqual(Draw.For(1, "a").Bits(), Draw.For(2, "a").Bits());
        Assert.Equal(Draw.For(7, "a").Bits(), Draw.For(7, "a").Bits());
    }

    [Fact]
    public void Draws_stay_inside_their_range_and_reach_both_ends()
    {
        var draw = new Draw(5);
        var seen = new HashSet<int>();
        for (var i = 0; i < 1_000; i++)
        {
            var value = draw.Between(-2, 2);
            Assert.InRange(value, -2, 2);
            seen.Add(value);
        }

        Assert.Equal(5, seen.Count);
    }
}
