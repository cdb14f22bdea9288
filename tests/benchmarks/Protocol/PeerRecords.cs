using MemoryPack;
using MessagePack;
using ProtoBuf;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Benchmarks.Protocol;

/// <summary>The event record as the peers like it best: numbered fields, no names on the wire, source-generated where they offer it.</summary>
[ProtoContract]
[MessagePackObject]
[MemoryPackable]
public sealed partial class PeerRecord
{
    [ProtoMember(1), Key(0)]
    public ulong Stamp { get; set; }

    [ProtoMember(2), Key(1)]
    public uint MonotonicMs { get; set; }

    [ProtoMember(3), Key(2)]
    public ushort Code { get; set; }

    [ProtoMember(4), Key(3)]
    public ushort Flags { get; set; }

    [ProtoMember(5), Key(4)]
    public uint DurationMs { get; set; }

    [ProtoMember(6), Key(5)]
    public uint ArmedSession { get; set; }

    [ProtoMember(7), Key(6)]
    public uint Bays { get; set; }

    [ProtoMember(8), Key(7)]
    public short TemperatureDeciC { get; set; }

    [ProtoMember(9), Key(8)]
    public byte BatteryPercent { get; set; }

    [ProtoMember(10), Key(9)]
    public byte Bay { get; set; }

    [ProtoMember(11), Key(10)]
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
