using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>
/// Each known artefact of domain 1.10 in an otherwise tidy shift: nothing above information arises from it, except A18 where a
/// discharge at the armoury is in no register. The counter-cases show that the scene would tell.
/// </summary>
public sealed class InnocentArtefactTests
{
    private const string Gun = Scene.Device;

    [Fact]
    public void A_cycle_that_V22_firmware_logged_in_parts_is_one()
    {
        Nothing(Split("V22"));
    }

    [Fact]
    public void Parts_that_sum_to_a_cycle_do_not_exceed_it_by_their_rounding()
    {
        const string Columns =
            "IncidentDate,IncidentTime,CED Used,CED Device Serial No,CED Fired,CED Fired Total Number Of Cycles,CED Fired Cycle Extended Beyond 5 Secs,CED Fired 5 Secs Cycle Interrupted\n";
        var scene = Tested("X26");
        scene.Firmware = "V24";
        scene.Write(Gun, 600, EventCode.Trigger, 3_000).Write(Gun, 600 + 4 / 60.0, EventCode.Trigger, 3_000);
        scene.ProfileName = "uk-271";
        scene.ReportsCsv = Columns + $"01/06/2026,11:00,Yes,{Gun},Yes,1,No,No\n";
        scene.None("A07");
        scene.None("B01");
        scene.Write(Gun, 601, EventCode.Trigger, 6_000);
        Assert.Equal(1, scene.Only("A07").Priority);
    }

    [Fact]
    public void Rows_that_may_be_one_cycle_in_parts_or_two_that_ended_early_bear_out_either_statement()
    {
        const string Columns =
            "IncidentDate,IncidentTime,CED Used,CED Device Serial No,CED Fired,CED Fired Total Number Of Cycles,CED Fired 5 Secs Cycle Interrupted\n";
        Scene Stating(string interrupted, string firmware)
        {
            var scene = Tested("X26");
            scene.Firmware = firmware;
            scene.Write(Gun, 600, EventCode.Trigger, 2_000).Write(Gun, 600 + 4 / 60.0, EventCode.Trigger, 3_000);
            scene.ProfileName = "uk-271";
            scene.ReportsCsv = Columns + $"01/06/2026,11:00,Yes,{Gun},Yes,1,{interrupted}\n";
            return scene;
        }

        Stating("Yes", "V22").None("A08");
        Stating("No", "V22").None("A08");
        Stating("Yes", "V25").None("A08");
        Stating("No", "V25").Only("A08");
    }

    [Fact]
    public void The_same_parts_from_another_firmware_are_several_cycles()
    {
        Assert.Contains(Raised(Split("V25")), f => f.RuleId == "A06");
    }

    [Fact]
    public void A_programming_code_is_a_fault_and_no_gap()
    {
        Nothing(Tested("X26").Write(Gun, 1025, EventCode.Fault, argument: 14).Write(Gun, 1026, EventCode.Fault, argument: 5));
    }

    [Fact]
    public void A_fired_cartridge_that_is_still_read_as_live_is_a_fired_one()
    {
        Nothing(
            Tested("TASER 10")
                .Write(Gun, 600, EventCode.Arm, bays: Live)
                .Write(Gun, 600.05, EventCode.Deploy, bays: Live, bay: 0)
                .Write(Gun, 600.06, EventCode.Deploy, bays: Live, bay: 1)
                .Write(Gun, 600.1, EventCode.Trigger, 5_000, Live, bay: 0)
                .Write(Gun, 600.5, EventCode.Safe, 30_000, Live)
                .Reports(Fired)
        );
    }

    [Fact]
    public void A_short_circuit_across_the_wires_is_an_activation_like_any_other()
    {
        Nothing(
            Tested("TASER 7")
                .Write(Gun, 600, EventCode.Arm, bays: Live)
                .Write(Gun, 600.1, EventCode.Trigger, 5_000, Live, bay: 0)
                .Write(Gun, 600.1, EventCode.Deploy, bays: Live, bay: 0)
                .Write(Gun, 600.5, EventCode.Safe, 30_000, Live)
                .Reports(Fired)
        );
    }

    [Fact]
    public void A_pack_that_goes_on_signalling_in_safe_mode_arms_nothing()
    {
        var scene = Tested("X2").Use(Gun, 600, deploy: true).Reports(Fired);
        for (int i = 0; i < 5; i++)
        {
            scene.Write(Gun, 601 + i, EventCode.SignalTransmit);
        }

        Nothing(scene.Write(Gun, 1050, EventCode.SignalTransmit));
    }

    [Fact]
    public void A_deployment_with_one_probe_that_missed_is_a_use_without_a_connection()
    {
        var scene = Tested("TASER 10")
            .Write(Gun, 600, EventCode.Arm, bays: Live)
            .Write(Gun, 600.05, EventCode.Deploy, bays: Live, bay: 0)
            .Write(Gun, 600.1, EventCode.Trigger, 5_000, Live, bay: 0)
            .Write(Gun, 600.5, EventCode.Safe, 30_000, Live);
        Nothing(scene.Reports(Fired));
    }

    [Fact]
    public void A_declared_unintentional_discharge_is_its_own_workflow()
    {
        var scene = Tested("X2").Use(Gun, 430, 1_000, deploy: true).Reports();
        scene.Register(RegisterKind.Unintentional, $"EntryRef,DeviceSerial,At,SignedBy\nU1,{Gun},{Scene.At(430)},SUP1\n");
        Nothing(scene);
    }

    [Fact]
    public void An_unintentional_discharge_that_nobody_declared_raises_A18()
    {
        var raised = Raised(Tested("X2").Use(Gun, 430, 1_000, deploy: true).Reports());
        Assert.Contains(raised, f => f.RuleId == "A18");
    }

    private static readonly string Fired = $"R1,1,{Scene.At(1030)},OFF1,INC1,{Scene.At(601)},{Gun},Fired,1";

    private static readonly uint Live = Scene.Bays(BayState.Live, BayState.Live, BayState.Live);

    /// <summary>2 s, 1 s and 2 s with half a second between them: one cycle of 5 s with a loose battery.</summary>
    private static Scene Split(string firmware)
    {
        var scene = Tested("X26");
        scene.Firmware = firmware;
        return scene
            .Write(Gun, 600, EventCode.Trigger, 2_000)
            .Write(Gun, 600 + 3 / 60.0, EventCode.Trigger, 1_000)
            .Write(Gun, 600 + 5 / 60.0, EventCode.Trigger, 2_000)
            .Reports(Fired);
    }

    /// <summary>A device on issue that was tested as its model is.</summary>
    private static Scene Tested(string model)
    {
        var scene = Scene.Shift(model);
        return model switch
        {
            "X26" => scene.Write(Gun, 423, EventCode.Trigger, 2_000).Reports(),
            "TASER 10" => scene.Write(Gun, 423, EventCode.Test, 1_000).Reports(),
            _ => scene.Reports(),
        };
    }

    private static void Nothing(Scene scene) => Assert.Empty(Raised(scene));

    private static List<Finding> Raised(Scene scene) => [.. scene.Run().Findings.Where(f => f.Priority > 0)];
}
