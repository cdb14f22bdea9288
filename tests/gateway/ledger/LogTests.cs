using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Tests;

public sealed class LogTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private LogOptions Options => new(LogPlace.Ledger(folder.Data), folder.Keys) { SegmentBytes = 64 << 10 };

    [Fact]
    public void What_was_appended_is_read_back_in_order_across_segments_and_restarts()
    {
        var random = new Random(1);
        var appended = new List<JournalItem>();
        for (var run = 0; run < 4; run++)
        {
            using var log = TamperEvidentLog.Open(Options);
            Assert.Equal((ulong)appended.Count, log.NextIndex);
            for (var i = 0; i < 30; i++)
            {
                var group = SampleItems.Group(random, random.Next(1, 40));
                var outcome = log.Append(group);
                Assert.Equal(AppendStatus.Durable, outcome.Status);
                Assert.Equal((ulong)appended.Count, outcome.FirstIndex);
                appended.AddRange(group);
            }
            AssertReads(log, appended);
            if (run % 2 == 0)
                Assert.Equal(SignStatus.Signed, log.TrySign(Noon.AddHours(run), stopping: true).Status);
        }
        using var last = TamperEvidentLog.Open(Options);
        AssertReads(last, appended);
        Assert.Equal(SignStatus.Signed, last.TrySign(Noon.AddHours(9)).Status);
        var tree = new CompactTree();
        foreach (var item in appended)
            tree.Add(MerkleHash.Leaf(item.Leaf.Span));
        Assert.Equal(tree.Root(), last.LastCheckpoint!.Root);
        Assert.True(last.LastNote!.IsSignedBy(last.Key));
    }

    [Theory, InlineData(1), InlineData(15), InlineData(16), InlineData(17), InlineData(300)]
    public void The_tree_grown_beside_the_appending_is_that_of_the_leaves_in_their_order_whoever_hashed_them(int groupSize)
    {
        var random = new Random(groupSize);
        var growing = new GrowingTree(new CompactTree());
        var alone = new CompactTree();
        for (var group = 0; group < 40; group++)
        {
            var items = SampleItems.Group(random, groupSize);
            var isDurable = group % 3 != 2;
            growing.Begin(items).End(isDurable);
            foreach (var item in isDurable ? items : [])
                alone.Add(MerkleHash.Leaf(item.Leaf.Span));
            if (group % 5 == 0)
                Assert.Equal(alone.Root(), growing.Copy().Root());
        }
        Assert.Equal(alone.Size, growing.Copy().Size);
        Assert.Equal(alone.Root(), growing.Copy().Root());
    }

    private static void AssertReads(TamperEvidentLog log, List<JournalItem> appended)
    {
        using var reader = log.OpenReader(0);
        foreach (var item in appended)
        {
            Assert.Equal(ReadStatus.Record, reader.Read());
            Assert.Equal(item.Kind, reader.Kind);
            Assert.True(reader.Leaf.SequenceEqual(item.Leaf.Span));
            Assert.True(reader.Salt.SequenceEqual(item.Salt.Span));
            Assert.True(reader.Received.SequenceEqual(item.Received.Span));
            Assert.Equal(ReceivedState.Present, reader.State);
        }
        Assert.Equal(ReadStatus.End, reader.Read());
    }
}
