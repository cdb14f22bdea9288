using System.Text;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Output;

namespace TaserTelemetry.Reconciler.Tests;

public sealed class HtmlReportTests
{
    [Fact]
    public void Examinations_and_decisions_on_what_is_no_longer_raised_stand_in_the_report()
    {
        var result = Scene.Shift().Use(Scene.Device, 700, deploy: true).Use(Scene.Device, 900, deploy: true).Reports().Run();
        Assert.True(result.Uses.Count >= 2);
        Assert.Contains("Decisions were not read.", Page(result), StringComparison.Ordinal);
        var words = new DecisionComment(CommentState.Shown, "Seen on video.");
        var page = Page(
            result with
            {
                Decisions =
                [
                    new("Use", result.Uses[0].UseId, "in-order", "actor7", 0, words, DecisionStanding.FactsUnchanged, default),
                    new("Finding", "0123456789abcdef", "explained", "actor8", 0, default, DecisionStanding.NoLongerRaised, default),
                    new("Use", "gone/0-0/1", "learning", "actor9", 0, default, DecisionStanding.NoLongerRaised, default),
                ],
            }
        );
        Assert.Contains("Decision on use " + result.Uses[0].UseId + ": in-order, by actor actor7", page, StringComparison.Ordinal);
        Assert.Contains("Seen on video.", page, StringComparison.Ordinal);
        Assert.Contains("Waits for an examination.", page, StringComparison.Ordinal);
        Assert.Contains("Decision on finding 0123456789abcdef: explained", page, StringComparison.Ordinal);
        Assert.Contains("Decision on use gone/0-0/1: learning", page, StringComparison.Ordinal);
        Assert.Contains("no longer raised", page, StringComparison.Ordinal);
    }

    private static string Page(ReconciliationResult result)
    {
        using var html = new MemoryStream();
        HtmlOutput.Write(result, html);
        return Encoding.UTF8.GetString(html.ToArray());
    }
}
