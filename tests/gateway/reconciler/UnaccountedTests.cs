using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;

namespace TaserTelemetry.Reconciler.Tests;

public sealed class UnaccountedTests
{
    [Fact]
    public void A_deployment_without_a_report_is_A01a()
    {
        var finding = Scene.Shift().Use(Scene.Device, 600, deploy: true).Reports().Only("A01a");
        Assert.Equal(1, finding.Priority);
        Assert.Equal([Scene.Device], finding.Subjects.Devices);
        Assert.Contains(finding.Facts, f => f.Sequence == 4 && f.Leaf.Hash != default);
    }

    [Fact]
    public void The_function_test_at_issue_is_excused_and_stays_listed()
    {
        var result = Scene.Shift().Reports().Run();
        Assert.DoesNotContain(result.Cases, c => c.Primary.Priority is 1 or 2);
        var line = Assert.Single(result.Activations);
        Assert.Equal(ActivationClass.Test, line.Class);
        Assert.Contains("test pattern at issue", line.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_arc_in_mid_shift_is_A01b()
    {
        Scene.Shift().Use(Scene.Device, 700, 2_000, EventCode.Arc).Reports().Only("A01b");
    }

    [Fact]
    public void A_second_test_of_one_issue_is_one_line_an_armoury_and_week()
    {
        var scene = Scene.Shift().Test(Scene.Device, 1015).Reports();
        var finding = scene.Only("A01c");
        Assert.Equal(3, finding.Priority);
        Assert.Equal(["central"], finding.Subjects.Places);
    }

    [Fact]
    public void No_time_window_excuses_a_deployment()
    {
        Scene.Shift().Use(Scene.Device, 425, 5_000, deploy: true).Reports().Only("A01a");
    }

    [Fact]
    public void A_matched_report_clears_A01()
    {
        var scene = Scene
            .Shift()
            .Use(Scene.Device, 600, deploy: true)
            .Reports($"R1,1,{Scene.At(1030)},OFF1,INC1,{Scene.At(602)},{Scene.Device},Fired,1");
        var result = scene.Run();
        Assert.DoesNotContain(result.Findings, f => f.RuleId.StartsWith("A0", StringComparison.Ordinal));
        Assert.Equal(1, result.Account.ReportsMatched);
        Assert.Equal(1, result.Account.ActivationsMatched);
        Assert.True(result.Account.AddsUp);
    }

    [Fact]
    public void Nothing_is_unaccounted_while_the_reporting_window_is_open()
    {
        var scene = Scene.Shift().Use(Scene.Device, 600, deploy: true).Reports();
        scene.AsOf = Scene.Day.AddMinutes(1020 + 24 * 60 - 1);
        scene.None("A01a");
        scene.AsOf = Scene.Day.AddMinutes(1020 + 24 * 60 + 1);
        scene.Only("A01a");
    }

    [Fact]
    public void A_report_of_firing_that_a_complete_log_does_not_show_is_A02()
    {
        var finding = Scene.Shift().Reports($"R1,1,{Scene.At(1030)},OFF1,INC1,{Scene.At(700)},{Scene.Device},Fired,1").Only("A02");
        Assert.Equal(["R1"], finding.Subjects.Reports);
    }

    [Fact]
    public void Absence_is_no_evidence_where_records_are_missing()
    {
        var scene = Scene.Shift().Use(Scene.Device, 900, 0, EventCode.Light);
        scene.Lose(Scene.Device, 3);
        scene.Reports($"R1,1,{Scene.At(1030)},OFF1,INC1,{Scene.At(700)},{Scene.Device},Fired,1");
        var result = scene.Run();
        Assert.DoesNotContain(result.Findings, f => f.RuleId == "A02");
        Assert.Contains(result.NotTestable, n => n.RuleId == "A02" && n.Reason.StartsWith("coverage", StringComparison.Ordinal));
        Assert.Equal(ReportOutcome.NotTestable, Assert.Single(result.Reports).Outcome);
    }

    [Fact]
    public void A_clock_that_was_lost_takes_the_time_of_its_own_records_alone()
    {
        var scene = Scene
            .Shift("X26P")
            .Write(Scene.Device, 0, EventCode.Light, stamp: 946_684_800)
            .Write(Scene.Device, 300, EventCode.ClockReset)
            .Write(Scene.Device, 301, EventCode.Light);
        Scene Reported(double minute) => scene.Reports($"R1,1,{Scene.At(1030)},OFF1,INC1,{Scene.At(minute)},{Scene.Device},Fired,1");
        Reported(700).Only("A02");
        Reported(320).None("A02");
    }

    [Fact]
    public void Without_reports_A01_is_not_testable()
    {
        var result = Scene.Shift().Use(Scene.Device, 600, deploy: true).Run();
        Assert.Contains(result.NotTestable, n => n is { RuleId: "A01a", Count: 0 });
        Assert.True(result.Account.AddsUp);
    }

    [Fact]
    public void A_signed_unintentional_entry_excuses_and_an_unsigned_one_does_not()
    {
        static Scene With(string signed) =>
            Scene
                .Shift()
                .Use(Scene.Device, 600, deploy: true)
                .Reports()
                .Register(
                    RegisterKind.Unintentional,
                    $"EntryRef,DeviceSerial,At,OfficerRef,SignedBy\nU1,{Scene.Device},{Scene.At(601)},OFF1,{signed}\n"
                );
        With("SUP1").None("A01a");
        With("").Only("A01a");
    }
}
