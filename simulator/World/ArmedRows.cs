using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Simulator.World;

/// <summary>What a device writes of an armed session: its beginning and its end, and what its camera-signal pack sends beside them.</summary>
internal static class ArmedRows
{
    public static long Arm(Device device, long atUtcMs)
    {
        if (device.Model.HasArmRows)
        {
            device.BeginArmedSession();
            device.Write(atUtcMs, EventCode.Arm, armed: true);
            if (device.SignalsCameras)
            {
                device.Write(atUtcMs + 300, EventCode.SignalTransmit, argument: (ulong)EventCode.Arm);
            }
        }

        return atUtcMs;
    }

    /// <summary>Armed, but the row that says so was never written.</summary>
    public static long ArmUnwritten(Device device, long atUtcMs)
    {
        device.BeginArmedSession();
        return atUtcMs;
    }

    public static long Safe(Device device, long armedAtUtcMs, long atUtcMs)
    {
        if (device.Model.HasArmRows)
        {
            device.Write(atUtcMs, EventCode.Safe, atUtcMs - armedAtUtcMs, armed: true);
            if (device.SignalsCameras)
            {
                // the signal goes on for a while in safe mode: no second arming (domain 1.10)
                device.Write(atUtcMs + 700, EventCode.SignalTransmit, argument: (ulong)EventCode.Arm);
            }
        }

        return atUtcMs;
    }

    public static void Restore(Device device, uint bays)
    {
        for (var i = 0; i < device.Model.Bays; i++)
        {
            device.SetBay(i, (BayState)((bays >> (3 * i)) & 7));
        }
    }
}
