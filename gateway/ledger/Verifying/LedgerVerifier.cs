using System.Collections.Concurrent;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Ledger.Verifying;

/// <summary>
/// Verifies a whole log: every byte of every segment, every commitment, the tree, every tile and entry bundle, every checkpoint ever
/// kept, and checkpoints remembered outside. Reads only; memory is bounded by two segments' leaf hashes a thread.
/// </summary>
public static class LedgerVerifier
{
    /// <summary>Runs it. Whatever is wrong with the log is in the result; exceptions are left for what cannot be read at all.</summary>
    /// <exception cref="Disks.DiskException">A file cannot be read.</exception>
    public static VerifyResult Run(VerifyOptions options, CancellationToken cancel = default) => new VerifyRun(options, cancel).Run();
}

internal sealed class VerifyRun : IDisposable
{
    private const int SegmentsHeldPerThread = 2;
    private readonly VerifyOptions options;
    private readonly CancellationToken cancel;
    private readonly ProblemList problems;
    private readonly TreeCheck tree;
    private readonly CheckpointCheck checkpoints;
    private readonly List<IndexRange> zeroed = [];

    /// <summary>Room of leaf hashes already joined: new memory for each segment costs a twentieth of the time with small records.</summary>
    private readonly ConcurrentBag<List<Hash256>> spare = [];
    private readonly Checkpoint? newest;
    private readonly SignedNote? newestNote;
    private VerifyProblem? unfinished;
    private bool broken;
    private long bytesDone;
    private long bytesTotal;

    public VerifyRun(VerifyOptions options, CancellationToken cancel)
    {
        this.options = options;
        this.cancel = cancel;
        problems = new ProblemList(options.ProblemsMax);
        tree = new TreeCheck(options.Disk, options.Place.Tlog, problems);
        checkpoints = new CheckpointCheck(options, problems);
        (newest, newestNote) = checkpoints.ReadPublished();
        problems.SignedSize = newest?.Size ?? 0;
        tree.TilesUntil = newest?.Size ?? 0;
    }

    public VerifyResult Run()
    {
        using (this)
        {
            CheckSegments();
            checkpoints.Finish(tree.Size, broken);
            if (options.Data is not null)
                PrivateKeySearch.Run(options.Data, problems);
            return new VerifyResult
            {
                Records = tree.Size,
                Newest = newest,
                NewestNote = newestNote,
                Checkpoints = checkpoints.Checked,
                Problems = problems.Sorted(),
                ProblemsOmitted = problems.Omitted,
                DamagedDerived = DerivedCheck.Run(options.Disk, options.Place.Journal, checkpoints.OriginHash),
                Zeroed = zeroed,
                UnfinishedGroup = unfinished,
                KeyIsEstablished = options.Keys.Count > 0 && checkpoints.KeysHold,
                HistoryIsRemembered = options.Remembered.Count > 0 && checkpoints.RememberedFound == options.Remembered.Count,
            };
        }
    }

    public void Dispose() => checkpoints.Dispose();

    /// <summary>
    /// Segments are checked side by side and joined in order. Two a thread are held, so that no thread waits for work while one segment
    /// is joined, or while a slow one is waited for.
    /// </summary>
    private void CheckSegments()
    {
        var tasks = Plan();
        var running = new Queue<Task<SegmentFindings>>();
        var started = 0;
        SegmentFindings? before = null;
        for (var joined = 0; joined < tasks.Count; joined++)
        {
            for (; started < tasks.Count && running.Count < SegmentsHeldPerThread * options.Threads; started++)
            {
                var task = tasks[started];
                running.Enqueue(Task.Run(() => Check(task), cancel));
            }
            var found = running.Dequeue().GetAwaiter().GetResult();
            Join(tasks[joined], before, found);
            before = found;
        }
        AddLeaves([]);
    }

    private List<SegmentTask> Plan()
    {
        var segments = SegmentList.Read(options.Disk, options.Place.Journal);
        var until = options.IsLive ? problems.SignedSize : ulong.MaxValue;
        var tasks = new List<SegmentTask>();
        for (var i = 0; i < segments.Count && (segments[i] < until || i == 0); i++)
        {
            var limit = i + 1 < segments.Count ? segments[i + 1] : ulong.MaxValue;
            tasks.Add(
                new SegmentTask(
                    segments[i],
                    Math.Min(limit, until),
                    limit <= until && !(options.IsLive && limit == ulong.MaxValue),
                    problems.SignedSize
                )
            );
            bytesTotal += LengthOf(segments[i]);
        }
        if (tasks.Count == 0 || tasks[0].First != 0)
        {
            problems.Add(VerifyArea.Segment, JournalFormat.SegmentName(0), null, 0, "the first segment is missing");
            broken = true;
        }
        return tasks;
    }

    private long LengthOf(ulong segment)
    {
        using var file = options.Disk.Open(Path.Combine(options.Place.Journal, JournalFormat.SegmentName(segment)), Disks.DiskAccess.Read);
        return file.Length;
    }

    private SegmentFindings Check(SegmentTask task)
    {
        cancel.ThrowIfCancellationRequested();
        using var file = options.Disk.Open(
            Path.Combine(options.Place.Journal, JournalFormat.SegmentName(task.First)),
            Disks.DiskAccess.Read
        );
        var bundles = new BundleCheck(options.Disk, options.Place.Tlog, problems.SignedSize, problems);
        return SegmentCheck.Run(file, task, checkpoints.OriginHash, problems, bundles, spare.TryTake(out var list) ? list : [], Tell);
    }

    private void Tell(long bytes)
    {
        var done = Interlocked.Add(ref bytesDone, bytes);
        options.Progress?.Invoke(new VerifyProgress(done, bytesTotal));
    }

    private void Join(SegmentTask task, SegmentFindings? before, SegmentFindings found)
    {
        CheckHeaderChain(task, before, found);
        unfinished = found.UnfinishedGroup ?? unfinished;
        if (broken)
            return;
        zeroed.AddRange(found.Zeroed);
        AddLeaves(found.LeafHashes);
        found.LeafHashes.Clear();
        spare.Add(found.LeafHashes);
        broken = found.IsBroken;
    }

    private void CheckHeaderChain(SegmentTask task, SegmentFindings? before, SegmentFindings found)
    {
        if (found.Header is not { } header || (before is null && task.First != 0) || before is { IsBroken: true })
            return;
        var name = JournalFormat.SegmentName(task.First);
        var beforeName = before?.Header is { } earlier ? JournalFormat.SegmentName(earlier.FirstIndex) : name;
        if (header.PreviousEnd != (ulong)(before?.End ?? 0))
            problems.Add(
                VerifyArea.Segment,
                name,
                64,
                task.First,
                $"the segment before ends at {before?.End ?? 0}, the header says {header.PreviousEnd}"
            );
        if (before?.RestUsedAt is { } used && !header.Supersedes)
            problems.Add(VerifyArea.Journal, beforeName, used, task.First, SegmentCheck.UsedFreeSpace);
    }

    /// <summary>Adds leaves, stopping at each size that a checkpoint speaks of.</summary>
    private void AddLeaves(List<Hash256> leaves)
    {
        var at = 0;
        while (true)
        {
            if (newest is not null && tree.Size == newest.Size)
                tree.ComparePartials();
            checkpoints.Compare(tree.Size, tree.Root);
            if (at == leaves.Count)
                return;
            var stop = Math.Min(checkpoints.NextSize, newest is not null && newest.Size > tree.Size ? newest.Size : ulong.MaxValue);
            do
            {
                tree.Add(leaves[at++]);
            } while (at < leaves.Count && tree.Size != stop);
        }
    }
}
