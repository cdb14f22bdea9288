using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Benchmarks.Protocol;

/// <summary>One batch as a frame, and its records for the peers to encode.</summary>
internal sealed record SampleBatch(byte[] Frame, EventRecord[] Records);

/// <summary>The batches that every case decodes: as full as the payload allows, no two records alike.</summary>
internal static class SampleBatches
{
    /// <summary>Batches of one case: together larger than the first-level cache, so that nobody is measured on hot bytes alone.</summary>
    public const int Count = 8;

    /// <summary>Full batches with a payload of at most so many bytes.</summary>
    public static SampleBatch[] Of(int payloadBytesMax) => [.. Enumerable.Range(0, Count).Select(number => One(number, payloadBytesMax))];

    private static SampleBatch One(int number, int payloadBytesMax)
    {
        var buffer = new byte[Limits.MqttFrameBytesMax];
        var log = new LogKey("X29000001", LogKind.Event, new(3, 5));
        var header = new RecordBatchHeader(log, (ulong)number * 1_000, "PACK-7", "X2", "4.32", StampUnit.Seconds, 1_000, 1_000, 32, 0, 0);
        var writer = new RecordBatchWriter(buffer, payloadBytesMax, header);
        List<EventRecord> records = [];
        while (true)
        {
            var record = Record(number, records.Count);
            if (!writer.TryAdd(record))
            {
                return new(buffer[..writer.Finish(9, (uint)number + 1)], [.. records]);
            }

            records.Add(record);
        }
    }

    private static EventRecord Record(int number, int at) =>
        new(
            1_763_799_600UL + (ulong)(at * 37),
            (uint)at * 7_000,
            (EventCode)(1 + (at % 4)),
            EventFlags.AutoShutdown,
            (uint)(at % 60) * 100,
            (uint)number + 7,
            0b010_011,
            at % 3 == 0 ? EventRecord.TemperatureAbsent : (short)(200 + (at % 40)),
            (byte)(100 - (at % 50)),
            at % 2 == 0 ? (byte)0 : EventRecord.ByteAbsent,
            0
        );
}
