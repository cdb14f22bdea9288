using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Calendar;
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
            records += WriteVisit(writer, history, visit, sent, buffer);
        }

        return records;
    }

    public static DockAddress Address(History history, Dock dock) => new(history.Scenario.Force, dock.Armoury.Name, dock.Name);

    private static long WriteVisit(
        CaptureWriter writer,
        History history,
        DockVisit visit,
        Dictionary<DeviceLog, RangeSet> sent,
        byte[] buffer
    )
    {
        var transport = visit.Dock.Transport == "serial" ? Transport.Serial : Transport.Mqtt;
        var payloadMax = transport == Transport.Serial ? Limits.SerialPayloadBytesMax : Limits.MqttPayloadBytesMax;
        var address = Address(history, visit.Dock);
        var (session, frame, at) = ((uint)visit.Id, 0u, Ns(visit.TrueUtcMs));
        var boot = BootId(history, visit.Dock);
        var monotonic = Ns(visit.TrueUtcMs - history.StartUtcMs + UkTime.HourMs);

        void Put<T>(uint inSession, uint number, T message)
            where T : struct, IMessage<T>
        {
            var bytes = FrameWriter.Write(buffer, inSession, number, message);
            writer.Write(at, transport, CaptureDirection.Up, address, buffer.AsSpan(0, bytes));
        }

        Put(0, 0, BatchSource.Hello(address, transport, (ulong)visit.Id, boot, monotonic, at));
        at += 50_000_000;
        Put(session, ++frame, BatchSource.Reading(visit, visit.TrueUtcMs, boot, monotonic, Ns(visit.TrueUtcMs)));
        foreach (var (log, ranges) in BatchSource.Offers(visit))
        {
            Put(session, 0, BatchSource.Docked(visit, log, ranges, false));
        }

        var records = 0L;
        foreach (var (log, range) in visit.Held)
        {
            if (!sent.TryGetValue(log, out var before))
            {
                sent[log] = before = new RangeSet();
            }

            foreach (var fresh in before.Missing(range))
            {
                var left = fresh;
                while (left.Count > 0)
                {
                    at += 20_000_000;
                    var (bytes, count) = BatchSource.Write(buffer, payloadMax, visit, log, left, session, ++frame);
                    writer.Write(at, transport, CaptureDirection.Up, address, buffer.AsSpan(0, bytes));
                    left = new SequenceRange(left.First + count, left.Count - count);
                    records += count;
                }
            }

            if (visit.Altered is null)
            {
                // what an altering dock passed on is read again at the next docking, as a second download would
                before.Add(range);
            }
        }

        at += 20_000_000;
        Put(
            session,
            ++frame,
            new Undocked(Reason.CarrierReleased, true, boot, monotonic + 1_000_000_000, visit.Device.Serial, BatchSource.CarrierText(visit))
        );
        return records;
    }

    private static ulong BootId(History history, Dock dock) => Randomness.Draw.For(history.Seed, "boot " + dock.Name).Bits() | 1;

    private static ulong Ns(long utcMs) => checked((ulong)utcMs * 1_000_000);
}
