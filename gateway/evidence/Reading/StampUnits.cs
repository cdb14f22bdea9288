using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Evidence.Reading;

/// <summary>What one unit of a device's stamp is worth.</summary>
public static class StampUnits
{
    /// <summary>Nanoseconds of one unit; 0 for a unit that is not stated or not known: such stamps say no time.</summary>
    public static ulong NsOf(byte stampUnit) =>
        (StampUnit)stampUnit switch
        {
            StampUnit.Seconds => 1_000_000_000,
            StampUnit.Milliseconds => 1_000_000,
            StampUnit.Microseconds => 1_000,
            _ => 0,
        };
}
