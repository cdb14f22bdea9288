using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Sessions;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class GapBookTests
{
    private const ulong DayNs = 86_400UL * 1_000_000_000;
    private const ulong OpenedNs = 1_800_000_000UL * 1_000_000_000;

    [Fact]
    public void A_gap_that_stood_open_for_the_policys_days_is_final_once_and_not_a_moment_before()
    {
        var group = new GroupBuilder(new DecisionState());
        var gaps = new GapBook(group);
        var open = new Gap(OpenedNs, "X1", LogKind.Event, default, 5, 9, GapState.Open, GapCause.NotDelivered);
        gaps.Replayed(open);
        var finalNs = OpenedNs + (DecisionState.DefaultPolicy.GapFinalAfterDays * DayNs);
        gaps.Tick(finalNs - 1);
        Assert.Equal(0, group.Count);
        var lookedNs = finalNs + (601UL * 1_000_000_000);
        gaps.Tick(lookedNs);
        var leaf = Leaf.Decode(group.Items[0].Leaf.Span).Leaf;
        Assert.Equal(open with { AtNs = lookedNs, State = GapState.Final, Cause = GapCause.TimeLimit }, leaf);
        gaps.Tick(lookedNs + DayNs);
        Assert.Equal(1, group.Count);
    }

    [Fact]
    public void A_gap_that_was_filled_before_its_days_were_over_stays_filled()
    {
        var group = new GroupBuilder(new DecisionState());
        var gaps = new GapBook(group);
        var open = new Gap(OpenedNs, "X1", LogKind.Event, default, 5, 9, GapState.Open, GapCause.NotDelivered);
        gaps.Replayed(open);
        gaps.Replayed(open with { AtNs = OpenedNs + DayNs, State = GapState.Filled });
        gaps.Tick(OpenedNs + (1_000 * DayNs));
        Assert.Equal(0, group.Count);
    }

    [Fact]
    public void What_another_gateway_has_is_never_final_and_the_rest_of_the_hole_is()
    {
        var group = new GroupBuilder(new DecisionState());
        var gaps = new GapBook(group);
        var open = new Gap(OpenedNs, "X1", LogKind.Event, default, 5, 20, GapState.Open, GapCause.NotDelivered);
        gaps.Replayed(open);
        gaps.HeldElsewhere(new LogKey("X1", LogKind.Event, default), new SequenceRange(8, 4), OpenedNs);
        gaps.HeldElsewhere(new LogKey("X1", LogKind.Event, default), new SequenceRange(8, 4), OpenedNs + 1);
        gaps.Tick(OpenedNs + (1_000 * DayNs));
        var leaves = group.Items.ToArray().Select(item => (Gap)Leaf.Decode(item.Leaf.Span).Leaf!).ToList();
        Assert.Equal(
            [
                (GapState.Open, GapCause.HeldElsewhere, 8UL, 12UL),
                (GapState.Final, GapCause.TimeLimit, 5, 8),
                (GapState.Final, GapCause.TimeLimit, 12, 20),
            ],
            leaves.Select(gap => (gap.State, gap.Cause, gap.First, gap.Next))
        );
        var again = new GapBook(new GroupBuilder(new DecisionState()));
        leaves.ForEach(again.Replayed);
        Assert.Equal(leaves[0], Assert.Single(again.Open));
    }

    [Fact]
    public void Ranges_held_elsewhere_are_remembered_up_to_the_limit_of_a_log()
    {
        var book = new ElsewhereBook();
        var log = new LogKey("X1", LogKind.Event, default);
        for (var i = 0UL; i < ElsewhereBook.RunsMax; i++)
        {
            Assert.True(book.Add(log, new Evidence.Decisions.Run(i * 10, (i * 10) + 5), OpenedNs));
        }
        Assert.False(book.Add(log, new Evidence.Decisions.Run(100_000, 100_001), OpenedNs));
        Assert.True(book.Remove(log, new Evidence.Decisions.Run(0, 5)));
        Assert.True(book.Add(log, new Evidence.Decisions.Run(100_000, 100_001), OpenedNs));
    }
}
