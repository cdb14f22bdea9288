using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>Rules C: issue, people, cartridges.</summary>
public sealed class CustodyRuleTests
{
    private const string PeopleColumns = "OfficerRef,Role,AccreditedFrom,AccreditedTo,EndorsedAt,AuthorisedAt,HoursSinceTraining\n";

    private static Scene People(string row) => Scene.Shift().Register(RegisterKind.People, PeopleColumns + row + "\n");

    private static Scene Issue(string row) =>
        Scene.Shift().Register(RegisterKind.Issues, "IssueId,DeviceSerial,OfficerRef,Purpose,IssuedAt,ReturnedAt,DueBackAt\n" + row + "\n");

    [Fact]
    public void C01_is_certain_only_outside_every_issue()
    {
        Scene.Shift().Use(Scene.Device, 1_100, deploy: true).Reports().Only("C01");
        Scene.Shift().Use(Scene.Device, 1_000, deploy: true).Reports().None("C01");
    }

    /// <summary>Domain 1.5, 2.7.4: among records that are missing the clock may have been set back, and no row of it came home.</summary>
    [Fact]
    public void C01_does_not_carry_a_comparison_back_across_missing_records()
    {
        // four minutes before the return by its own stamps; six after it by the comparison of the evening
        static Scene Behind() =>
            With(new Scene { ClockBehindSeconds = 600 })
                .Use(Scene.Device, 1_016)
                .Write(Scene.Device, 1_100, EventCode.Light)
                .Write(Scene.Device, 1_101, EventCode.Light, argument: 1)
                .Write(Scene.Device, 1_102, EventCode.Light);
        static Scene With(Scene scene) =>
            scene
                .Model(Scene.Device, "X2")
                .Register(
                    RegisterKind.Issues,
                    $"IssueId,DeviceSerial,OfficerRef,Purpose,IssuedAt,ReturnedAt\nI1,{Scene.Device},OFF1,operational,{Scene.At(420)},{Scene.At(1020)}\n"
                );
        Behind().Reports().Only("C01");
        Behind().Lose(Scene.Device, 4).Reports().None("C01");
        // nothing follows what an upload cut short did not bring: what was offered shows it
        var cut = Behind();
        cut.Dockings.Add(
            new Docking
            {
                Device = Scene.Device,
                DockedAtNs = (ulong)Scene.Day.AddMinutes(1_380).ToUnixTimeSeconds() * 1_000_000_000,
                Complete = false,
                Held = [new SequenceRange(0, (uint)cut.Count(Scene.Device) + 5)],
            }
        );
        cut.Reports().None("C01");
        // what is missing lies before it: the comparison holds
        With(new Scene { ClockBehindSeconds = 600 })
            .Write(Scene.Device, 900, EventCode.Light, argument: 1)
            .Write(Scene.Device, 901, EventCode.Light)
            .Write(Scene.Device, 902, EventCode.Light, argument: 1)
            .Use(Scene.Device, 1_016)
            .Lose(Scene.Device, 1)
            .Reports()
            .Only("C01");
    }

    /// <summary>Domain 1.5, 2.7.4: a time that no clock bounds says nothing of an issue.</summary>
    [Fact]
    public void C01_needs_a_time_that_is_bounded()
    {
        static Scene Bounded(int seconds)
        {
            var scene = Scene.Shift().Use(Scene.Device, 1_200);
            scene.ClockBoundSeconds = seconds;
            return scene.Reports();
        }

        var most = (int)(RuleSet.Standard.TimeBoundMinutesMax * 60);
        Bounded(most - 10).Only("C01");
        Bounded(most + 10).None("C01");
    }

    [Fact]
    public void C01_is_silent_about_a_full_function_check_in_the_register()
    {
        var scene = Scene.Shift().Use(Scene.Device, 1_100, cycles: 3);
        scene.Register(
            RegisterKind.Maintenance,
            $"DeviceSerial,Kind,At,Until\n{Scene.Device},function-check,{Scene.At(1_099)},{Scene.At(1_103)}\n"
        );
        scene.Reports().None("C01");
        scene.None("A01a");
    }

    [Fact]
    public void C02_reads_accreditation_on_the_day_of_issue()
    {
        People($"OFF1,regular,{Scene.At(-400 * 1440)},,,,").Only("C02");
        People("OFF2,regular,2026-01-01T00:00:00Z,,,,").Only("C02");
        People("OFF1,regular,2026-01-01T00:00:00Z,,,,").None("C02");
    }

    [Fact]
    public void C03_wants_a_student_officers_endorsement_before_the_issue()
    {
        People("OFF1,student,2026-01-01T00:00:00Z,,,,").Only("C03");
        People("OFF1,student,2026-01-01T00:00:00Z,,2026-01-02T00:00:00Z,,").None("C03");
    }

    [Fact]
    public void C04_wants_a_special_constables_authorisation_and_hours()
    {
        People("OFF1,special,2026-01-01T00:00:00Z,,,2026-01-02T00:00:00Z,199").Only("C04");
        People("OFF1,special,2026-01-01T00:00:00Z,,,2026-01-02T00:00:00Z,200").None("C04");
    }

    [Fact]
    public void C05_finds_overlapping_issues_of_a_device_and_of_an_officer()
    {
        Issue($"I2,{Scene.Device},OFF2,operational,{Scene.At(1000)},{Scene.At(1100)},").Only("C05");
        Issue($"I2,X2999,OFF1,operational,{Scene.At(1000)},{Scene.At(1100)},").Only("C05");
        Issue($"I2,{Scene.Device},OFF2,operational,{Scene.At(1021)},{Scene.At(1100)},").None("C05");
    }

    [Fact]
    public void C06_is_later_than_due_or_never_returned()
    {
        Issue($"I2,X2999,OFF2,operational,{Scene.At(420)},{Scene.At(1000)},{Scene.At(999)}").Only("C06");
        Issue($"I2,X2999,OFF2,operational,{Scene.At(420)},,").Only("C06");
        Issue($"I2,X2999,OFF2,operational,{Scene.At(420)},{Scene.At(1000)},{Scene.At(1001)}").None("C06");
    }

    [Fact]
    public void C07_waits_for_the_exhibit_and_takes_the_incident_reference()
    {
        static Scene With(string exhibits) =>
            Scene
                .Shift()
                .Use(Scene.Device, 600, deploy: true)
                .Reports($"R1,1,{Scene.At(1030)},OFF1,INC1,{Scene.At(600)},{Scene.Device},Fired,1")
                .Register(RegisterKind.Exhibits, "ExhibitRef,CartridgeSerial,DeviceSerial,IncidentRef,SeizedAt\n" + exhibits);
        With("").Only("C07");
        With($"E1,,,INC1,{Scene.At(700)}\n").None("C07");
        var early = With("");
        early.AsOf = Scene.Day.AddDays(6);
        early.None("C07");
    }

    [Fact]
    public void C08_wants_the_same_serial_in_two_incidents()
    {
        static Scene With(string second) =>
            new Scene
            {
                ProfileName = "uk-271-internal",
                ReportsCsv =
                    "ReportId,IncidentRef,IncidentDate,IncidentTime,CED Used,CED Fired,CED Fired Cartridge Number\n"
                    + $"R1,INC1,01/06/2026,11:00,Yes,Yes,C62AAAAAA\nR2,{second},05/06/2026,11:00,Yes,Yes,C62-AAAAAA\n",
            };
        With("INC2").Only("C08");
        With("INC1").None("C08");
    }

    [Fact]
    public void C09_compares_the_cartridge_with_the_issue_it_went_out_with()
    {
        static Scene With(string reportedBy) =>
            new Scene
            {
                ProfileName = "uk-271-internal",
                ReportsCsv =
                    "ReportId,OfficerRef,IncidentRef,IncidentDate,IncidentTime,CED Used,CED Device Serial No,CED Fired,CED Fired Cartridge Number\n"
                    + $"R1,OFF1,INC1,01/06/2026,11:00,Yes,{reportedBy},Yes,C62AAAAAA\n",
            }
                .Model(Scene.Device, "X2")
                .Use(Scene.Device, 600, deploy: true)
                .Model("X29BBBBB22", "X2")
                .Use("X29BBBBB22", 600, deploy: true)
                .Register(
                    RegisterKind.Issues,
                    $"IssueId,DeviceSerial,OfficerRef,IssuedAt,ReturnedAt,CartridgeSerials\nI1,{Scene.Device},OFF1,{Scene.At(420)},{Scene.At(1020)},C62AAAAAA\n"
                );
        With("X29BBBBB22").Only("C09");
        With(Scene.Device).None("C09");
    }

    [Fact]
    public void C10_is_any_difference_of_a_stock_take()
    {
        static Scene With(int counted) =>
            Scene
                .Shift()
                .Register(RegisterKind.Stocktakes, $"Armoury,Item,At,Counted,Expected\ncentral,cartridge,{Scene.At(900)},{counted},10\n");
        With(9).Only("C10");
        With(10).None("C10");
    }

    [Fact]
    public void C12_is_an_issue_inside_a_suspension()
    {
        static Scene With(double until) =>
            Scene.Shift().Register(RegisterKind.Suspensions, $"OfficerRef,From,To\nOFF1,{Scene.At(0)},{Scene.At(until)}\n");
        With(500).Only("C12");
        With(400).None("C12");
    }

    [Fact]
    public void E01_wants_a_test_before_the_first_armed_use_and_full_coverage()
    {
        static Scene Used(bool tested)
        {
            var scene = new Scene().Model(Scene.Device, "X2");
            scene.Register(
                RegisterKind.Devices,
                $"DeviceSerial,Model,Armoury,Status,FirstInService\n{Scene.Device},X2,central,in-service,{Scene.At(-1440)}\n"
            );
            scene.Register(
                RegisterKind.Issues,
                $"IssueId,DeviceSerial,OfficerRef,IssuedAt,ReturnedAt\nI1,{Scene.Device},OFF1,{Scene.At(420)},{Scene.At(1020)}\n"
            );
            return (tested ? scene.Test(Scene.Device, 423) : scene).Use(Scene.Device, 600, deploy: true).Reports();
        }

        Used(false).Only("E01");
        Used(true).None("E01");
        var off = Used(false);
        off.Rules = off.Rules with { TestEveryIssue = false };
        off.None("E01");
    }

    [Fact]
    public void E01_takes_a_test_that_went_on_too_long_and_was_made_again_for_a_test()
    {
        static Scene Overlong(double minute)
        {
            var scene = new Scene().Model(Scene.Device, "X2").Use(Scene.Device, minute, 7_000, EventCode.Arc);
            scene.Use(Scene.Device, minute + 2, 2_000, EventCode.Arc);
            scene.Register(
                RegisterKind.Issues,
                $"IssueId,DeviceSerial,OfficerRef,IssuedAt,ReturnedAt\nI1,{Scene.Device},OFF1,{Scene.At(420)},{Scene.At(1020)}\n"
            );
            scene.Register(
                RegisterKind.Devices,
                $"DeviceSerial,Model,Armoury,Status,FirstInService\n{Scene.Device},X2,central,in-service,{Scene.At(-1440)}\n"
            );
            return scene.Reports();
        }

        Overlong(424).None("E01");
        Overlong(600).Only("E01");
    }

    [Fact]
    public void E02_is_a_test_that_does_not_stop_at_one_cycle()
    {
        Scene.Shift().Use(Scene.Device, 424, 7_000, EventCode.Arc).Reports().Only("E02");
        Scene.Shift().Reports().None("E02");
    }

    [Fact]
    public void E03_goes_with_the_A01b_it_explains()
    {
        var result = Scene.Shift().Use(Scene.Device, 700, 2_000, EventCode.Arc).Reports().Run();
        var item = Assert.Single(result.Cases, c => c.Primary.RuleId == "A01b");
        Assert.Contains(item.Consequences, c => c.RuleId == "E03");
    }

    [Fact]
    public void E04_is_more_than_three_tests_in_one_issue()
    {
        static Scene Tests(int count)
        {
            var scene = Scene.Shift();
            for (int i = 1; i < count; i++)
            {
                scene.Test(Scene.Device, 423 + i * 2);
            }

            return scene.Reports();
        }

        Tests(4).Only("E04");
        Tests(3).None("E04");
    }

    [Fact]
    public void E06_wants_the_training_list_for_a_burst()
    {
        static Scene Burst(string training)
        {
            var scene = Scene.Shift("X2");
            scene.Use(Scene.Device, 1_100, 1_000, EventCode.Arc, cycles: 3);
            return scene.Reports().Register(RegisterKind.Training, "TrainingRef,DeviceSerial,From,To\n" + training);
        }

        Burst("").Only("E06");
        Burst($"T1,{Scene.Device},{Scene.At(1_090)},{Scene.At(1_200)}\n").None("E06");
    }

    [Fact]
    public void E07_reads_the_battery_at_issue()
    {
        static Scene With(int percent) =>
            new Scene()
                .Model(Scene.Device, "X2")
                .Write(Scene.Device, 430, EventCode.Light)
                .Register(
                    RegisterKind.Issues,
                    $"IssueId,DeviceSerial,OfficerRef,IssuedAt,ReturnedAt,BatteryPercent\nI1,{Scene.Device},OFF1,{Scene.At(420)},{Scene.At(1020)},{percent}\n"
                );
        With(20).Only("E07");
        With(21).None("E07");
    }

    [Fact]
    public void E08_is_an_issue_with_a_fault_open()
    {
        static Scene With(string until) =>
            Scene.Shift().Register(RegisterKind.Maintenance, $"DeviceSerial,Kind,At,Until\n{Scene.Device},fault,{Scene.At(10)},{until}\n");
        With("").Only("E08");
        With(Scene.At(400)).None("E08");
    }

    [Fact]
    public void E09_wants_three_full_cycles_after_a_fall()
    {
        static Scene With(int cycles) =>
            Scene
                .Shift()
                .Use(Scene.Device, 1_100, cycles: cycles)
                .Register(RegisterKind.Maintenance, $"DeviceSerial,Kind,At,Until\n{Scene.Device},wet-or-dropped,{Scene.At(1_050)},\n")
                .Register(
                    RegisterKind.Issues,
                    $"IssueId,DeviceSerial,OfficerRef,IssuedAt,ReturnedAt\nI2,{Scene.Device},OFF1,{Scene.At(1_200)},{Scene.At(1_300)}\n"
                )
                .Reports();
        var wanting = With(2);
        wanting.Write(Scene.Device, 1_350, EventCode.Light).Only("E09");
        With(3).Write(Scene.Device, 1_350, EventCode.Light).None("E09");
    }

    [Fact]
    public void E10_wants_a_full_function_check_every_24_weeks()
    {
        static Scene With(int daysAgo)
        {
            var scene = Scene.Shift();
            scene.Register(
                RegisterKind.Maintenance,
                $"DeviceSerial,Kind,At\nX2OTHER,function-check,{Scene.At(0)}\n{Scene.Device},function-check,{Scene.At(-1440 * daysAgo)}\n"
            );
            scene.AsOf = Scene.Day.AddDays(2);
            return scene;
        }

        With(170).Only("E10");
        With(100).None("E10");
    }
}
