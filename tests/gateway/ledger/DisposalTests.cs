using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Tests.Simulation;
using TaserTelemetry.Ledger.Verifying;

namespace TaserTelemetry.Ledger.Tests;

public sealed class DisposalTests
{
    private static readonly LogPlace Place = LogPlace.Ledger("/data");
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Disposed_records_lose_salt_and_bytes_everywhere_and_the_tree_stays_as_it_was()
    {
        var disk = new SimulatedDisk(1);
        var items = Write(disk, mirror: "/mirror");
        using var log = Open(disk, "/mirror");
        var root = log.LastCheckpoint!.Root;
        var report = log.EraseReceived(Covered);
        Assert.True(report.Erased > 0);
        var result = Verify(disk);
        Assert.True(result.IsIntact, string.Join("\n", result.Problems));
        Assert.Equal([.. Enumerable.Range(0, items.Count).Select(i => (ulong)i).Where(Covered)], Expand(result.Zeroed));
        Assert.Equal(root, result.Newest!.Root);
        foreach (var index in Expand(result.Zeroed))
        {
            var salt = items[(int)index].Salt.ToArray();
            Assert.DoesNotContain(
                disk.Files,
                file => file.Path.EndsWith(".seg", StringComparison.Ordinal) && file.Bytes.AsSpan().IndexOf(salt) >= 0
            );
        }
        using var reader = log.OpenReader(0);
        while (reader.Read() == ReadStatus.Record)
            Assert.Equal(Covered(reader.Index) ? ReceivedState.Disposed : ReceivedState.Present, reader.State);
    }

    [Fact]
    public void A_power_failure_at_any_step_of_a_disposal_leaves_a_log_that_opens_and_a_second_call_finishes_it()
    {
        for (var step = 1; ; step++)
        {
            var disk = new SimulatedDisk(step);
            Write(disk, mirror: null);
            if (!TryDispose(disk, step))
            {
                Assert.True(step > 1, "the power never failed");
                return;
            }
            disk.LosePower();
            using var log = Open(disk, null);
            log.EraseReceived(Covered);
            var result = Verify(disk);
            Assert.True(result.IsIntact, $"step {step}: {string.Join("\n", result.Problems)}");
            Assert.All(Expand(result.Zeroed), index => Assert.True(Covered(index)));
        }
    }

    [Fact]
    public void Killed_at_every_byte_of_a_disposal_the_log_opens_names_that_record_alone_and_is_finished_by_a_second_call()
    {
        var disk = new SimulatedDisk(1);
        Write(disk, mirror: null);
        var before = Segments(disk);
        using (var log = Open(disk, null))
            log.EraseReceived(Covered);
        var after = Segments(disk);
        var bytes = 0;
        foreach (var (path, pristine) in before)
        {
            // each cut: all bytes before it zeroed, none behind, and the other segments as they were
            foreach (var cut in Enumerable.Range(0, pristine.Length).Where(at => pristine[at] != after[path][at]))
            {
                bytes++;
                foreach (var (other, whole) in before)
                    Put(disk, other, other == path ? [.. after[path][..(cut + 1)], .. pristine[(cut + 1)..]] : whole);
                var problems = Verify(disk).Problems;
                Assert.True(
                    problems.Count <= 1 && problems.All(p => p.Area == VerifyArea.Received && Covered(p.Index!.Value)),
                    $"{path} byte {cut}: {string.Join("\n", problems)}"
                );
                using var log = Open(disk, null);
                log.EraseReceived(Covered);
                var result = Verify(disk);
                Assert.True(result.IsIntact, $"{path} byte {cut}: {string.Join("\n", result.Problems)}");
            }
        }
        Assert.True(bytes > 1_000, $"only {bytes} bytes of a disposal were tried");
    }

    [Fact]
    public void Records_that_are_not_signed_for_are_never_disposed_of()
    {
        var disk = new SimulatedDisk(1);
        using var log = Open(disk, null);
        log.Append(SampleItems.Group(new Random(1), 5));
        Assert.Equal(default, log.EraseReceived(_ => true));
    }

    private static Dictionary<string, byte[]> Segments(SimulatedDisk disk) =>
        disk.Files.Where(file => file.Path.EndsWith(".seg", StringComparison.Ordinal)).ToDictionary(file => file.Path, file => file.Bytes);

    private static void Put(SimulatedDisk disk, string path, byte[] bytes)
    {
        using var file = disk.Open(path, Disks.DiskAccess.ReadWrite);
        file.Write(bytes, 0);
        file.Sync();
    }

    private static bool Covered(ulong index) => index % 3 == 1;

    private static bool TryDispose(SimulatedDisk disk, int step)
    {
        using var log = Open(disk, null);
        disk.FailPowerAt = disk.Operations + step;
        try
        {
            log.EraseReceived(Covered);
        }
        catch (PowerFailure)
        {
            return true;
        }
        disk.FailPowerAt = 0;
        return false;
    }

    private static List<JournalItem> Write(SimulatedDisk disk, string? mirror)
    {
        var random = new Random(3);
        var items = new List<JournalItem>();
        for (var run = 0; run < 3; run++)
        {
            using var log = Open(disk, mirror);
            for (var i = 0; i < 4; i++)
            {
                var group = SampleItems.Group(random, 4, 200);
                Assert.Equal(AppendStatus.Durable, log.Append(group).Status);
                items.AddRange(group);
                if (i == 1)
                    log.TrySign(Noon); // so that the next run's recovery copies records and leaves superseded ones behind
            }
            if (run == 2)
                log.TrySign(Noon.AddDays(1), stopping: true);
        }
        return items;
    }

    private static TamperEvidentLog Open(SimulatedDisk disk, string? mirror) =>
        TamperEvidentLog.Open(
            new LogOptions(Place, "/keys")
            {
                Disk = disk,
                SegmentBytes = 4096,
                PrepareAhead = false,
                Mirror = mirror,
            }
        );

    private static VerifyResult Verify(SimulatedDisk disk) => LedgerVerifier.Run(new VerifyOptions(Place) { Disk = disk, Threads = 1 });

    private static ulong[] Expand(IEnumerable<IndexRange> ranges) =>
        [.. ranges.SelectMany(range => Enumerable.Range((int)range.First, (int)(range.Next - range.First)).Select(i => (ulong)i))];
}
