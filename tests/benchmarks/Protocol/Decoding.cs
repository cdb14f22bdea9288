using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MemoryPack;
using MessagePack;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Benchmarks.Protocol;

/// <summary>
/// Decode, both checks and ten checks of every record, of 8 KiB batches on one core, beside a copy, the checksum alone, and what peers take
/// to make objects of the same records (they check nothing). Everything by turns; rates count records of 40 bytes, so that a peer's
/// own encoding does not flatter or harm it.
/// </summary>
internal static class Decoding
{
    private const int Frames = 8;
    private const double TurnSeconds = 1;
    private const double SliceSeconds = 0.000_5;

    public static Task RunAsync()
    {
        var batches = Enumerable.Range(0, Frames).Select(Batch).ToArray();
        var records = batches.Sum(batch => batch.Records.Length);
        var cases = Cases(batches);
        foreach (var (_, once) in cases)
        {
            Turn(once, TurnSeconds);
        }

        var rates = cases.ToDictionary(c => c.Name, _ => new List<double>(), StringComparer.Ordinal);
        for (var turn = 0; turn < Runs.Count; turn++)
        {
            foreach (var (name, once) in cases)
            {
                rates[name].Add(Turn(once, TurnSeconds) * records);
            }
        }

        var ours = Runs.Median(rates[cases[0].Name]);
        foreach (var (name, _) in cases)
        {
            var median = Runs.Median(rates[name]);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name, -44} {median / 1e6, 8:N2} M records/s {median * EventRecord.Bytes / 1e9, 7:N2} GB/s   ours is {ours / median:N1} times as fast"
                )
            );
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        cases[0].Once();
        Console.WriteLine(
            $"allocated for {records:N0} records: {GC.GetAllocatedBytesForCurrentThread() - before} B; to hold: 3 GB/s, 0 B, 10 times"
        );
        return Task.CompletedTask;
    }

    private static List<(string Name, Action Once)> Cases((byte[] Frame, PeerRecord[] Records, EventRecord[] Plain)[] batches)
    {
        var frames = Each(b => b.Frame);
        var sink = new byte[Limits.MqttFrameBytesMax];
        var line = new byte[Cobs.EncodedBytesMax(sink.Length)];
        var encoded = Each(b => line[..Cobs.Encode(b.Frame, line)].ToArray());
        var protobuf = Each(b =>
        {
            using var stream = new MemoryStream();
            ProtoBuf.Serializer.Serialize(stream, b.Records);
            return stream.ToArray();
        });
        var messagePack = Each(b => MessagePackSerializer.Serialize(b.Records));
        var memoryPack = Each(b => MemoryPackSerializer.Serialize(b.Records));
        var memoryPackCopy = Each(b => MemoryPackSerializer.Serialize(b.Plain));
        var json = Each(b => JsonSerializer.SerializeToUtf8Bytes(b.Records));
        return
        [
            ("ours: decode, header, CRC, ten checks", () => All(frames, Ours)),
            ("copy alone", () => All(frames, f => f.CopyTo(sink, 0))),
            ("CRC-32C alone", () => All(frames, f => Crc32C.Of(f))),
            ("COBS decode", () => All(encoded, e => Cobs.Decode(e, line))),
            ("COBS encode", () => All(frames, f => Cobs.Encode(f, line))),
            ("protobuf-net", () => All(protobuf, e => ProtoBuf.Serializer.Deserialize<PeerRecord[]>(e.AsSpan()))),
            ("MessagePack", () => All(messagePack, e => MessagePackSerializer.Deserialize<PeerRecord[]>(e))),
            ("MemoryPack, objects", () => All(memoryPack, e => MemoryPackSerializer.Deserialize<PeerRecord[]>(e))),
            ("MemoryPack, copy of an unmanaged array", () => All(memoryPackCopy, e => MemoryPackSerializer.Deserialize<EventRecord[]>(e))),
            ("System.Text.Json", () => All(json, e => JsonSerializer.Deserialize<PeerRecord[]>(e))),
        ];

        byte[][] Each(Func<(byte[] Frame, PeerRecord[] Records, EventRecord[] Plain), byte[]> encode) => [.. batches.Select(encode)];
    }

    private static void Ours(byte[] frame)
    {
        var read = FrameReader.Read(frame, Limits.MqttPayloadBytesMax);
        if (read.Status != ReadStatus.Done || !RecordBatch.Decode(read.Frame, out var batch).IsNone || batch.Validate() != RecordMarks.None)
        {
            throw new InvalidOperationException("The batch is right and must be read so.");
        }
    }

    private static void All(byte[][] items, Action<byte[]> once)
    {
        foreach (var item in items)
        {
            once(item);
        }
    }

    private static double Turn(Action once, double seconds)
    {
        // The median of short slices: on a machine that does other work too, most of them are still undisturbed.
        var clock = Stopwatch.StartNew();
        List<double> slices = [];
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            var rounds = 0;
            var slice = Stopwatch.StartNew();
            do
            {
                once();
                rounds++;
            } while (slice.Elapsed.TotalSeconds < SliceSeconds);
            slices.Add(rounds / slice.Elapsed.TotalSeconds);
        }

        return Runs.Median(slices);
    }

    private static (byte[] Frame, PeerRecord[] Records, EventRecord[] Plain) Batch(int number)
    {
        var buffer = new byte[Limits.MqttFrameBytesMax];
        var log = new LogKey("X29000001", LogKind.Event, new(3, 5));
        var writer = new RecordBatchWriter(
            buffer,
            Limits.MqttPayloadBytesMax,
            new(log, (ulong)number * 1_000, "PACK-7", "X2", "4.32", StampUnit.Seconds, 1_000, 1_000, 32, 0, 0)
        );
        List<EventRecord> plain = [];
        while (true)
        {
            var at = plain.Count;
            var record = new EventRecord(
                1_763_799_600UL + (ulong)at,
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
            if (!writer.TryAdd(record))
            {
                return (buffer[..writer.Finish(9, (uint)number + 1)], [.. plain.Select(r => PeerRecord.From(r))], [.. plain]);
            }

            plain.Add(record);
        }
    }
}
