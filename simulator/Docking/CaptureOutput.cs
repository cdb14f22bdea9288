using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// Writes every visit of a history as the frames its dock would have sent at that time. Each record goes once: a dock that meets no
/// gateway knows only what it has captured itself.
/// </summary>
internal static class CaptureOutput
{
    /// <param name="receipts">Signs as the gateway whose receipts docks show; null = they show none of its.</param>
    public static long Write(Stream output, History history, ReceiptSigner? receipts = null)
    {
        var writer = new CaptureWriter(output, Ns(history.EndUtcMs));
        var buffer = new byte[Limits.MqttFrameBytesMax];
        var records = 0L;
        foreach (var (visit, fresh) in Reads(history))
        {
            records += new VisitCapture(writer, history, visit, buffer, receipts).Write(fresh);
        }

        return records;
    }

    /// <summary>What each visit's dock passes on, in order: what it has not captured before.</summary>
    public static IEnumerable<(DockVisit Visit, IReadOnlyList<(DeviceLog Log, SequenceRange Range)> Fresh)> Reads(History history)
    {
        var sent = new Dictionary<DeviceLog, RangeSet>();
        foreach (var visit in history.Visits)
        {
            var all = new List<(DeviceLog, SequenceRange)>();
            foreach (var (log, range) in visit.Held)
            {
                if (!sent.TryGetValue(log, out var before))
                {
                    sent[log] = before = new RangeSet();
                }

                all.AddRange(before.Missing(range).Select(fresh => (log, fresh)));
                if (visit.Altered is null)
                {
                    // what an altering dock passed on is read again at the next docking, as a second download would
                    before.Add(range);
                }
            }

            yield return (visit, all);
        }
    }

    public static DockAddress Address(History history, Dock dock) => new(history.Scenario.Force, dock.Armoury.Name, dock.Name);

    public static ulong BootId(History history, Dock dock) => Randomness.Draw.For(history.Seed, "boot " + dock.Name).Bits() | 1;

    public static ulong Ns(long utcMs) => checked((ulong)utcMs * 1_000_000);
}
