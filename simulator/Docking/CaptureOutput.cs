using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// Writes every visit of a history as the frames its dock would have sent at that time. Each record goes once: a dock that meets no
/// gateway knows only what it has captured itself.
/// </summary>
internal static class CaptureOutput
{
    public static long Write(Stream output, History history)
    {
        var writer = new CaptureWriter(output, Ns(history.EndUtcMs));
        var sent = new Dictionary<DeviceLog, RangeSet>();
        var buffer = new byte[Limits.MqttFrameBytesMax];
        var records = 0L;
        foreach (var visit in history.Visits)
        {
            records += new VisitCapture(writer, history, visit, buffer).Write(sent);
        }

        return records;
    }

    public static DockAddress Address(History history, Dock dock) => new(history.Scenario.Force, dock.Armoury.Name, dock.Name);

    public static ulong BootId(History history, Dock dock) => Randomness.Draw.For(history.Seed, "boot " + dock.Name).Bits() | 1;

    public static ulong Ns(long utcMs) => checked((ulong)utcMs * 1_000_000);
}
