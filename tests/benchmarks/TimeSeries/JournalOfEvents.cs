using System.Globalization;
using System.Security.Cryptography;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using SequenceRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Benchmarks.TimeSeries;

/// <summary>A journal as ingest leaves it: batches of 200 events from 500 devices.</summary>
internal sealed class JournalOfEvents : IDisposable
{
    public const int EventsPerBatch = 200;
    private const int Devices = 500;
    private const string Origin = "taser-telemetry.invalid/benchmark";
    private const ulong ReceivedNs = 1_795_400_000_000_000_000;
    private readonly Journal _journal;

    /// <summary>What is appended later, made beforehand: making it is no part of what an ack waits for.</summary>
    private readonly JournalItem[] _spare = [.. Enumerable.Range(0, Devices).Select(Batch)];

    public JournalOfEvents(string data, int events)
    {
        Data = data;
        Events = events;
        _journal = Journal.Open(new RealDisk(), new JournalOptions(Path.Combine(data, "journal"), Origin), 0, out _);
        var group = new List<JournalItem>();
        for (var batch = 0; batch < events / EventsPerBatch; batch++)
        {
            group.Add(Batch(batch));
            if (group.Count == 100)
            {
                _journal.AppendGroup([.. group]);
                group.Clear();
            }
        }
        if (group.Count > 0)
        {
            _journal.AppendGroup([.. group]);
        }
    }

    public string Data { get; }

    public long Events { get; }

    public TimeSeriesSources Sources =>
        new(Data, Origin, from => _journal.OpenReader(from), (_, _) => ValueTask.FromResult(_journal.NextIndex), TimeProvider.System);

    /// <summary>One more group of batches, durable when it returns: what an ack waits for.</summary>
    public void Append(int first, int batches) =>
        _journal.AppendGroup([.. Enumerable.Range(first, batches).Select(batch => _spare[batch % _spare.Length])]);

    public void Dispose() => _journal.Dispose();

    public static EventRecord Record(int number) =>
        new(
            (ulong)(1_795_305_600 + number),
            (uint)number,
            (EventCode)(1 + (number % 13)),
            EventFlags.None,
            (uint)(number % 7 * 1_000),
            (uint)(number / 10),
            0b_010_010,
            (short)(180 + (number % 60)),
            (byte)(number % 101),
            (byte)(number % 2),
            (ulong)(number % 3)
        );

    /// <summary>Bytes of the leaf of one such batch: one new range, names and serials of usual length.</summary>
    public static int LeafBytes => Batch(0).Leaf.Length;

    /// <summary>Batch of that number, as one record: its device by turns, its sequences behind those of the device's last.</summary>
    public static JournalItem Batch(int batch)
    {
        var device = string.Create(CultureInfo.InvariantCulture, $"X3{batch % Devices:D7}");
        var first = (ulong)(batch / Devices * EventsPerBatch);
        var log = new LogKey(device, LogKind.Event, default);
        var header = new RecordBatchHeader(log, first, "", "X2", "1.0", StampUnit.Seconds, 1_000, 100, 64, 0, 0);
        var frame = new byte[FrameHeader.Bytes + Limits.MqttPayloadBytesMax + FrameHeader.CheckBytes];
        var writer = new RecordBatchWriter(frame, Limits.MqttPayloadBytesMax, header);
        for (var i = 0; i < EventsPerBatch; i++)
        {
            writer.TryAdd(Record((int)first + i));
        }
        var received = frame.AsMemory(0, writer.Finish(1, 1));
        var leaf = new StoredBatch(
            new Arrival(ReceivedNs, 5, ArrivalVia.Mqtt, 0, 1, new Place("kent", "maidstone", "dock-1")),
            device,
            "X2",
            "",
            LogKind.Event,
            default,
            first,
            EventsPerBatch,
            new SequenceRanges(new SequenceRange(first, EventsPerBatch)),
            default,
            LeafVerdict.Stored,
            0,
            BatchMarks.None,
            AuthenticityGrade.C,
            (byte)StampUnit.Seconds,
            1_000,
            new ClockBasis(0, 250_000_000, ClockQuality.TwoSided)
        );
        var salt = RandomNumberGenerator.GetBytes(32);
        var bytes = new byte[Leaf.BytesMax];
        var length = Commitments.EncodeCommitted(leaf, salt, received.Span, bytes);
        return new JournalItem(RecordKind.Frame, bytes.AsMemory(0, length), salt, received);
    }
}
