using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Output;

namespace TaserTelemetry.Reconciler.Tests;

public sealed class LogStoreTests
{
    [Fact]
    public void A_run_that_lets_go_of_the_log_finds_the_same_and_a_second_run_over_it_is_refused()
    {
        var kept = RuleScenes.Everything().Inputs();
        var letGo = RuleScenes.Everything().Inputs() with { LetsGoOfLog = true };
        var asOf = Scene.Day.AddDays(10);
        Assert.Equal(Bytes(Reconciliation.Run(kept, RuleSet.Standard, asOf)), Bytes(Reconciliation.Run(letGo, RuleSet.Standard, asOf)));
        Assert.Equal(kept.Log.Count, letGo.Log.Count);
        var refused = Assert.ThrowsAny<Exception>(() => Reconciliation.Run(letGo, RuleSet.Standard, asOf));
        Assert.Contains("let go", refused.ToString(), StringComparison.Ordinal);
        Reconciliation.Run(kept, RuleSet.Standard, asOf);
    }

    [Fact]
    public void A_cell_that_comes_again_is_the_same_string_and_more_values_than_are_remembered_stay_right()
    {
        var repeated = new RepeatedText();
        string first = repeated.Of(new string("OFF1"));
        Assert.Same(first, repeated.Of(string.Concat("OF", "F", 1)));
        for (int i = 0; i <= RepeatedText.Places; i++)
        {
            string text = FormattableString.Invariant($"X29{i:D6}");
            Assert.Equal(text, repeated.Of(text));
        }
    }

    [Fact]
    public void A_report_that_names_no_device_is_not_said_to_name_an_unknown_one()
    {
        var scene = Scene.Shift().Reports($"R1,1,,,N1,{Scene.At(600)},,Fired,1", $"R2,1,,,N2,{Scene.At(600)},X99ZZZZZZ,Fired,1");
        var reports = scene.Run().Reports;
        Assert.Equal(
            "no device serial is stated, and none was on issue to the officer as far as is known",
            reports.Single(r => r.ReportId == "R1").Reason
        );
        Assert.Equal("the device serial is that of no known device", reports.Single(r => r.ReportId == "R2").Reason);
    }

    private static byte[] Bytes(ReconciliationResult result)
    {
        using var stream = new MemoryStream();
        JsonOutput.Write(result, stream);
        HtmlOutput.Write(result, stream);
        return stream.ToArray();
    }
}
