using TaserTelemetry.Reconciler.Import;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>Scenes that several tests look at.</summary>
internal static class RuleScenes
{
    /// <summary>A shift in which much differs: uses with and without reports, a wrong serial, late reports, long cycles.</summary>
    public static Scene Everything()
    {
        var scene = Scene.Shift();
        scene.Use(Scene.Device, 500, 7_000, deploy: true, cycles: 5);
        scene.Use(Scene.Device, 600, deploy: true);
        scene.Use(Scene.Device, 700, 2_000, TaserTelemetry.FirmwareProtocol.Records.EventCode.Arc);
        scene.Use(Scene.Device, 1_100, deploy: true);
        scene.Reports(
            $"R1,1,{Scene.At(9000)},OFF1,INC1,{Scene.At(502)},{Scene.Device},Red-dot,2",
            $"R2,1,{Scene.At(1030)},OFF1,INC2,{Scene.At(900)},X290001AB,Fired,1",
            $"R3,1,{Scene.At(1030)},OFF2,INC3,{Scene.At(800)},ZZZ,,",
            $"R4,1,{Scene.At(1030)},OFF1,INC4,{Scene.At(702)},{Scene.Device},,1"
        );
        scene.Register(RegisterKind.People, "OfficerRef,Role,AccreditedFrom,AccreditedTo\nOFF9,regular,2025-01-01T00:00:00Z,\n");
        scene.Register(RegisterKind.Exhibits, "ExhibitRef,SeizedAt\n");
        scene.Register(RegisterKind.Stocktakes, $"Armoury,Item,At,Counted,Expected\ncentral,cartridge,{Scene.At(1200)},9,10\n");
        return scene;
    }
}
