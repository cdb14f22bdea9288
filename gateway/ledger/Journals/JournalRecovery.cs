using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>
/// From what lies on the disk to an open journal (FORMAT.md clause 4). After a failed or missing fsync the page cache still shows
/// bytes that the disk never got, so everything behind the last signed checkpoint is copied to a new segment and synced before the
/// first acknowledgement. A copy takes the name of the segment it replaces only when it is whole and synced; running it again after a
/// crash in the middle gives the same journal.
/// </summary>
internal sealed class JournalRecovery(IDisk disk, JournalOptions options, ulong signedSize)
{
    private const string CopyEnding = ".tmp";

    /// <summary>Leaf hashes of copied records that are kept for the tree; of a longer tail the leaves are read once more.</summary>
    private const int LeavesKept = 1 << 20;
    private readonly SegmentMaker maker = new(disk, options);
    private readonly GroupEncoder encoder = new();
    private ulong rewrittenRecords;
    private long rewrittenBytes;
    private readonly List<Hash256> rewrittenLeaves = [];
    private SetAside? aside;

    public Journal Open(out RecoveryReport report)
    {
        disk.CreateFolder(options.Folder);
        if (options.Mirror is not null)
            disk.CreateFolder(options.Mirror);
        maker.RemoveLeftovers();
        var segments = SegmentList.Read(disk, options.Folder);
        if (segments.Count == 0)
            return Create(out report);
        var from = segments.FindLastIndex(first => first <= signedSize);
        if (from < 0)
            throw new JournalDamagedException(new JournalProblem(JournalFormat.SegmentName(0), 0, 0, "the segment is missing"));
        var end = Walk(segments, from);
        report = new RecoveryReport(false, signedSize, end.NextIndex, rewrittenRecords, rewrittenBytes, aside)
        {
            RewrittenLeaves = rewrittenLeaves,
        };
        MirrorSync.Run(disk, options, segments[from]);
        return new Journal(disk, options, maker, OpenPair(end.Segment), end.Offset, end.NextIndex);
    }

    private readonly record struct End(ulong Segment, long Offset, ulong NextIndex);

    private Journal Create(out RecoveryReport report)
    {
        var header = new SegmentHeader(Journal.OriginHash(options.Origin), 0, (ulong)options.SegmentBytes, 0, false);
        var pair =
            maker.TryTake(header)
            ?? throw new DiskException(
                DiskFault.Full,
                "pwrite",
                options.Folder,
                $"no room for a first segment of {options.SegmentBytes} bytes"
            );
        report = new RecoveryReport(true, signedSize, 0, 0, 0, null);
        return new Journal(disk, options, maker, pair, SegmentHeader.Bytes, 0);
    }

    /// <summary>Scans the segments from the checkpoint on, then rewrites what is behind it.</summary>
    private End Walk(List<ulong> segments, int from)
    {
        var scans = ScanAll(segments.GetRange(from, segments.Count - from));
        for (var i = 0; i < scans.Length; i++)
        {
            var isLast = i == scans.Length - 1;
            RequireCrashShape(scans[i], isLast, isLast ? 0 : segments[from + i + 1]);
        }
        var last = scans[^1];
        var dirty = last.UsedEnd > last.CommittedEnd;
        // An empty last segment may have its name only in memory: a failed sync of the folder ended the run before.
        var isEmpty = last.NextIndex == segments[^1];
        if (last.NextIndex < signedSize || (last.NextIndex == signedSize && !dirty && !isEmpty))
            return new End(segments[^1], last.CommittedEnd, last.NextIndex);
        if (dirty)
            aside = SetBytesAside(segments[^1], last);
        return Rewrite(segments.GetRange(from, scans.Length), scans);
    }

    /// <summary>Segments are read side by side where threads are wanted at all: each says for itself how far it is good.</summary>
    private SegmentScan[] ScanAll(List<ulong> segments)
    {
        var scans = new SegmentScan[segments.Count];
        void ScanOne(int i) => scans[i] = Scan(segments[i], i + 1 < segments.Count ? segments[i + 1] : ulong.MaxValue);
        var threads = options.PrepareAhead ? Environment.ProcessorCount : 1;
        try
        {
            Parallel.For(0, segments.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, ScanOne);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        return scans;
    }

    private SegmentScan Scan(ulong first, ulong limit)
    {
        var name = JournalFormat.SegmentName(first);
        using var file = disk.Open(Path.Combine(options.Folder, name), DiskAccess.Read);
        var scan = SegmentScan.Run(file, name, limit, options.IsDisposed);
        if (scan.Problem is null && (scan.Header.FirstIndex != first || scan.Header.OriginHash != Journal.OriginHash(options.Origin)))
            throw new JournalDamagedException(new JournalProblem(name, 0, first, "the segment belongs to another place or another log"));
        return scan;
    }

    /// <summary>A crash leaves at most one unfinished group, and only at the very end. Anything else is damage, and stays as it is.</summary>
    private void RequireCrashShape(SegmentScan scan, bool isLast, ulong nextFirst)
    {
        if (scan.Problem is { } problem && (problem.Index < signedSize || problem.Offset == 0 || !isLast || scan.LaterGroupFollows))
            throw new JournalDamagedException(problem);
        if (!isLast && scan.NextIndex != nextFirst)
        {
            var what = $"the segment ends at record {scan.NextIndex}, the next one begins with {nextFirst}";
            var name = JournalFormat.SegmentName(scan.Header.FirstIndex);
            throw new JournalDamagedException(new JournalProblem(name, scan.CommittedEnd, scan.NextIndex, what));
        }
    }

    private SetAside SetBytesAside(ulong first, SegmentScan scan)
    {
        var name = JournalFormat.SegmentName(first);
        var folder = Path.Combine(options.Folder, "aside");
        disk.CreateFolder(folder);
        var bytes = new byte[scan.UsedEnd - scan.CommittedEnd];
        using (var source = disk.Open(Path.Combine(options.Folder, name), DiskAccess.Read))
            source.Read(bytes, scan.CommittedEnd);
        var hash = Hash256.From(SHA256.HashData(bytes));
        var asideName = string.Create(
            CultureInfo.InvariantCulture,
            $"{first:D20}-{scan.CommittedEnd}-{Convert.ToHexStringLower(hash.ToArray().AsSpan(0, 4))}"
        );
        var path = Path.Combine(folder, asideName);
        DurableFile.Replace(disk, path, bytes);
        var why = scan.Problem?.What ?? "bytes behind the last commit entry";
        return new SetAside(path, name, scan.CommittedEnd, bytes.Length, hash, why);
    }

    /// <summary>
    /// One copy for each segment that holds records behind the checkpoint; the last one is written on from there. While one copy is
    /// being synced the next is written; they take their names in order.
    /// </summary>
    private End Rewrite(List<ulong> segments, SegmentScan[] scans)
    {
        Copied? before = null;
        for (var i = 0; i < segments.Count; i++)
        {
            var target = Math.Max(segments[i], Math.Min(signedSize, scans[i].NextIndex));
            var header = scans[i].Header with { FirstIndex = target };
            if (before is not null)
                header = header with { PreviousEnd = (ulong)before.End.Offset, Supersedes = false };
            var limit = i + 1 < segments.Count ? segments[i + 1] : ulong.MaxValue;
            var copied = Copy(segments[i], limit, header);
            before?.TakeName(disk);
            before = copied;
        }
        before!.TakeName(disk);
        return before.End;
    }

    private Copied Copy(ulong source, ulong limit, SegmentHeader header)
    {
        var target = header.FirstIndex;
        var name = JournalFormat.SegmentName(source);
        var final = Path.Combine(options.Folder, JournalFormat.SegmentName(target));
        var from = disk.Open(Path.Combine(options.Folder, name), DiskAccess.Read);
        var copy = disk.Open(final + CopyEnding, DiskAccess.CreateNew);
        var writer = new SegmentCopy(copy, encoder, header, KeepLeaf);
        var scan = SegmentScan.Again(from, name, limit, writer.OnGroup);
        writer.Finish(sourceStays: source < target);
        rewrittenRecords += scan.NextIndex - target;
        rewrittenBytes += writer.End - SegmentHeader.Bytes;
        var end = new End(target, writer.End, scan.NextIndex);
        if (options.PrepareAhead)
            return new Copied(copy, from, final, end, Task.Run(copy.Sync), true);
        copy.Sync();
        return new Copied(copy, from, final, end, Task.CompletedTask, false);
    }

    private void KeepLeaf(ReadOnlySpan<byte> leaf)
    {
        if (rewrittenLeaves.Count < LeavesKept)
            rewrittenLeaves.Add(MerkleHash.Leaf(leaf));
    }

    /// <summary>
    /// A copy that is written, and being synced. Its source stays open until the copy has its name: a file that is replaced while nobody
    /// has it open is given back to the file system in the rename itself, which takes as long as writing it. So it is given back beside.
    /// </summary>
    private sealed record Copied(IDiskFile File, IDiskFile Source, string Final, End End, Task Synced, bool Beside)
    {
        public void TakeName(IDisk disk)
        {
            Synced.GetAwaiter().GetResult();
            File.Dispose();
            disk.Rename(Final + CopyEnding, Final);
            disk.SyncFolder(Path.GetDirectoryName(Final)!);
            if (Beside)
                _ = Task.Run(Source.Dispose);
            else
                Source.Dispose();
        }
    }

    private SegmentPair OpenPair(ulong segment)
    {
        var name = JournalFormat.SegmentName(segment);
        var primary = disk.Open(Path.Combine(options.Folder, name), DiskAccess.ReadWrite);
        var mirror = options.Mirror is null ? null : disk.Open(Path.Combine(options.Mirror, name), DiskAccess.ReadWrite);
        return new SegmentPair(primary, mirror);
    }
}
