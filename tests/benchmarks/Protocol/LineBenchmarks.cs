using BenchmarkDotNet.Attributes;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Benchmarks.Protocol;

/// <summary>What a serial line costs on top, and what writing costs: COBS both ways on frames as large as a line allows, and the encoder.</summary>
// open: BenchmarkDotNet derives from the class it runs
public class LineBenchmarks
{
    private static readonly SampleBatch[] Batches = SampleBatches.Of(Limits.SerialPayloadBytesMax);
    private readonly byte[][] frames = [.. Batches.Select(batch => batch.Frame)];
    private readonly byte[][] encoded = [.. Batches.Select(batch => Encoded(batch.Frame))];
    private readonly byte[] line = new byte[Cobs.EncodedBytesMax(Limits.MqttFrameBytesMax)];
    private readonly byte[] room = new byte[Limits.MqttFrameBytesMax];

    /// <summary>Bytes of the frames of one operation.</summary>
    internal static int Bytes => Batches.Sum(batch => batch.Frame.Length);

    /// <summary>Records of one operation.</summary>
    internal static int Records => Batches.Sum(batch => batch.Records.Length);

    [Benchmark(Baseline = true, Description = "COBS decode")]
    public int Decode()
    {
        var bytes = 0;
        foreach (var stretch in encoded)
        {
            bytes += Cobs.Decode(stretch, line);
        }

        return bytes == Bytes ? bytes : throw new InvalidOperationException("The lines are right and must be read so.");
    }

    [Benchmark(Description = "COBS encode")]
    public int Encode()
    {
        var bytes = 0;
        foreach (var frame in frames)
        {
            bytes += Cobs.Encode(frame, line);
        }

        return bytes;
    }

    [Benchmark(Description = "write batches: records, header, both checks")]
    public int Write()
    {
        var bytes = 0;
        for (var number = 0; number < Batches.Length; number++)
        {
            var log = new LogKey("X29000001", LogKind.Event, new(3, 5));
            var header = new RecordBatchHeader(
                log,
                (ulong)number * 1_000,
                "PACK-7",
                "X2",
                "4.32",
                StampUnit.Seconds,
                1_000,
                1_000,
                32,
                0,
                0
            );
            var writer = new RecordBatchWriter(room, Limits.SerialPayloadBytesMax, header);
            foreach (var record in Batches[number].Records)
            {
                writer.TryAdd(record);
            }

            bytes += writer.Finish(9, (uint)number + 1);
        }

        return bytes;
    }

    [Benchmark(Description = "line to records: COBS, deframer, decode, CRC, ten checks")]
    public uint Heard()
    {
        var deframer = new SerialDeframer();
        var count = 0u;
        foreach (var stretch in encoded)
        {
            ReadOnlySpan<byte> bytes = stretch;
            var zero = Zero;
            _ = deframer.Next(ref bytes);
            var found = deframer.Next(ref zero);
            if (
                found.Status == DeframerStatus.Frame
                && RecordBatch.Decode(found.Frame, out var batch).IsNone
                && batch.Validate() == RecordMarks.None
            )
            {
                count += (uint)batch.Count;
            }
        }

        return count == Records ? count : throw new InvalidOperationException("The lines are right and must be read so.");
    }

    private static ReadOnlySpan<byte> Zero => [0];

    private static byte[] Encoded(byte[] frame)
    {
        var line = new byte[Cobs.EncodedBytesMax(frame.Length)];
        return line[..Cobs.Encode(frame, line)];
    }
}
