using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Ingest.Sessions;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class CreditBookTests
{
    [Fact]
    public void The_sum_of_all_credits_never_passes_the_budget_and_every_dock_gets_a_frame_while_one_is_left()
    {
        const int Frames = 200;
        const int Bytes = 100 * 9_000;
        var book = new CreditBook(Frames, Bytes);
        var open = new List<Credit>();
        for (var dock = 0; dock < 90; dock++)
        {
            var credit = book.Open(Transport.Mqtt, ComeDown);
            Assert.NotNull(credit);
            open.Add(credit.Value);
            Assert.Equal(open.Sum(c => c.Frames), book.FramesGranted);
            Assert.Equal(open.Sum(c => (long)c.Bytes), book.BytesGranted);
            Assert.InRange(book.FramesGranted, 1, Frames);
            Assert.InRange(book.BytesGranted, 1, Bytes);
        }

        void ComeDown()
        {
            for (var i = 0; i < open.Count; i++)
            {
                open[i] = book.Renew(Transport.Mqtt, open[i]);
            }
        }
    }

    [Fact]
    public void When_the_budget_has_not_one_frame_left_the_next_dock_is_told_to_wait()
    {
        var book = new CreditBook(2, 1_000_000);
        Assert.NotNull(book.Open(Transport.Serial, () => { }));
        Assert.Null(book.Open(Transport.Serial, () => { }));
    }
}
