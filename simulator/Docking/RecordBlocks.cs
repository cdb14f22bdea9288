using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// What stands behind event records and travels in Blocks (SPEC clause 8.16): the pulses of a pulse-log entry, both stamps of a clock
/// setting, the serial of a pack that was put in. Made from the record each time it is asked for, always the same bytes and parts,
/// whichever dock reads it.
/// </summary>
internal static class RecordBlocks
{
    /// <summary>
    /// A record's parts are the same on every transport, so a part fits the smaller payload. To a gateway that takes even less a dock
    /// sends the records without their Blocks.
    /// </summary>
    public const int PulsesPerPart = 110;

    /// <summary>Records whose Blocks go before them at once; then the dock waits for their acks.</summary>
    public const uint RecordsAtOnceMax = 32;

    // domain 1.7, marked there as background: 63 µC a pulse; the arc voltage is not measured
    private const ushort Charge10nC = 6_300;
    private const ushort PeakV = 1_350;
    private const ushort NotMeasured = ushort.MaxValue;

    /// <summary>How many Blocks the record has; 0 = none.</summary>
    public static ushort PartsOf(DeviceLog log, ulong sequence) =>
        log.RecordAt(sequence) switch
        {
            { Code: EventCode.PulseBlock } record => checked((ushort)((record.Argument + PulsesPerPart - 1) / PulsesPerPart)),
            { Code: EventCode.TimeSync } => 1,
            { Code: EventCode.BatteryInsert } when log.SerialAt(sequence).Length > 0 => 1,
            _ => 0,
        };

    /// <summary>Writes one Block as a frame; part counts from 1. Answers its bytes.</summary>
    public static int Write(Span<byte> frame, uint session, uint number, DockVisit visit, DeviceLog log, ulong sequence, ushort part)
    {
        var record = log.RecordAt(sequence);
        Span<byte> content = stackalloc byte[Limits.SerialPayloadBytesMax];
        var (kind, bytes) = record.Code switch
        {
            EventCode.PulseBlock => (BlockKind.Pulses, Pulses(content, visit.Device.Model, record, part)),
            EventCode.TimeSync => (
                BlockKind.TimeSync,
                BlockContent.WriteTimeSync(
                    content,
                    new ClockSetting(SyncSource.VendorTool, BatchSource.Unit(visit.Device.Model), record.Stamp, record.Argument)
                )
            ),
            _ => (
                BlockKind.Serials,
                BlockContent.WriteSerials(
                    content,
                    [new PartSerial(SerialOf.BatteryPack, EventRecord.ByteAbsent, "battery pack", log.SerialAt(sequence))]
                )
            ),
        };
        var header = new BlockHeader(log.Key, sequence, part, PartsOf(log, sequence), kind, BatchSource.CarrierText(visit));
        return Block.Write(frame, session, number, header, content[..bytes]);
    }

    private static int Pulses(Span<byte> content, Model model, in EventRecord record, ushort part)
    {
        var first = (uint)(part - 1) * PulsesPerPart;
        var count = (int)Math.Min(PulsesPerPart, record.Argument - first);
        var draw = new Draw(record.Stamp ^ (ulong)record.MonotonicMs << 32 ^ first);
        Span<Pulse> pulses = stackalloc Pulse[PulsesPerPart];
        for (var i = 0; i < count; i++)
        {
            pulses[i] = new Pulse(
                (ushort)(first + i == 0 ? 0 : 100_000 / model.PulsesPerSecond + draw.Between(-40, 40)),
                (ushort)(Charge10nC + draw.Between(-250, 250)),
                (ushort)(PeakV + draw.Between(-120, 120)),
                NotMeasured
            );
        }

        return BlockContent.WritePulses(content, first, pulses[..count]);
    }
}
