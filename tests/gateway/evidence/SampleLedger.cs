using System.Security.Cryptography;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using SequenceRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Evidence.Tests;

/// <summary>A real DATA folder with a real journal, tiles and checkpoints, in a folder that goes away.</summary>
internal sealed class SampleLedger : IDisposable
{
    public const ulong SecondNs = 1_000_000_000;

    /// <summary>2026-11-22T08:00:00Z.</summary>
    public const ulong Morning = 1_795_334_400;

    private readonly TamperEvidentLog log;
    private DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds((long)Morning);

    public SampleLedger(int segmentBytes = 1 << 20)
    {
        Root = Directory.CreateTempSubdirectory("taser-evidence-").FullName;
        Data = Path.Combine(Root, "data");
        log = TamperEvidentLog.Open(
            new LogOptions(LogPlace.Ledger(Data), Path.Combine(Root, "keys")) { SegmentBytes = segmentBytes, PrepareAhead = false }
        );
    }

    public string Root { get; }

    public string Data { get; }

    public TamperEvidentLog Log => log;

    public Place Dock { get; init; } = new("kent", "maidstone", "dock-1");

    public static EventRecord Event(EventCode code, ulong second, uint durationMs = 0, uint armedSession = 1) =>
        new(second, 0, code, EventFlags.None, durationMs, armedSession, 0, 200, 90, EventRecord.ByteAbsent, 0);

    public ulong Append(Leaf leaf, byte[]? received = null, RecordKind? kind = null)
    {
        var salt = SHA256.HashData(BitConverter.GetBytes(log.NextIndex));
        var bytes = new byte[Leaf.BytesMax];
        var length = Commitments.EncodeCommitted(leaf, salt, received ?? [], bytes);
        var outcome = log.Append([
            new JournalItem(
                kind ?? (received is null ? RecordKind.OwnEvent : RecordKind.Frame),
                bytes.AsMemory(0, length),
                salt,
                received ?? []
            ),
        ]);
        Assert.Equal(AppendStatus.Durable, outcome.Status);
        return outcome.FirstIndex;
    }

    public ulong AppendBatch(
        string device,
        ulong first,
        EventRecord[] records,
        SequenceRanges? newRanges = null,
        Func<StoredBatch, StoredBatch>? change = null
    )
    {
        var leaf = new StoredBatch(
            new Arrival((Morning + 36_000) * SecondNs, 1, ArrivalVia.Mqtt, 0, 1, Dock),
            device,
            "X2",
            "",
            LogKind.Event,
            new Epoch(1, 7),
            first,
            (uint)records.Length,
            newRanges ?? new SequenceRanges(new SequenceRange(first, (uint)records.Length)),
            default,
            LeafVerdict.Stored,
            0,
            BatchMarks.None,
            AuthenticityGrade.D,
            (byte)StampUnit.Seconds,
            1_000,
            new ClockBasis(0, SecondNs, ClockQuality.TwoSided)
        );
        leaf = change is null ? leaf : change(leaf);
        return Append(leaf, Frame(leaf, records));
    }

    public void Sign()
    {
        now += TimeSpan.FromSeconds(11);
        Assert.Equal(SignStatus.Signed, log.TrySign(now).Status);
    }

    /// <summary>Stops cleanly; DATA is then a copy nobody writes to.</summary>
    public string Finish()
    {
        now += TimeSpan.FromSeconds(11);
        log.TrySign(now, stopping: true);
        log.Dispose();
        return Data;
    }

    public void Dispose()
    {
        log.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    private static byte[] Frame(StoredBatch leaf, EventRecord[] records)
    {
        var frame = new byte[FrameHeader.Bytes + Limits.MqttPayloadBytesMax + FrameHeader.CheckBytes];
        var header = new RecordBatchHeader(
            new LogKey(leaf.Device, leaf.Log, leaf.Epoch),
            leaf.First,
            leaf.Carrier,
            leaf.Model,
            "1.4",
            (StampUnit)leaf.StampUnit,
            leaf.StampResolutionMs,
            0,
            64,
            0,
            0
        );
        var writer = new RecordBatchWriter(frame, Limits.MqttPayloadBytesMax, header);
        foreach (var record in records)
        {
            Assert.True(writer.TryAdd(record));
        }
        return frame[..writer.Finish(1, 1)];
    }
}
