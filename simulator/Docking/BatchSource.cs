using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>Turns what a visit holds into messages; the same for a live dock and a capture.</summary>
internal static class BatchSource
{
    public static RecordBatchHeader Header(DockVisit visit, DeviceLog log, ulong firstSequence)
    {
        var model = visit.Device.Model;
        return new RecordBatchHeader(
            log.Key,
            firstSequence,
            CarrierText(visit),
            model.Name,
            model.Firmware,
            Unit(model),
            0,
            checked((ushort)model.DurationUnitMs),
            64,
            visit.TranslatorVersion > 0 ? VisitTrust.Translator : (ushort)0,
            visit.TranslatorVersion
        );
    }

    /// <summary>Writes one batch of as many records as fit, from the range's start; answers how many bytes and records.</summary>
    public static (int Bytes, uint Records) Write(
        Span<byte> frame,
        int payloadBytesMax,
        DockVisit visit,
        DeviceLog log,
        SequenceRange range,
        uint session,
        uint frameNumber
    )
    {
        var writer = new RecordBatchWriter(frame, payloadBytesMax, Header(visit, log, range.First));
        var sequence = range.First;
        while (sequence < range.Next && writer.TryAdd(visit.RecordAt(log, sequence)))
        {
            sequence++;
        }

        return (writer.Finish(session, frameNumber), checked((uint)(sequence - range.First)));
    }

    public static ClockReading Reading(DockVisit visit, long trueUtcMs, ulong bootId, ulong monotonicNs, ulong dockUtcNs)
    {
        var stamp = (ulong)(Math.Max(0, trueUtcMs + visit.ClockErrorMs) / visit.Device.Model.StampUnitMs);
        return new ClockReading(
            SyncOrder.BeforeSync,
            Unit(visit.Device.Model),
            0,
            stamp,
            bootId,
            monotonicNs,
            monotonicNs + 2_000_000,
            dockUtcNs,
            ClockState.Disciplined,
            visit.Device.Serial,
            CarrierText(visit)
        );
    }

    /// <summary>One Docked for each log, and another for each further 16 ranges of it.</summary>
    public static IEnumerable<(DeviceLog Log, SequenceRange[] Ranges)> Offers(DockVisit visit)
    {
        foreach (var byLog in visit.Offered.GroupBy(h => h.Log))
        {
            foreach (var ranges in byLog.Select(h => h.Range).Chunk(Limits.RangesMax))
            {
                yield return (byLog.Key, ranges);
            }
        }
    }

    public static Docked Docked(DockVisit visit, DeviceLog log, SequenceRange[] ranges, bool moreFollow)
    {
        var flags = moreFollow ? DockedFlags.MoreFollow : DockedFlags.None;
        if (ranges.Any(r => HoldsActivation(log, r)))
        {
            flags |= DockedFlags.HoldsActivation;
        }

        return new Docked(
            log.Key,
            flags,
            64,
            SequenceRanges.Of(ranges),
            CarrierText(visit),
            visit.Device.Model.Name,
            visit.Device.Model.Firmware
        );
    }

    /// <summary>What the dock says of its own clock.</summary>
    public static ClockState ClockOf(Dock dock) =>
        dock.Clock switch
        {
            "free-running" => ClockState.FreeRunning,
            "not-set" => ClockState.NotSet,
            _ => ClockState.Disciplined,
        };

    /// <summary>The carrier leaves the dock, read to the end or not.</summary>
    public static Undocked Undocked(DockVisit visit, ulong bootId, ulong monotonicNs) =>
        new(
            visit.IsCut ? Reason.CarrierRemoved : Reason.CarrierReleased,
            !visit.IsCut,
            bootId,
            monotonicNs,
            visit.Device.Serial,
            CarrierText(visit)
        );

    public static Hello Hello(DockAddress address, Transport transport, ulong connection, ulong boot, ulong monotonicNs, ulong utcNs) =>
        new(
            1,
            1,
            transport == Transport.Serial ? (ushort)Limits.SerialPayloadBytesMax : (ushort)Limits.MqttPayloadBytesMax,
            transport,
            ClockState.Disciplined,
            connection,
            boot,
            monotonicNs,
            utcNs,
            address.Force,
            address.Armoury,
            address.Dock,
            "taser-sim dock",
            "1",
            default,
            default
        );

    /// <summary>Empty on the wire where the device itself was put in.</summary>
    public static string CarrierText(DockVisit visit) => visit.Carrier == visit.Device.Serial ? "" : visit.Carrier;

    private static bool HoldsActivation(DeviceLog log, SequenceRange range)
    {
        for (var sequence = range.First; sequence < range.Next; sequence++)
        {
            if (log.RecordAt(sequence).Code is EventCode.Trigger or EventCode.Arc or EventCode.Reenergise or EventCode.Deploy)
            {
                return true;
            }
        }

        return false;
    }

    public static StampUnit Unit(Model model) => model.StampUnitMs == 1 ? StampUnit.Milliseconds : StampUnit.Seconds;
}
