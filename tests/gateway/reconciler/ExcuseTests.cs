using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>Each excuse of domain 2.7.1, and beside it the case one step away that it does not excuse.</summary>
public sealed class ExcuseTests
{
    private const string Gun = Scene.Device;
    private const double OffIssue = 1_100; // the shift is from 420 to 1020

    [Fact]
    public void Standing_in_a_dock_excuses_between_connect_and_disconnect_and_never_on_issue()
    {
        Assert.Equal(ActivationClass.Maintenance, Last(Linked(OffIssue, OffIssue + 5)));
        Assert.Equal(ActivationClass.Unaccounted, Last(Linked(OffIssue, OffIssue + 15)));
        Assert.Equal(ActivationClass.Unaccounted, Last(Linked(700, 705)));
    }

    [Fact]
    public void A_connect_before_a_hole_in_the_log_excuses_nothing_behind_it()
    {
        var scene = Scene.Shift().Write(Gun, OffIssue, EventCode.UsbConnect).Write(Gun, OffIssue + 1, EventCode.Light);
        scene.Use(Gun, OffIssue + 30, 2_000, EventCode.Arc);
        Assert.Equal(ActivationClass.Maintenance, Last(scene.Reports()));
        Assert.Equal(ActivationClass.Unaccounted, Last(scene.Lose(Gun, 4)));
    }

    [Theory]
    [InlineData(OffIssue, 4, ActivationClass.Maintenance)]
    [InlineData(OffIssue, 7, ActivationClass.Unaccounted)]
    [InlineData(700, 4, ActivationClass.Unaccounted)]
    public void A_firmware_update_excuses_five_minutes_and_never_on_issue(double updated, double later, ActivationClass expected)
    {
        var scene = Scene.Shift().Write(Gun, updated, EventCode.FirmwareUpdate, argument: 1);
        Assert.Equal(expected, Last(scene.Use(Gun, updated + later, 2_000, EventCode.Arc).Reports()));
    }

    [Theory]
    [InlineData(434, 2_000, ActivationClass.Test)]
    [InlineData(437, 2_000, ActivationClass.Unaccounted)]
    [InlineData(434, 7_000, ActivationClass.Unaccounted)]
    public void The_test_pattern_excuses_near_the_issue_and_within_one_cycle(double minute, uint ms, ActivationClass expected)
    {
        Assert.Equal(expected, Last(Scene.Shift("X26").Write(Gun, minute, EventCode.Trigger, ms).Reports()));
    }

    [Fact]
    public void One_test_an_issue_is_excused_and_an_explicit_one_always()
    {
        Assert.Equal(ActivationClass.Unaccounted, Last(Scene.Shift().Test(Gun, 430).Reports()));
        Assert.Equal(ActivationClass.Test, Last(Scene.Shift("TASER 10").Write(Gun, 700, EventCode.Test, 1_000).Reports()));
    }

    [Theory]
    [InlineData(1_150, false, 0, ActivationClass.Training)]
    [InlineData(1_210, false, 0, ActivationClass.Unaccounted)]
    [InlineData(650, false, 0, ActivationClass.Unaccounted)] // on operational issue, whatever the list says
    [InlineData(1_150, true, 0, ActivationClass.Unaccounted)] // the list has no cartridge
    [InlineData(1_150, true, 1, ActivationClass.Training)]
    public void A_training_list_excuses_its_device_time_and_cartridges(double minute, bool deploy, int cartridges, ActivationClass expected)
    {
        var scene = Scene.Shift().Use(Gun, minute, 2_000, deploy: deploy);
        scene.Register(
            RegisterKind.Training,
            $"TrainingRef,DeviceSerial,From,To,Cartridges\nT1,{Gun},{Scene.At(600)},{Scene.At(700)},{cartridges}\nT2,{Gun},{Scene.At(1100)},{Scene.At(1200)},{cartridges}\n"
        );
        Assert.Equal(expected, Last(scene.Reports()));
    }

    [Theory]
    [InlineData(1_150, ActivationClass.Maintenance)]
    [InlineData(1_210, ActivationClass.Unaccounted)]
    [InlineData(650, ActivationClass.Unaccounted)]
    public void A_workshop_row_excuses_its_time_off_issue(double minute, ActivationClass expected)
    {
        var scene = Scene.Shift().Use(Gun, minute, 2_000);
        scene.Register(
            RegisterKind.Maintenance,
            $"DeviceSerial,Kind,At,Until\n{Gun},workshop,{Scene.At(600)},{Scene.At(700)}\n{Gun},workshop,{Scene.At(1100)},{Scene.At(1200)}\n"
        );
        Assert.Equal(expected, Last(scene.Reports()));
    }

    [Theory]
    [InlineData(605, "SUP1", ActivationClass.Unintentional)]
    [InlineData(640, "SUP1", ActivationClass.Unaccounted)]
    [InlineData(605, "", ActivationClass.Unaccounted)]
    public void A_signed_entry_excuses_the_discharge_that_it_is_about(double entry, string signed, ActivationClass expected)
    {
        var scene = Scene.Shift().Use(Gun, 600, deploy: true);
        scene.Register(RegisterKind.Unintentional, $"EntryRef,DeviceSerial,At,SignedBy\nU1,{Gun},{Scene.At(entry)},{signed}\n");
        Assert.Equal(expected, Last(scene.Reports()));
    }

    /// <summary>Connected at one time, disconnected ten minutes later, and an arc at another.</summary>
    private static Scene Linked(double connected, double arc)
    {
        var scene = Scene.Shift().Write(Gun, connected, EventCode.UsbConnect);
        return arc < connected + 10
            ? scene.Use(Gun, arc, 2_000, EventCode.Arc).Write(Gun, connected + 10, EventCode.UsbDisconnect).Reports()
            : scene.Write(Gun, connected + 10, EventCode.UsbDisconnect).Use(Gun, arc, 2_000, EventCode.Arc).Reports();
    }

    private static ActivationClass Last(Scene scene) => scene.Run().Activations[^1].Class;
}
