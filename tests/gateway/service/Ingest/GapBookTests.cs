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
}
