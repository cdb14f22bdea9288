using System.Diagnostics;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Benchmarks.Ledger;

/// <summary>
/// 256 senders, each waiting for its acknowledgement before the next frame, against a loop that writes and syncs batches of the very
/// sizes that were recorded; then with the ledger signing beside, against a loop that also does the same hashes.
/// </summary>
internal static class GroupCommitBenchmark
{
    private const int Senders = 256;
    private static readonly byte[] Zeros = new byte[1 << 20];

    public static void Run()
    {
        foreach (var (frame, name) in new[] { (1024, "1 KiB"), (8192, "8 KiB") })
        {
            List<int> sizes = [];
            Interleaved.Compare(
                $"group commit, 256 senders, {name} frames",
                "records",
                0.7,
                () => Commit(frame, sizes, signs: false),
                () => Replay(frame, sizes, hashes: false)
            );
            Interleaved.Compare(
                $"with the ledger keeping up, {name} frames",
                "records",
                0.8,
                () => Commit(frame, sizes, signs: true),
                () => Replay(frame, sizes, hashes: true)
            );
        }
    }

    /// <summary>The senders stand in a queue again as soon as they are acknowledged; a group is whoever stands there.</summary>
    private static double Commit(int frame, List<int> sizes, bool signs)
    {
        using var sample = new SampleLog();
        using var log = sample.Open();
        var items = SampleLog.Items(Senders, frame);
        using var queue = new SenderQueue(items);
        sizes.Clear();
        using var stop = new CancellationTokenSource();
        var signer = signs ? Task.Run(() => SignOften(log, stop.Token)) : Task.CompletedTask;
        var group = new JournalItem[Senders];
        var clock = Stopwatch.StartNew();
        long records = 0;
        while (clock.Elapsed < Interleaved.Length)
        {
            var count = queue.Take(group, out var senders);
            log.Append(group.AsSpan(0, count));
            queue.Acknowledge(senders, count);
            records += count;
            sizes.Add(count);
        }
        var rate = records / clock.Elapsed.TotalSeconds;
        queue.Stop();
        stop.Cancel();
        signer.GetAwaiter().GetResult();
        return rate;
    }

    private static void SignOften(TamperEvidentLog log, CancellationToken stop)
    {
        var now = DateTimeOffset.UnixEpoch;
        while (!stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(1)))
        {
            now += TimeSpan.FromSeconds(1);
            log.RequestCheckpoint();
            log.TrySign(now);
        }
    }

    /// <summary>
    /// The same bytes into fresh segments, made ready ahead by a thread of their own, since a journal keeps what it writes: a loop that
    /// overwrites one file again and again asks less of the disk than any journal could.
    /// </summary>
    private static double Replay(int frame, List<int> sizes, bool hashes)
    {
        using var sample = new SampleLog();
        var disk = new RealDisk();
        var items = SampleLog.Items(Senders, frame);
        var record = JournalFormat.RecordBytes(SampleLog.LeafBytes, frame);
        var bytes = new byte[(record * Senders) + JournalFormat.CommitEntryBytes];
        items[0].Received.Span.CopyTo(bytes);
        var made = 0;
        IDiskFile Make()
        {
            var file = disk.Open(Path.Combine(sample.Folder, $"replay-{made++}"), DiskAccess.CreateNew);
            for (long at = 0; at < JournalFormat.SegmentBytesDefault; at += Zeros.Length)
                file.Write(Zeros, at);
            file.Sync();
            return file;
        }
        var tree = new CompactTree();
        var file = Make();
        var next = Task.Run(Make);
        var clock = Stopwatch.StartNew();
        long records = 0;
        long offset = 0;
        for (var i = 0; clock.Elapsed < Interleaved.Length; i++)
        {
            var count = sizes[i % sizes.Count];
            var length = (count * record) + JournalFormat.CommitEntryBytes;
            if (offset + length > JournalFormat.SegmentBytesDefault)
            {
                file.Dispose();
                file = next.GetAwaiter().GetResult();
                next = Task.Run(Make);
                offset = 0;
            }
            file.Write(bytes.AsSpan(0, length), offset);
            file.Sync();
            offset += length;
            for (var leaf = 0; hashes && leaf < count; leaf++)
                tree.Add(MerkleHash.Leaf(items[leaf].Leaf.Span));
            records += count;
        }
        var rate = records / clock.Elapsed.TotalSeconds;
        file.Dispose();
        next.GetAwaiter().GetResult().Dispose();
        return rate;
    }
}
