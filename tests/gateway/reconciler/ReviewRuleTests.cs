using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Import;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>Rules B: review, never a verdict.</summary>
public sealed class ReviewRuleTests
{
    private static Scene Cycles(int count, uint ms = 5_000) =>
        Scene.Shift().Use(Scene.Device, 600, ms, deploy: true, cycles: count).Reports();

    [Fact]
    public void B01_respects_the_rounding_of_the_log()
    {
        Cycles(1, 6_000).Only("B01");
        Cycles(1).None("B01");
    }

    [Fact]
    public void B02_is_above_fifteen_activation_seconds()
    {
        Assert.Contains("16.0", Cycles(2, 8_000).Only("B02").Wording, StringComparison.Ordinal);
        Cycles(3).None("B02");
    }

    [Fact]
    public void B03_is_above_three_cycles()
    {
        Cycles(4, 1_000).Only("B03");
        Cycles(3, 1_000).None("B03");
    }

    [Fact]
    public void B04_leaves_the_decision_to_the_appropriate_authority()
    {
        Assert.Contains("the appropriate authority decides", Cycles(1, 20_000).Only("B04").Wording, StringComparison.Ordinal);
        Cycles(1, 19_000).None("B04");
    }

    [Fact]
    public void B05_needs_a_shared_incident_reference()
    {
        static Scene Two(string incident) =>
            Scene
                .Shift()
                .Use(Scene.Device, 600, 15_000, deploy: true)
                .Model("X29BBBBB22", "X2")
                .Use("X29BBBBB22", 600.05, 15_000, deploy: true)
                .Reports(
                    $"R1,1,{Scene.At(1030)},OFF1,INC1,{Scene.At(600)},{Scene.Device},Fired,1",
                    $"R2,1,{Scene.At(1030)},OFF2,{incident},{Scene.At(600)},X29BBBBB22,Fired,1"
                );
        Two("INC1").Only("B05");
        Two("INC2").None("B05");
    }

    [Fact]
    public void B05_knows_a_crew_by_the_report_too_where_the_issue_register_has_one_officer_twice()
    {
        static Scene Of(string crew, string reporter) =>
            Scene
                .Shift()
                .Use(Scene.Device, 600, 15_000, deploy: true)
                .Model("X29BBBBB22", "X2")
                .Use("X29BBBBB22", 600.05, 15_000, deploy: true)
                .Register(
                    RegisterKind.Issues,
                    "IssueId,DeviceSerial,OfficerRef,Purpose,IssuedAt,ReturnedAt,Cartridges\n"
                        + $"I1,{Scene.Device},OFF1,operational,{Scene.At(420)},{Scene.At(1020)},2\n"
                        + $"I2,X29BBBBB22,OFF1,operational,{Scene.At(420)},{Scene.At(1020)},2\n"
                )
                .Register(
                    RegisterKind.Roster,
                    $"OfficerRef,CrewRef,From,To\nOFF1,C1,{Scene.At(420)},{Scene.At(1020)}\nOFF2,{crew},{Scene.At(420)},{Scene.At(1020)}\n"
                )
                .Reports($"R1,1,{Scene.At(1030)},{reporter},INC1,{Scene.At(600)},{Scene.Device},Fired,1");
        Of("C1", reporter: "OFF2").Only("B05");
        Of("C2", reporter: "OFF2").None("B05");
        // nobody else is named: the register itself has both devices with one officer
        Of("C2", reporter: "OFF1").Only("B05");
    }

    [Fact]
    public void B05_keeps_a_crew_together_beyond_its_shift_and_a_device_with_whom_the_register_had_it_last()
    {
        Scene With(double shiftEnds, double back, string crew) =>
            Scene
                .Shift()
                .Use(Scene.Device, 600, deploy: true)
                .Model("X29BBBBB22", "X2")
                .Use("X29BBBBB22", 600.05, deploy: true)
                .Register(
                    RegisterKind.Issues,
                    "IssueId,DeviceSerial,OfficerRef,Purpose,IssuedAt,ReturnedAt,Cartridges\n"
                        + $"I1,{Scene.Device},OFF1,operational,{Scene.At(420)},{Scene.At(1020)},2\n"
                        + $"I2,X29BBBBB22,OFF2,operational,{Scene.At(425)},{Scene.At(back)},2\n"
                )
                .Register(
                    RegisterKind.Roster,
                    $"OfficerRef,CrewRef,From,To\nOFF1,C1,{Scene.At(420)},{Scene.At(shiftEnds)}\nOFF2,{crew},{Scene.At(420)},{Scene.At(shiftEnds)}\n"
                )
                .Reports();
        foreach (var (shiftEnds, back) in new[] { (1_020.0, 1_020.0), (560.0, 1_020.0), (1_020.0, 540.0), (560.0, 540.0) })
        {
            Assert.Contains(With(shiftEnds, back, "C1").Run().Findings, f => f.RuleId == "B05");
            Assert.DoesNotContain(With(shiftEnds, back, "C2").Run().Findings, f => f.RuleId == "B05");
        }
        // the crew of a shift that was over when the second device went out is none of this use
        Assert.DoesNotContain(With(shiftEnds: 424, back: 1_020, "C1").Run().Findings, f => f.RuleId == "B05");
    }

    /// <summary>
    /// What may overlap within the bounds of both clocks, and whose likeliest times lie within 18 s of each other; from bounds of more
    /// than 240 s a clock says nothing of cycles of seconds.
    /// </summary>
    [Theory]
    [InlineData(1, 3, true)]
    [InlineData(1, 18, false)]
    [InlineData(30, 21, true)]
    [InlineData(30, 25, false)]
    [InlineData(118, 21, true)]
    [InlineData(118, 25, false)]
    [InlineData(119, 18, false)]
    [InlineData(119, 0, false)]
    public void B05_needs_likeliest_times_together_and_bounds_of_minutes_at_most(int boundSeconds, int apartSeconds, bool found)
    {
        var scene = Scene
            .Shift()
            .Use(Scene.Device, 600, deploy: true)
            .Model("X29BBBBB22", "X2")
            .Use("X29BBBBB22", 600 + apartSeconds / 60.0, deploy: true)
            .Reports(
                $"R1,1,{Scene.At(1030)},OFF1,INC1,{Scene.At(600)},{Scene.Device},Fired,1",
                $"R2,1,{Scene.At(1030)},OFF2,INC1,{Scene.At(600)},X29BBBBB22,Fired,1"
            );
        scene.ClockBoundSeconds = boundSeconds;
        Assert.Equal(found, scene.Run().Findings.Any(f => f.RuleId == "B05"));
    }

    [Fact]
    public void B06_is_certain_only_when_the_whole_time_lies_after_the_reference()
    {
        static Scene With(double minute) =>
            Scene
                .Shift()
                .Use(Scene.Device, 600, deploy: true)
                .Reports($"R1,1,{Scene.At(1030)},OFF1,INC1,{Scene.At(600)},{Scene.Device},Fired,1")
                .Register(RegisterKind.Incidents, $"IncidentRef,Kind,At\nINC1,handcuffed,{Scene.At(minute)}\n");
        With(598).Only("B06");
        With(603).None("B06");
    }

    [Theory]
    [InlineData("16", true)]
    [InlineData("11-17", true)]
    [InlineData("Under 18", true)]
    [InlineData("18-34", false)]
    [InlineData("", false)]
    public void B07_reads_ages_and_bands(string age, bool child)
    {
        var scene = Scene.Shift().Use(Scene.Device, 600, deploy: true);
        scene.ProfileName = "uk-271";
        scene.ReportsCsv =
            $"IncidentDate,IncidentTime,CED Used,CED Device Serial No,CED Fired,SubjectAge\n01/06/2026,11:00,Yes,{Scene.Device},Yes,{age}\n";
        Assert.Equal(child, scene.Run().Findings.Any(f => f.RuleId == "B07"));
    }

    [Fact]
    public void A_function_test_is_no_use_to_review()
    {
        var scene = Scene
            .Shift("TASER 10")
            .Write(Scene.Device, 423, EventCode.Test, 5_000)
            .Write(Scene.Device, 424, EventCode.Test, 5_000)
            .Write(Scene.Device, 425, EventCode.Test, 5_000)
            .Write(Scene.Device, 426, EventCode.Test, 5_000);
        scene.Reports().None("B03");
    }
}
