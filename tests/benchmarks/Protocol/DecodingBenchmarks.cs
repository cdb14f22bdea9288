using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using MemoryPack;
using MessagePack;
using TaserTelemetry.Benchmarks.Protocol.Generated;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Benchmarks.Protocol;

/// <summary>
/// Decode, header check, CRC and ten checks of every record, of 8 KiB batches on one core, beside a copy, the checksum alone, and what
/// peers take to make objects of the same records (they check nothing). One operation is all batches; rates count records of 40 bytes,
/// so that a peer's own encoding neither flatters nor harms it.
/// </summary>
// open: BenchmarkDotNet derives from the class it runs
public class DecodingBenchmarks
{
    private static readonly SampleBatch[] Batches = SampleBatches.Of(Limits.MqttPayloadBytesMax);
    private readonly byte[] sink = new byte[Limits.MqttFrameBytesMax];
    private readonly byte[][] frames = Each(batch => batch.Frame);
    private readonly byte[][] protobuf = Each(batch => Proto(batch.Records).ToByteArray());
    private readonly byte[][] messagePack = Each(batch => MessagePackSerializer.Serialize(Peers(batch)));
    private readonly byte[][] memoryPack = Each(batch => MemoryPackSerializer.Serialize(Peers(batch)));
    private readonly byte[][] memoryPackCopy = Each(batch => MemoryPackSerializer.Serialize(batch.Records));
    private readonly byte[][] json = Each(batch => JsonSerializer.SerializeToUtf8Bytes(Peers(batch)));

    /// <summary>Records of one operation.</summary>
    internal static int Records => Batches.Sum(batch => batch.Records.Length);

    [Benchmark(Baseline = true, Description = "ours: decode, header, CRC, ten checks")]
    public uint Ours()
    {
        var count = 0u;
        foreach (var frame in frames)
        {
            var read = FrameReader.Read(frame, Limits.MqttPayloadBytesMax);
            if (
                read.Status == ReadStatus.Done
                && RecordBatch.Decode(read.Frame, out var batch).IsNone
                && batch.Validate() == RecordMarks.None
            )
            {
                count += (uint)batch.Count;
            }
        }

        return count == Records ? count : throw new InvalidOperationException("The batches are right and must be read so.");
    }

    [Benchmark(Description = "ours, and every field of every record read")]
    public ulong OursReadToo()
    {
        var sum = 0UL;
        foreach (var frame in frames)
        {
            var read = FrameReader.Read(frame, Limits.MqttPayloadBytesMax);
            _ = RecordBatch.Decode(read.Frame, out var batch);
            sum += (uint)batch.Validate();
            for (var index = 0; index < batch.Count; index++)
            {
                sum ^= Joined(batch[index]);
            }
        }

        return sum;
    }

    [Benchmark(Description = "a copy alone (memcpy)")]
    public byte Copy()
    {
        foreach (var frame in frames)
        {
            frame.CopyTo(sink, 0);
        }

        return sink[^1];
    }

    [Benchmark(Description = "CRC-32C alone")]
    public uint Crc()
    {
        var sum = 0u;
        foreach (var frame in frames)
        {
            sum ^= Crc32C.Of(frame);
        }

        return sum;
    }

    [Benchmark(Description = "Google.Protobuf, generated class")]
    public int Protobuf()
    {
        var count = 0;
        foreach (var bytes in protobuf)
        {
            count += ProtoBatch.Parser.ParseFrom(bytes).Records.Count;
        }

        return count;
    }

    [Benchmark(Description = "MessagePack, objects")]
    public int MessagePackObjects()
    {
        var count = 0;
        foreach (var bytes in messagePack)
        {
            count += MessagePackSerializer.Deserialize<PeerRecord[]>(bytes).Length;
        }

        return count;
    }

    [Benchmark(Description = "MemoryPack, objects")]
    public int MemoryPackObjects()
    {
        var count = 0;
        foreach (var bytes in memoryPack)
        {
            count += MemoryPackSerializer.Deserialize<PeerRecord[]>(bytes)!.Length;
        }

        return count;
    }

    [Benchmark(Description = "MemoryPack, copy of an unmanaged array: the ceiling")]
    public int MemoryPackCopy()
    {
        var count = 0;
        foreach (var bytes in memoryPackCopy)
        {
            count += MemoryPackSerializer.Deserialize<EventRecord[]>(bytes)!.Length;
        }

        return count;
    }

    [Benchmark(Description = "System.Text.Json")]
    public int Json()
    {
        var count = 0;
        foreach (var bytes in json)
        {
            count += JsonSerializer.Deserialize<PeerRecord[]>(bytes)!.Length;
        }

        return count;
    }

    // Wraps on purpose: all that matters is that no field can be left unread.
    private static ulong Joined(in EventRecord record) =>
        unchecked(
            record.Stamp
            ^ record.MonotonicMs
            ^ (ulong)record.Code
            ^ (ulong)record.Flags
            ^ record.DurationMs
            ^ record.ArmedSession
            ^ record.Bays
            ^ (ulong)record.TemperatureDeciC
            ^ record.BatteryPercent
            ^ record.Bay
            ^ record.Argument
        );

    private static byte[][] Each(Func<SampleBatch, byte[]> encode) => [.. Batches.Select(encode)];

    private static PeerRecord[] Peers(SampleBatch batch) => [.. batch.Records.Select(record => PeerRecord.From(record))];

    private static ProtoBatch Proto(EventRecord[] records)
    {
        var batch = new ProtoBatch();
        batch.Records.AddRange(
            records.Select(record => new ProtoRecord
            {
                Stamp = record.Stamp,
                MonotonicMs = record.MonotonicMs,
                Code = (uint)record.Code,
                Flags = (uint)record.Flags,
                DurationMs = record.DurationMs,
                ArmedSession = record.ArmedSession,
                Bays = record.Bays,
                TemperatureDeciC = record.TemperatureDeciC,
                BatteryPercent = record.BatteryPercent,
                Bay = record.Bay,
                Argument = record.Argument,
            })
        );
        return batch;
    }
}
