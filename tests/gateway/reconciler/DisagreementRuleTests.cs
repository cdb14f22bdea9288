using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>Rules A03 to A18, each with the case it is for and one that looks like it.</summary>
public sealed class DisagreementRuleTests
{
    private static string Report(
        string id,
        double minute,
        string level,
        string cycles = "1",
        string device = Scene.Device,
        string officer = "OFF1",
        string incident = "INC1",
        double submitted = 1030
    ) => $"{id},1,{Scene.At(submitted)},{officer},{incident},{Scene.At(minute)},{device},{level},{cycles}";

    private static Scene Fired(params string[] reports) => Scene.Shift().Use(Scene.Device, 600, deploy: true).Reports(reports);

    [Fact]
    public void A03_names_a_serial_of_no_device_and_the_match_still_stands()
    {
        var scene = Fired(Report("R1", 601, "Fired", device: "X290001AB"));
        Assert.Contains("X290001AA", scene.Only("A03").Wording, StringComparison.Ordinal);
        scene.None("A01a");
        Fired(Report("R1", 601, "Fired")).None("A03");
    }

    [Fact]
    public void A04_only_below_the_set_of_compatible_levels()
    {
        Assert.Equal(1, Fired(Report("R1", 601, "Red-dot")).Only("A04").Priority);
        Fired(Report("R1", 601, "Angled drive stun")).None("A04");
        Fired(Report("R1", 601, "Red-dot"), Report("R2", 601, "Fired")).None("A04");
    }

    [Fact]
    public void A04_counts_an_arc_above_a_red_dot_report_whatever_the_order_of_levels()
    {
        Scene.Shift().Use(Scene.Device, 600, 2_000, EventCode.Arc).Reports(Report("R1", 601, "Red-dot", "")).Only("A04");
    }

    [Fact]
    public void A05_only_above_the_set_and_only_under_full_coverage()
    {
        Scene
            .Shift()
            .Use(Scene.Device, 600, 2_000, EventCode.Arc)
            .Use(Scene.Device, 800, 0, EventCode.Light)
            .Reports(Report("R1", 601, "Fired"))
            .Only("A05");
        var gap = Scene
            .Shift()
            .Use(Scene.Device, 600, 2_000, EventCode.Arc)
            .Write(Scene.Device, 620, EventCode.Light)
            .Write(Scene.Device, 621, EventCode.Light);
        gap.Lose(Scene.Device, gap.Count(Scene.Device) - 2).Reports(Report("R1", 601, "Fired")).None("A05");
        Scene.Shift().Use(Scene.Device, 600, 2_000, EventCode.Arc).Reports(Report("R1", 601, "Drive stun")).None("A05");
    }

    [Fact]
    public void A06_compares_sums_and_a_report_below_the_log_comes_first()
    {
        Assert.Equal(
            2,
            Scene.Shift().Use(Scene.Device, 600, deploy: true, cycles: 2).Reports(Report("R1", 601, "Fired")).Only("A06").Priority
        );
        Assert.Equal(3, Fired(Report("R1", 601, "Fired", "2")).Only("A06").Priority);
        Scene
            .Shift()
            .Use(Scene.Device, 600, deploy: true, cycles: 2)
            .Reports(Report("R1", 601, "Fired"), Report("R2", 602, "Fired"))
            .None("A06");
    }

    [Fact]
    public void A06_counts_a_cycle_that_the_firmware_logged_in_parts_once()
    {
        var scene = Scene.Shift("X26");
        scene.Write(Scene.Device, 600, EventCode.Trigger, 2_000).Write(Scene.Device, 600.06, EventCode.Trigger, 3_000);
        scene.Reports(Report("R1", 601, "Fired"));
        scene.None("A06");
        Assert.Single(scene.Run().Activations);
    }

    [Fact]
    public void A07_A08_A09_compare_the_marks_of_the_form()
    {
        const string columns =
            "IncidentDate,IncidentTime,CED Used,CED Device Serial No,CED Fired,CED Fired Total Number Of Cycles,CED Fired Cycle Extended Beyond 5 Secs,CED Fired 5 Secs Cycle Interrupted,CED Fired Repeat Cycle Same Cartridge\n";
        var scene = Scene.Shift().Use(Scene.Device, 600, 8_000, deploy: true);
        scene.ProfileName = "uk-271";
        scene.ReportsCsv = columns + $"01/06/2026,11:00,Yes,{Scene.Device},Yes,1,No,Yes,Yes\n";
        Assert.Equal(1, scene.Only("A07").Priority);
        scene.Only("A08");
        scene.Only("A09");
        scene.ReportsCsv = columns + $"01/06/2026,11:00,Yes,{Scene.Device},Yes,1,Yes,No,No\n";
        scene.None("A07");
        scene.None("A08");
        scene.None("A09");
    }

    [Fact]
    public void A10_compares_report_log_and_register()
    {
        static Scene With(int count) =>
            Fired(Report("R1", 601, "Fired"))
                .Register(
                    RegisterKind.Cartridges,
                    $"CartridgeSerial,Move,At,Count,DeviceSerial,IncidentRef\nC1,used,{Scene.At(600)},{count},{Scene.Device},INC1\n"
                );
        With(2).Only("A10");
        With(1).None("A10");
    }

    [Fact]
    public void A11_tells_a_slip_from_a_device_serial_in_the_wrong_box()
    {
        const string columns = "IncidentDate,IncidentTime,CED Used,CED Device Serial No,CED Fired,CED Fired Cartridge Number\n";
        var scene = Scene.Shift().Use(Scene.Device, 600, deploy: true);
        scene.Register(RegisterKind.Cartridges, $"CartridgeSerial,Move,At\nC62AAAAAA,issued,{Scene.At(420)}\n");
        scene.ProfileName = "uk-271";
        scene.ReportsCsv = columns + $"01/06/2026,11:00,Yes,{Scene.Device},Yes,C62AAAAAB\n";
        Assert.Contains("the register has C62AAAAAA", scene.Only("A11").Wording, StringComparison.Ordinal);
        scene.ReportsCsv = columns + $"01/06/2026,11:00,Yes,{Scene.Device},Yes,{Scene.Device}\n";
        Assert.Contains("device serial", scene.Only("A11").Wording, StringComparison.Ordinal);
        scene.ReportsCsv = columns + $"01/06/2026,11:00,Yes,{Scene.Device},Yes,c62-AAAAAA\n";
        scene.None("A11");
    }

    [Fact]
    public void A12_proposes_the_set_and_a_person_signs()
    {
        Assert.Contains("angled drive stun or fired", Fired(Report("R1", 601, "")).Only("A12").Wording, StringComparison.Ordinal);
        Fired(Report("R1", 601, "Fired")).None("A12");
    }

    [Fact]
    public void A13_finds_the_other_device_of_the_same_officer_and_leads_its_case()
    {
        var scene = Fired(Report("R1", 601, "Fired", device: "X2977777ZZ"));
        scene.Model("X2977777ZZ", "X2").Test("X2977777ZZ", 100);
        var result = scene.Run();
        Assert.Single(result.Findings, f => f.RuleId == "A13");
        Assert.DoesNotContain(result.Findings, f => f.RuleId == "A01a");
    }

    [Fact]
    public void A13_takes_a_mistaken_level_where_the_own_device_is_silent_and_a_crew_mates_use_is_not_explained()
    {
        static Scene Mate(string own, string level) =>
            Scene
                .Shift()
                .Model("X29BBBBB22", "X2")
                .Use("X29BBBBB22", 600, 2_000, EventCode.Arc)
                .Reports($"R1,1,{Scene.At(1030)},OFF1,INC1,{Scene.At(601)},{own},{level},1")
                .Register(
                    RegisterKind.Issues,
                    $"IssueId,DeviceSerial,OfficerRef,Purpose,IssuedAt,ReturnedAt\nI1,{Scene.Device},OFF1,operational,{Scene.At(420)},{Scene.At(1020)}\nI2,X29BBBBB22,OFF2,operational,{Scene.At(420)},{Scene.At(1020)}\n"
                )
                .Register(
                    RegisterKind.Roster,
                    $"OfficerRef,CrewRef,From,To\nOFF1,K1,{Scene.At(420)},{Scene.At(1020)}\nOFF2,K1,{Scene.At(420)},{Scene.At(1020)}\n"
                );
        Assert.Equal([Scene.Device, "X29BBBBB22"], Mate(Scene.Device, "Fired").Only("A13").Subjects.Devices.Order());
        Mate(Scene.Device, "Drawn").None("A13");
        Mate(Scene.Device, "Fired").Use(Scene.Device, 600, deploy: true).None("A13");
    }

    [Fact]
    public void A14_needs_a_crew_for_overlap_in_time_alone_is_never_a_finding()
    {
        static Scene Two(string crew) =>
            Fired(Report("R1", 601, "Fired"))
                .Model("X29BBBBB22", "X2")
                .Use("X29BBBBB22", 600.5, deploy: true)
                .Register(
                    RegisterKind.Issues,
                    $"IssueId,DeviceSerial,OfficerRef,Purpose,IssuedAt,ReturnedAt\nI2,X29BBBBB22,OFF2,operational,{Scene.At(420)},{Scene.At(1020)}\n"
                )
                .Register(
                    RegisterKind.Roster,
                    $"OfficerRef,CrewRef,From,To\nOFF1,K1,{Scene.At(420)},{Scene.At(1020)}\nOFF2,{crew},{Scene.At(420)},{Scene.At(1020)}\n"
                );
        Assert.Equal(["X29BBBBB22", Scene.Device], Two("K1").Only("A14").Subjects.Devices);
        Two("K2").None("A14");
        Two("K2").Only("A01a");
    }

    [Fact]
    public void A15_reads_the_marks_of_training_and_carrying()
    {
        const string columns = "IncidentDate,IncidentTime,TrainedCED,CarryingCED,CED Used,CED Device Serial No,CED Fired\n";
        var scene = Scene.Shift();
        scene.ProfileName = "uk-271";
        scene.ReportsCsv = columns + $"01/06/2026,11:00,No,Yes,Yes,{Scene.Device},Yes\n";
        scene.Only("A15");
        scene.ReportsCsv = columns + $"01/06/2026,11:00,Yes,Yes,Yes,{Scene.Device},Yes\n";
        scene.None("A15");
    }

    [Fact]
    public void A16_is_advice_where_a_drive_stun_has_a_deployed_cartridge()
    {
        Fired(Report("R1", 601, "Drive stun")).Only("A16");
        Fired(Report("R1", 601, "Angled drive stun")).None("A16");
    }

    [Fact]
    public void A17_finds_late_reports_and_edits_after_the_log_but_not_a_mere_re_issue()
    {
        Fired(Report("R1", 601, "Fired", submitted: 1020 + 24 * 60 + 1)).Only("A17");
        Fired(Report("R1", 601, "Fired", submitted: 1020 + 24 * 60 - 1)).None("A17");
        string second = Report("R1", 601, "Fired", "2", submitted: 1_500).Replace("R1,1,", "R1,2,", StringComparison.Ordinal);
        Assert.Contains("Cycles", Fired(Report("R1", 601, "Fired"), second).Only("A17").Wording, StringComparison.Ordinal);
        string same = Report("R1", 601, "Fired", submitted: 1_500).Replace("R1,1,", "R1,2,", StringComparison.Ordinal);
        Fired(Report("R1", 601, "Fired"), same).None("A17");
    }

    [Fact]
    public void A18_is_a_deployment_within_minutes_of_issue()
    {
        Scene.Shift().Use(Scene.Device, 431, 1_000, deploy: true).Reports().Only("A18");
        Fired().None("A18");
    }

    [Fact]
    public void A_case_has_one_primary_and_names_the_rest_as_consequences()
    {
        var scene = Scene
            .Shift()
            .Use(Scene.Device, 600, deploy: true, cycles: 2)
            .Reports(Report("R1", 601, "Red-dot", "1", device: "X290001AB"));
        var result = scene.Run();
        var item = Assert.Single(result.Cases, c => c.Primary.RuleId[0] == 'A');
        Assert.Equal("A04", item.Primary.RuleId);
        Assert.Equal(["A03", "A06"], item.Consequences.Select(c => c.RuleId).Order());
    }

    [Fact]
    public void What_the_public_layout_cannot_carry_is_said_to_be_not_testable()
    {
        var scene = Scene.Shift();
        scene.ProfileName = "uk-271";
        scene.ReportsCsv = "IncidentDate,IncidentTime,CED Used,CED Device Serial No,CED Fired\n";
        var silent = scene.Run().NotTestable.Where(n => n.Count == 0).Select(n => n.RuleId).ToList();
        Assert.Superset(new HashSet<string> { "A13", "A14", "A17", "C02", "C03", "C04" }, silent.ToHashSet());
        Assert.Equal(
            ReportColumns.None,
            Profile.BuiltIn("uk-271")!.Fields.ContainsKey(ReportField.OfficerRef) ? ReportColumns.OfficerRef : ReportColumns.None
        );
    }
}
