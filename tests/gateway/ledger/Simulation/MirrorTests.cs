using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Verifying;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Ledger.Tests.Simulation;

/// <summary>The second folder (setting <c>journal:mirror</c>): written and synced before an append returns, so that either will do.</summary>
public sealed class MirrorTests
{
    private const string Mirror = "/mirror";
    private static readonly LogPlace Place = LogPlace.Ledger("/data");
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact, Trait("Campaign", "ledger-crash")]
    public void Whatever_was_acknowledged_is_in_the_mirror_alone_wherever_the_power_fails()
    {
        var step = Campaign.Is("ledger-crash") ? 1 : 7;
        var states = 0;
        for (long at = 1; ; at += step, states++)
        {
            var disk = new SimulatedDisk((int)at) { FailPowerAt = at };
            var acknowledged = new List<JournalItem>();
            try
            {
                Live(disk, acknowledged);
                break;
            }
            catch (PowerFailure)
            {
                disk.LosePower();
            }
            AssertMirrorHolds(disk, acknowledged);
        }
        Assert.True(states > 20, $"{states} states");
    }

    [Fact]
    public void A_group_whose_sync_fails_in_the_mirror_is_not_acknowledged_and_none_after_it()
    {
        var disk = new SimulatedDisk(1);
        var random = new Random(1);
        using var log = Open(disk);
        log.Append(SampleItems.Group(random, 2));
        disk.FailSyncAt = disk.Operations + 4; // write, write, sync of the journal, sync of the mirror
        var failure = Assert.Throws<JournalFailedException>(() => log.Append(SampleItems.Group(random, 2)));
        Assert.Contains(Mirror, failure.Message, StringComparison.Ordinal);
        Assert.Throws<JournalFailedException>(() => log.Append(SampleItems.Group(random, 2)));
        Assert.Equal(2UL, log.NextIndex);
    }

    [Fact]
    public void A_mirror_that_is_missing_short_or_changed_at_the_start_is_made_the_same_before_the_first_append()
    {
        var disk = new SimulatedDisk(1);
        var random = new Random(2);
        Write(disk, random, mirror: null);
        using (Open(disk)) { }
        AssertSame(disk);
        disk.Remove(Segments(disk, Mirror).First().Path);
        var (path, bytes) = Segments(disk, Mirror).Last();
        bytes[^1] ^= 1;
        disk.Put(path, bytes);
        using (var log = Open(disk))
        {
            AssertSame(disk);
            Assert.Equal(AppendStatus.Durable, log.Append(SampleItems.Group(random, 3)).Status);
        }
        AssertSame(disk);
    }

    [Fact]
    public void From_the_mirror_and_the_keys_alone_the_log_goes_on_under_its_last_checkpoint()
    {
        var disk = new SimulatedDisk(1);
        Write(disk, new Random(3), Mirror);
        var root = LastRoot(disk);
        var after = ByHand(disk);
        using (var log = Open(after))
            Assert.Equal(root, log.LastCheckpoint!.Root);
        var result = LedgerVerifier.Run(new VerifyOptions(Place) { Disk = after, Threads = 1 });
        Assert.True(result.IsIntact, string.Join("\n", result.Problems));
    }

    /// <summary>Two runs with segments sealed, checkpoints signed and, at the second start, records copied behind the checkpoint.</summary>
    private static void Live(SimulatedDisk disk, List<JournalItem> acknowledged)
    {
        var random = new Random(4);
        for (var run = 0; run < 2; run++)
        {
            using var log = Open(disk);
            for (var i = 0; i < 8; i++)
            {
                var group = SampleItems.Group(random, 3, 400);
                Assert.Equal(AppendStatus.Durable, log.Append(group).Status);
                acknowledged.AddRange(group);
                if (i == 4)
                    log.TrySign(Noon.AddHours(run));
            }
        }
    }

    private static void AssertMirrorHolds(SimulatedDisk disk, List<JournalItem> acknowledged)
    {
        if (Segments(disk, Mirror).Length == 0)
        {
            Assert.Empty(acknowledged);
            return;
        }
        using var log = Open(ByHand(disk));
        Assert.True(log.NextIndex >= (ulong)acknowledged.Count, $"{log.NextIndex} of {acknowledged.Count}");
        using var reader = log.OpenReader(0);
        foreach (var item in acknowledged)
        {
            Assert.Equal(ReadStatus.Record, reader.Read());
            Assert.True(reader.Leaf.SequenceEqual(item.Leaf.Span) && reader.Received.SequenceEqual(item.Received.Span));
        }
    }

    /// <summary>What a person does (OPERATING.md): an empty DATA, the mirror's segments into its journal folder, the keys folder as it is.</summary>
    private static SimulatedDisk ByHand(SimulatedDisk lost)
    {
        var disk = new SimulatedDisk(9);
        foreach (var (path, bytes) in lost.Files)
        {
            if (path.StartsWith("/keys/", StringComparison.Ordinal))
                disk.Put(path, bytes);
            else if (path.StartsWith(Mirror, StringComparison.Ordinal) && path.EndsWith(".seg", StringComparison.Ordinal))
                disk.Put(Path.Combine(Place.Journal, Path.GetFileName(path)), bytes);
        }
        return disk;
    }

    private static void Write(SimulatedDisk disk, Random random, string? mirror)
    {
        using var log = Open(disk, mirror);
        for (var i = 0; i < 10; i++)
            Assert.Equal(AppendStatus.Durable, log.Append(SampleItems.Group(random, 3, 400)).Status);
        Assert.Equal(SignStatus.Signed, log.TrySign(Noon, stopping: true).Status);
    }

    private static Hash256 LastRoot(SimulatedDisk disk)
    {
        using var log = Open(disk);
        return log.LastCheckpoint!.Root;
    }

    private static void AssertSame(SimulatedDisk disk)
    {
        var (journal, mirror) = (Segments(disk, Place.Journal), Segments(disk, Mirror));
        Assert.True(journal.Length > 2);
        Assert.Equal(journal.Select(file => Path.GetFileName(file.Path)), mirror.Select(file => Path.GetFileName(file.Path)));
        Assert.All(journal.Zip(mirror), pair => Assert.True(pair.First.Bytes.AsSpan().SequenceEqual(pair.Second.Bytes)));
    }

    private static (string Path, byte[] Bytes)[] Segments(SimulatedDisk disk, string folder) =>
        [
            .. disk
                .Files.Where(file => Path.GetDirectoryName(file.Path) == folder && file.Path.EndsWith(".seg", StringComparison.Ordinal))
                .OrderBy(file => file.Path, StringComparer.Ordinal),
        ];

    private static TamperEvidentLog Open(SimulatedDisk disk, string? mirror = Mirror) =>
        TamperEvidentLog.Open(
            new LogOptions(Place, "/keys")
            {
                Disk = disk,
                SegmentBytes = 4096,
                PrepareAhead = false,
                Origin = "example.invalid/test",
                Mirror = mirror,
            }
        );
}
