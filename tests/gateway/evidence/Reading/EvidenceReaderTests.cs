using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Ledger.Journals;
using SequenceRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Evidence.Tests.Reading;

public sealed class EvidenceReaderTests
{
    [Fact]
    public void Only_the_new_ranges_of_each_batch_are_events_and_each_counts_once()
    {
        using var ledger = new SampleLedger();
        ledger.AppendBatch("X29000001", 100, Events(0, 5));
        ledger.AppendBatch("X29000001", 98, Events(100, 9), new SequenceRanges(new SequenceRange(98, 2), new SequenceRange(105, 2)));
        ledger.AppendBatch("X29000001", 98, Events(100, 9), default(SequenceRanges));
        var seen = ReadAll(ledger.Finish(), 0);
        Assert.Equal([100UL, 101, 102, 103, 104, 98, 99, 105, 106], seen.Select(s => s.Event.Sequence));
        Assert.Equal([0UL, 1, 2, 3, 4, 100, 101, 107, 108], seen.Select(s => s.Event.Record.Stamp - SampleLedger.Morning));
    }

    [Fact]
    public void Reading_from_any_index_gives_the_rest_of_reading_from_zero_across_segments()
    {
        using var ledger = new SampleLedger(segmentBytes: 16 << 10);
        for (var i = 0; i < 40; i++)
        {
            ledger.AppendBatch($"X2900000{i % 3}", (ulong)i * 50, Events((ulong)i, 50));
        }
        var data = ledger.Finish();
        Assert.True(Directory.GetFiles(Path.Combine(data, "journal"), "*.seg").Length > 2);
        var all = ReadAll(data, 0);
        Assert.Equal(2_000, all.Count);
        for (ulong from = 0; from <= 40; from++)
        {
            Assert.Equal(all.Where(s => s.Leaf.Index >= from), ReadAll(data, from));
        }
    }

    [Fact]
    public void A_leaf_hash_is_that_of_the_tree_and_own_events_come_in_their_place()
    {
        using var ledger = new SampleLedger();
        ledger.Append(new StartStop(1, RunState.Started, 1, 2));
        ledger.AppendBatch("X29000001", 0, Events(0, 1));
        using var reader = EvidenceReader.Open(ledger.Finish());
        Assert.Equal(ReadStatus.Record, reader.Read());
        Assert.Equal(new StartStop(1, RunState.Started, 1, 2), reader.Leaf);
        Assert.Equal(RecordKind.OwnEvent, reader.Kind);
        Assert.Equal(EventsState.NoBatch, reader.ReadEvents(out _));
        Assert.Equal(Digest.Read(System.Security.Cryptography.SHA256.HashData([0, .. reader.LeafBytes])), reader.Reference.LeafHash);
        Assert.Equal(Commitments.Compute(reader.Salt, default), reader.Commitment);
        Assert.Equal(ReadStatus.Record, reader.Read());
        Assert.Equal(1UL, reader.Reference.Index);
        Assert.Equal(Commitments.Compute(reader.Salt, reader.Received), reader.Commitment);
        Assert.Equal(ReadStatus.End, reader.Read());
    }

    [Fact]
    public void A_batch_that_is_not_what_its_leaf_says_gives_no_events()
    {
        using var ledger = new SampleLedger();
        ledger.AppendBatch("X29000001", 10, Events(0, 3), new SequenceRanges(new SequenceRange(10, 4)));
        ledger.AppendBatch("X29000001", 10, Events(0, 3), new SequenceRanges(new SequenceRange(9, 1)));
        using var reader = EvidenceReader.Open(ledger.Finish());
        while (reader.Read() == ReadStatus.Record)
        {
            Assert.Equal(EventsState.NotAsTheLeafSays, reader.ReadEvents(out var events));
            Assert.Equal(0UL, events.Count);
        }
    }

    [Fact]
    public void Walking_the_events_of_a_batch_allocates_nothing()
    {
        using var ledger = new SampleLedger();
        ledger.AppendBatch("X29000001", 0, Events(0, 190));
        using var reader = EvidenceReader.Open(ledger.Finish());
        reader.Read();
        Assert.Equal(190, Walk(reader));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var walked = Walk(reader);
        var after = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal((190, before), (walked, after));
    }

    private static int Walk(EvidenceReader reader)
    {
        var count = 0;
        reader.ReadEvents(out var events);
        foreach (var stored in events)
        {
            count += stored.Record.Code == EventCode.Trigger ? 1 : 0;
        }
        return count;
    }

    private static EventRecord[] Events(ulong fromSecond, int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => SampleLedger.Event(EventCode.Trigger, SampleLedger.Morning + fromSecond + (ulong)i, 5_000)),
        ];

    private static List<(LeafReference Leaf, StoredEvent Event)> ReadAll(string data, ulong from)
    {
        var all = new List<(LeafReference, StoredEvent)>();
        using var reader = EvidenceReader.Open(data, from);
        while (reader.Read() == ReadStatus.Record)
        {
            Assert.Equal(EventsState.Present, reader.ReadEvents(out var events));
            foreach (var stored in events)
            {
                all.Add((reader.Reference, stored));
            }
        }
        Assert.Null(reader.Problem);
        return all;
    }
}
