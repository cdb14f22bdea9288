using MemoryPack;
using MessagePack;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Benchmarks.Protocol;

/// <summary>The event record as the peers like it best: numbered fields, no names on the wire, source-generated where they offer it.</summary>
[MessagePackObject]
[MemoryPackable]
public sealed partial class PeerRecord
{
    [Key(0)]
    public ulong Stamp { get; set; }

    [Key(1)]
    public uint MonotonicMs { get; set; }

    [Key(2)]
    public ushort Code { get; set; }

    [Key(3)]
    public ushort Flags { get; set; }

    [Key(4)]
    public uint DurationMs { get; set; }

    [Key(5)]
    public uint ArmedSession { get; set; }

    [Key(6)]
    public uint Bays { get; set; }

    [Key(7)]
    public short TemperatureDeciC { get; set; }

    [Key(8)]
    public byte BatteryPercent { get; set; }

    [Key(9)]
    public byte Bay { get; set; }

    [Key(10)]
    public ulong Argument { get; set; }

    internal static PeerRecord From(in EventRecord record) =>
        new()
        {
            Stamp = record.Stamp,
            MonotonicMs = record.MonotonicMs,
            Code = (ushort)record.Code,
            Flags = (ushort)record.Flags,
            DurationMs = record.DurationMs,
            ArmedSession = record.ArmedSession,
            Bays = record.Bays,
            TemperatureDeciC = record.TemperatureDeciC,
            BatteryPercent = record.BatteryPercent,
            Bay = record.Bay,
            Argument = record.Argument,
        };
}
