using CsCheck;
using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Tests.Decisions;

public sealed class DurableRangesTests
{
    private static readonly Gen<SequenceRange> Ranges = Gen.Select(Gen.ULong[0, 300], Gen.UInt[1, 40])
        .Select((f, c) => new SequenceRange(f, c));

    [Fact]
    public void Ranges_in_any_order_give_the_same_set_as_a_set_of_numbers() =>
        Ranges
            .List[0, 30]
            .Sample(ranges =>
            {
                var durable = new DurableRanges();
                var model = new SortedSet<ulong>();
                foreach (var range in ranges)
                {
                    var numbers = Enumerable.Range(0, (int)range.Count).Select(i => range.First + (ulong)i).ToList();
                    var fresh = numbers.Where(n => !model.Contains(n)).ToList();
                    var answer = durable.Plan(range, out var planned);
                    if (answer == RangeAnswer.Fits)
                    {
                        Assert.Equal(fresh, numbers.Where(n => planned.Contains(n)));
                        Assert.Equal((ulong)fresh.Count, planned.SequenceCount);
                    }
                    durable.Add(range);
                    model.UnionWith(numbers);
                }
                Assert.Equal((ulong)model.Count, durable.SequenceCount);
                Assert.All(Enumerable.Range(0, 400), n => Assert.Equal(model.Contains((ulong)n), durable.Contains((ulong)n)));
                for (var i = 1; i < durable.Runs.Count; i++)
                {
                    Assert.True(durable.Runs[i - 1].Next < durable.Runs[i].First);
                }
            });

    [Fact]
    public void The_32nd_open_hole_fits_and_the_33rd_is_too_many_until_one_is_filled_or_final()
    {
        var durable = new DurableRanges();
        for (ulong i = 0; i <= DurableRanges.OpenHolesMax; i++)
        {
            Assert.Equal(RangeAnswer.Fits, durable.Plan(new SequenceRange(i * 10, 5), out _));
            durable.Add(new SequenceRange(i * 10, 5));
        }
        Assert.Equal(DurableRanges.OpenHolesMax, durable.OpenHoleCount);
        var further = new SequenceRange(1_000, 1);
        Assert.Equal(RangeAnswer.TooManyGaps, durable.Plan(further, out _));
        Assert.Equal(RangeAnswer.Fits, durable.Plan(new SequenceRange(12, 2), out _));
        durable.MarkFinal(new Run(5, 10));
        Assert.Equal(RangeAnswer.Fits, durable.Plan(further, out _));
        Assert.Equal([(new Run(5, 10), true), (new Run(15, 20), false)], durable.Holes().Take(2));
    }

    [Fact]
    public void A_batch_new_in_16_pieces_fits_and_in_17_must_be_split()
    {
        var durable = new DurableRanges();
        for (ulong i = 0; i < 15; i++)
        {
            durable.Add(new SequenceRange(1 + i * 2, 1));
        }
        Assert.Equal(RangeAnswer.Fits, durable.Plan(new SequenceRange(0, 31), out var pieces));
        Assert.Equal(16, pieces.Count);
        durable.Add(new SequenceRange(31, 1));
        Assert.Equal(RangeAnswer.TooManyPieces, durable.Plan(new SequenceRange(0, 33), out _));
    }

    [Fact]
    public void A_hole_said_to_be_final_takes_what_comes_after_all()
    {
        var durable = new DurableRanges();
        durable.Add(new SequenceRange(0, 10));
        durable.Add(new SequenceRange(20, 10));
        durable.MarkFinal(new Run(10, 20));
        Assert.Equal(RangeAnswer.Fits, durable.Plan(new SequenceRange(10, 10), out var pieces));
        Assert.Equal(10UL, pieces.SequenceCount);
        durable.Add(new SequenceRange(10, 10));
        Assert.Equal(30UL, durable.ContiguousNext);
    }

    [Fact]
    public void A_range_up_to_the_last_sequence_of_64_bits_is_followed()
    {
        var durable = new DurableRanges();
        durable.Add(new SequenceRange(ulong.MaxValue - 5, 5));
        Assert.Equal(RangeAnswer.Fits, durable.Plan(new SequenceRange(ulong.MaxValue - 6, 6), out var pieces));
        Assert.Equal(new SequenceRange(ulong.MaxValue - 6, 1), pieces[0]);
    }
}
