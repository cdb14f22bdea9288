using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using TaserTelemetry.Benchmarks.TimeSeries;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Trees;
using TaserTelemetry.Ledger.Verifying;

namespace TaserTelemetry.Benchmarks.Ledger;

internal static class LedgerBenchmarks
{
    private const double Mega = 1e6;

    /// <summary>
    /// Bytes received: the journal that the figures of a start speak of too (design section 9). Segments are checked whole, so the fewer
    /// there are, the longer one core waits at the end for the other's last.
    /// </summary>
    private const long JournalToVerify = 10_000_000_000;

    public static IReadOnlyDictionary<string, Action> All { get; } =
        new Dictionary<string, Action>
        {
            ["group-commit"] = GroupCommitBenchmark.Run,
            ["verify"] = Verify,
            ["recovery"] = Recovery,
            ["start"] = Start,
            ["overhead"] = Overhead,
            ["crc"] = Crc,
        };

    /// <summary>verify against a loop on all cores that does only the same hashes: commitment, leaf, node.</summary>
    private static void Verify()
    {
        foreach (var (frame, name) in new[] { (8192, "8 KiB"), (1024, "1 KiB") })
        {
            using var log = new SampleLog();
            log.Fill(JournalToVerify, frame, checkpoints: 100);
            var items = SampleLog.Items(256, frame);
            var records = JournalToVerify / (frame * items.Length) * items.Length;
            Interleaved.Compare(
                $"verify, {name} frames",
                "MB",
                0.8,
                () => Interleaved.Rate(() => VerifyOnce(log, records, frame)),
                () => Interleaved.Rate(() => HashOnly(items, records))
            );
        }
    }

    /// <summary>Counts the records' bytes, as the loop does: neither free space nor commit entries.</summary>
    private static double VerifyOnce(SampleLog log, long records, int frame)
    {
        var result = LedgerVerifier.Run(new VerifyOptions(log.Place));
        if (!result.IsIntact)
            throw new InvalidOperationException(string.Join("\n", result.Problems));
        if (result.Records != (ulong)records)
            throw new InvalidOperationException($"{result.Records} records were verified, not {records}.");
        return records * JournalFormat.RecordBytes(SampleLog.LeafBytes, frame) / Mega;
    }

    private static double HashOnly(JournalItem[] items, long records)
    {
        Parallel.For(
            0,
            Environment.ProcessorCount,
            _ =>
            {
                using var commitments = new CommitmentHasher();
                var saltAndReceived = items.Select(item => (byte[])[.. item.Salt.Span, .. item.Received.Span]).ToArray();
                for (long i = 0; i < records / Environment.ProcessorCount; i++)
                {
                    var item = items[i % items.Length];
                    var commitment = commitments.Of(saltAndReceived[i % items.Length]);
                    MerkleHash.Node(MerkleHash.Leaf(item.Leaf.Span), commitment);
                }
            }
        );
        return records * JournalFormat.RecordBytes(SampleLog.LeafBytes, items[0].Received.Length) / Mega;
    }

    /// <summary>Opening after a kill with 512 MB behind the last checkpoint, against a loop that copies and syncs the same bytes.</summary>
    private static void Recovery()
    {
        using var log = new SampleLog();
        using (var open = log.Open())
        {
            var items = SampleLog.Items(256, 8192);
            for (var i = 0; i < 256; i++)
                open.Append(items);
        }
        var bytes = log.JournalBytes() / Mega;
        Interleaved.Compare(
            "recovery",
            "MB",
            0.8,
            () => PerSecond(bytes, () => log.Open().Dispose()),
            () => PerSecond(bytes, () => CopyAndSync(log))
        );
    }

    private static void CopyAndSync(SampleLog log)
    {
        var disk = new RealDisk();
        var buffer = new byte[1 << 20];
        var target = Path.Combine(log.Folder, "copy");
        foreach (var path in Directory.GetFiles(log.Place.Journal, "*.seg"))
        {
            using var source = disk.Open(path, DiskAccess.Read);
            using (var copy = disk.Open(target, DiskAccess.CreateNew))
            {
                for (long offset = 0; source.Read(buffer, offset) is var read and > 0; offset += read)
                    copy.Write(buffer.AsSpan(0, read), offset);
                copy.Sync();
            }
            disk.SyncFolder(log.Folder);
            disk.Delete(target);
        }
    }

    /// <summary>Start after a clean stop with 10 GB of journal and with 1 GB.</summary>
    private static void Start()
    {
        var medians = new List<double>();
        foreach (var gigabytes in new[] { 1, 10 })
        {
            using var log = new SampleLog();
            log.Fill(gigabytes * 1_000_000_000L, 8192);
            var times = new List<double>();
            for (var round = 0; round < Interleaved.Rounds; round++)
            {
                var clock = Stopwatch.StartNew();
                log.Open().Dispose();
                times.Add(clock.Elapsed.TotalMilliseconds);
            }
            medians.Add(Interleaved.Median(times));
        }
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"start: {medians[0]:N0} ms with 1 GB, {medians[1]:N0} ms with 10 GB (target at most 2,000 ms and within 10 %: {medians[1] / medians[0]:P0})"
            )
        );
    }

    /// <summary>Bytes of the journal over bytes received; single records and groups of 32.</summary>
    private static void Overhead()
    {
        var leaf = JournalOfEvents.LeafBytes;
        foreach (var (frame, group, target) in new[] { (8192, 1, 0.05), (8192, 32, 0.05), (1024, 1, 0.25), (1024, 32, 0.25) })
        {
            var bytes = JournalFormat.CommitEntryBytes + (group * JournalFormat.RecordBytes(leaf, frame));
            var overhead = (double)bytes / (frame * group) - 1;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"overhead, {frame} B frames in groups of {group}, leaf of a stored batch {leaf} B: {overhead:P1} (target at most {target:P0})"
                )
            );
        }
    }

    private static void Crc()
    {
        var bytes = RandomNumberGenerator.GetBytes(8192);
        var rate = Interleaved.Rate(() =>
        {
            for (var i = 0; i < 10_000; i++)
                Crc32C.Of(bytes);
            return 10_000.0 * bytes.Length / Mega;
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"crc-32c, 8 KiB: {rate:N0} MB/s"));
    }

    private static double PerSecond(double amount, Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return amount / clock.Elapsed.TotalSeconds;
    }
}
