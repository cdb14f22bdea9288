using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Sessions;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class SilenceBookTests
{
    private const ulong Second = 1_000_000_000;
    private const ulong Start = 1_780_000_000 * Second;
    private static readonly Place Place = new("avon", "central", "dock-1");
    private static readonly TimeSpan After = TimeSpan.FromHours(1);

    [Fact]
    public void A_dock_not_heard_for_the_time_set_is_silent_once_and_heard_again_once()
    {
        var group = new GroupBuilder(new DecisionState());
        group.AddOwn(new DockEnrolment(Start, default, Place, default, Standing.InForce, EnrolmentSource.Command));
        var book = new SilenceBook(group);
        var sender = new Sender(1, ArrivalVia.Mqtt, Place) { Enrolled = true };
        book.Look(Start, After);
        book.Heard(sender, Start + (10 * Second));
        book.Look(Start + (3_610 * Second), After);
        Assert.Equal(1, group.Count);
        book.Look(Start + (3_671 * Second), After);
        book.Look(Start + (9_999 * Second), After);
        book.Heard(sender, Start + (10_000 * Second));
        book.Heard(sender, Start + (10_001 * Second));
        Assert.Equal(
            [
                new DockSilence(Start + (3_671 * Second), Place, true, Start + (10 * Second)),
                new DockSilence(Start + (10_000 * Second), Place, false, Start + (10 * Second)),
            ],
            Written(group).OfType<DockSilence>()
        );
    }

    [Fact]
    public void Silence_survives_a_restart_and_a_start_alone_makes_nobody_silent()
    {
        var group = new GroupBuilder(new DecisionState());
        group.AddOwn(new DockEnrolment(Start, default, Place, default, Standing.InForce, EnrolmentSource.Command));
        var book = new SilenceBook(group);
        book.Replayed(new DockSilence(Start, Place, true, 0));
        book.Look(Start, After);
        book.Look(Start + (7_200 * Second), After);
        Assert.Equal(1, group.Count);
        book.Heard(new Sender(1, ArrivalVia.Mqtt, Place) { Enrolled = true }, Start + (7_300 * Second));
        Assert.False(Assert.Single(Written(group).OfType<DockSilence>()).Silent);
    }

    private static IEnumerable<Leaf> Written(GroupBuilder group) => group.Items.ToArray().Select(item => Leaf.Decode(item.Leaf.Span).Leaf!);
}
