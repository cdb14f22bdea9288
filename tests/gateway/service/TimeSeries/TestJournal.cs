using System.Security.Cryptography;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using ReadStatus = TaserTelemetry.Ledger.Journals.ReadStatus;
using SequenceRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>A real journal in a DATA folder, written as ingest writes it, with leaves and frames of the wire.</summary>
internal sealed class TestJournal : IDisposable
{
    public const string Origin = "taser-telemetry.invalid/test";
    private readonly Journal _journal;
    private readonly Dictionary<string, ulong> _next = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TestJournal(string data)
    {
        Data = data;
        var options = new JournalOptions(Path.Combine(data, "journal"), Origin) { SegmentBytes = 4 << 20, PrepareAhead = false };
        _journal = Journal.Open(new RealDisk(), options, 0, out _);
    }

    public string Data { get; }

    public ulong NextIndex => _journal.NextIndex;

    public TimeSeriesSources Sources(TimeProvider? time = null) =>
        new(Data, Origin, index => _journal.OpenReader(index), WaitBeyondAsync, time ?? TimeProvider.System);

    /// <summary>One batch of a device's next events, a second apart, every third one a trigger.</summary>
    public ulong Append(string device, int events, long firstStamp = 1_795_305_600, ulong? receivedNs = null, Epoch epoch = default) =>
        Append(Batch(device, events, firstStamp, receivedNs ?? (ulong)(firstStamp + 100_000) * 1_000_000_000, epoch));

    /// <summary>Several batches as one commit group.</summary>
    public ulong Append(params JournalItem[] items)
    {
        var outcome = _journal.AppendGroup(items);
        Assert.Equal(AppendStatus.Durable, outcome.Status);
        TaskCompletionSource moved;
        lock (_gate)
        {
            moved = _moved;
            _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        moved.SetResult();
        return outcome.NextIndex;
    }

    public ulong Append(Leaf leaf) => Append(Item(leaf, RecordKind.OwnEvent, []));

    /// <summary>A block of pulses that belongs to an event.</summary>
    public ulong AppendPulses(string device, ulong sequence, uint firstPulse, params Pulse[] pulses)
    {
        var content = new byte[512];
        var length = BlockContent.WritePulses(content, firstPulse, pulses);
        var frame = new byte[1_024];
        var key = new LogKey(device, LogKind.Pulse, default);
        var bytes = Block.Write(frame, 1, 1, new BlockHeader(key, sequence, 1, 1, BlockKind.Pulses, ""), content.AsSpan(0, length));
        var leaf = new StoredBlock(
            new Arrival(1_795_305_700_000_000_000, 5, ArrivalVia.Mqtt, 0, 1, new Place("kent", "maidstone", "dock-1")),
            device,
            LogKind.Pulse,
            default,
            sequence,
            1,
            1,
            (byte)BlockKind.Pulses,
            LeafVerdict.Stored,
            0,
            BatchMarks.None,
            AuthenticityGrade.C
        );
        return Append(Item(leaf, RecordKind.Frame, frame[..bytes]));
    }

    /// <summary>One event of a device that the gateway does not know.</summary>
    public ulong AppendMarked(string device) =>
        Append(Batch(device, 1, 1_795_305_900, 1_795_305_950_000_000_000, default, BatchMarks.DeviceUnknown));

    public JournalItem Batch(
        string device,
        int events,
        long firstStamp,
        ulong receivedNs,
        Epoch epoch = default,
        BatchMarks marks = BatchMarks.None
    )
    {
        var first = _next.GetValueOrDefault(device);
        _next[device] = first + (ulong)events;
        var header = new RecordBatchHeader(
            new LogKey(device, LogKind.Event, epoch),
            first,
            "",
            "X2",
            "1.0",
            StampUnit.Seconds,
            1_000,
            100,
            64,
            0,
            0
        );
        var frame = new byte[FrameHeader.Bytes + Limits.MqttPayloadBytesMax + FrameHeader.CheckBytes];
        var writer = new RecordBatchWriter(frame, Limits.MqttPayloadBytesMax, header);
        for (var i = 0; i < events; i++)
        {
            var code = (i % 3) switch
            {
                0 => EventCode.Arm,
                1 => EventCode.Trigger,
                _ => EventCode.Safe,
            };
            Assert.True(writer.TryAdd(Sample.Record(code, 5_000) with { Stamp = (ulong)(firstStamp + i) }));
        }
        var length = writer.Finish(1, 1);
        var leaf = new StoredBatch(
            new Arrival(receivedNs, 5, ArrivalVia.Mqtt, 0, 1, new Place("kent", "maidstone", "dock-1")),
            device,
            "X2",
            "",
            LogKind.Event,
            epoch,
            first,
            (uint)events,
            new SequenceRanges(new SequenceRange(first, (uint)events)),
            default,
            LeafVerdict.Stored,
            0,
            marks,
            AuthenticityGrade.C,
            (byte)StampUnit.Seconds,
            1_000,
            new ClockBasis(0, 250_000_000, ClockQuality.TwoSided)
        );
        return Item(leaf, RecordKind.Frame, frame[..length]);
    }

    /// <summary>Everything a store must hold: the lines of all points, in order of the journal.</summary>
    public List<(SeriesSource Source, SeriesEvent Event)> Points()
    {
        using var reader = new SeriesReader(new EvidenceReader(_journal.OpenReader(0)));
        return Points(reader);
    }

    public static List<(SeriesSource Source, SeriesEvent Event)> Points(SeriesReader reader)
    {
        var points = new List<(SeriesSource, SeriesEvent)>();
        while (reader.Read() == ReadStatus.Record)
        {
            foreach (var happened in reader.Events.Span)
            {
                points.Add((reader.Source!, happened));
            }
        }
        return points;
    }

    public void Dispose() => _journal.Dispose();

    private static JournalItem Item(Leaf leaf, RecordKind kind, byte[] received)
    {
        var salt = RandomNumberGenerator.GetBytes(32);
        var commitment = Digest.Read(SHA256.HashData([2, .. salt, .. received]));
        var bytes = new byte[Leaf.BytesMax];
        return new JournalItem(kind, bytes.AsMemory(0, leaf.Encode(commitment, bytes)), salt, received);
    }

    private async ValueTask<ulong> WaitBeyondAsync(ulong index, CancellationToken cancel)
    {
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                moved = _moved.Task;
            }
            if (_journal.NextIndex > index)
            {
                return _journal.NextIndex;
            }
            await moved.WaitAsync(cancel);
        }
    }
}
