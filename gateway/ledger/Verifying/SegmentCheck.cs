using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Verifying;

/// <summary>What one segment is to be checked for.</summary>
/// <param name="First">First index, from its name.</param>
/// <param name="Limit">Index it ends at: the next segment's first, or the newest checkpoint of a live log; MaxValue for the last one.</param>
/// <param name="ChecksRest">Whether what lies behind that is looked at too; not while somebody writes there.</param>
/// <param name="BundlesUntil">Entry bundles are compared below this index.</param>
internal readonly record struct SegmentTask(ulong First, ulong Limit, bool ChecksRest, ulong BundlesUntil);

/// <summary>What one segment says, once checked.</summary>
/// <param name="leafHashes">An empty list to fill; its room may be that of a segment before.</param>
internal sealed class SegmentFindings(List<Hash256> leafHashes)
{
    public SegmentHeader? Header { get; set; }

    /// <summary>Leaf hashes from <see cref="SegmentTask.First"/> on, without a hole.</summary>
    public List<Hash256> LeafHashes { get; } = leafHashes;

    /// <summary>Offset behind the last group that counts.</summary>
    public long End { get; set; } = SegmentHeader.Bytes;

    /// <summary>Offset of the first byte behind it that is not zero; null when there is none.</summary>
    public long? RestUsedAt { get; set; }

    /// <summary>Records cannot be counted on from here: some were lost to damage.</summary>
    public bool IsBroken { get; set; }

    public List<IndexRange> Zeroed { get; } = [];

    public VerifyProblem? UnfinishedGroup { get; set; }
}

/// <summary>Checks one segment from its first byte to its last. Runs beside others; touches nothing that is shared but the problem list.</summary>
internal sealed class SegmentCheck : IDisposable
{
    private const int SectorBytes = 512;

    /// <summary>What is said of bytes in space that was never written.</summary>
    public const string UsedFreeSpace = "bytes that are not zero stand in free space";

    private readonly IDiskFile file;
    private readonly SegmentBuffer buffer;
    private readonly SegmentTask task;
    private readonly string name;
    private readonly Hash256 originHash;
    private readonly ProblemList problems;
    private readonly BundleCheck bundles;
    private readonly CommitmentHasher commitments = new();
    private readonly SegmentFindings found;
    private readonly Action<long> onBytes;
    private ulong index;
    private long offset;
    private long told;

    private SegmentCheck(
        IDiskFile file,
        SegmentTask task,
        Hash256 originHash,
        ProblemList problems,
        BundleCheck bundles,
        List<Hash256> leafHashes,
        Action<long> onBytes
    )
    {
        found = new SegmentFindings(leafHashes);
        this.file = file;
        this.task = task;
        this.originHash = originHash;
        this.problems = problems;
        this.bundles = bundles;
        this.onBytes = onBytes;
        buffer = new SegmentBuffer(file);
        name = JournalFormat.SegmentName(task.First);
        index = task.First;
        offset = SegmentHeader.Bytes;
    }

    public static SegmentFindings Run(
        IDiskFile file,
        SegmentTask task,
        Hash256 originHash,
        ProblemList problems,
        BundleCheck bundles,
        List<Hash256> leafHashes,
        Action<long> onBytes
    )
    {
        using var check = new SegmentCheck(file, task, originHash, problems, bundles, leafHashes, onBytes);
        if (check.ReadHeader())
            check.Walk();
        onBytes(file.Length - check.told);
        return check.found;
    }

    public void Dispose() => commitments.Dispose();

    private bool ReadHeader()
    {
        var header = SegmentHeader.Parse(buffer.At(0, SegmentHeader.Bytes), out var why);
        if (header is null)
        {
            problems.Add(VerifyArea.Segment, name, 0, task.First, why);
            found.IsBroken = true;
            return false;
        }
        found.Header = header;
        if (header.Value.FirstIndex != task.First)
            problems.Add(
                VerifyArea.Segment,
                name,
                48,
                task.First,
                $"the header says first index {header.Value.FirstIndex}: the file was renamed or swapped"
            );
        if (header.Value.OriginHash != originHash)
            problems.Add(VerifyArea.Segment, name, 16, task.First, "the segment belongs to another log");
        if (header.Value.SegmentBytes != (ulong)file.Length)
            problems.Add(
                VerifyArea.Segment,
                name,
                56,
                task.First,
                $"the file has {file.Length} bytes, its header says {header.Value.SegmentBytes}"
            );
        found.IsBroken = header.Value.FirstIndex != task.First;
        return !found.IsBroken;
    }

    private void Walk()
    {
        while (index < task.Limit && WalkGroup())
        {
            found.End = offset;
            onBytes(offset - told);
            told = offset;
        }
        if (task.Limit != ulong.MaxValue && index < task.Limit && !found.IsBroken)
        {
            problems.Add(VerifyArea.Journal, name, offset, index, $"records {index} to {task.Limit - 1} are missing");
            found.IsBroken = true;
        }
        if (task.ChecksRest)
            CheckRest();
    }

    /// <summary>One group; false at free space, or where nothing more can be read.</summary>
    private bool WalkGroup()
    {
        var (start, firstOfGroup, crc) = (offset, index, 0u);
        while (true)
        {
            var step = RecordWalk.ReadHeader(buffer.At(offset, JournalFormat.RecordHeaderBytes), out var header, out var why);
            var entry = step is WalkStep.Record or WalkStep.Commit ? buffer.At(offset, header.TotalBytes) : default;
            if (step is WalkStep.Record or WalkStep.Commit && entry.Length < header.TotalBytes)
                (step, why) = (WalkStep.Rejected, "the record runs past the end of the segment");
            switch (step)
            {
                case WalkStep.Record:
                    var parts = PartsOf(entry, header);
                    if (parts != PartState.Good && parts != PartState.Zeroed && EndsInUnfinishedGroup(start, firstOfGroup))
                        return false;
                    CheckRecord(entry, header, parts);
                    crc = Crc32C.Append(crc, entry[..header.LeafPartEnd]);
                    offset += header.TotalBytes;
                    index++;
                    continue;
                case WalkStep.Commit:
                    CheckCommit(entry, start, crc, firstOfGroup);
                    offset += header.TotalBytes;
                    return true;
                case WalkStep.Rejected when EndsInUnfinishedGroup(start, firstOfGroup):
                    return false;
                case WalkStep.Rejected:
                    return SkipDamage(why);
                default:
                    if (offset != start && !EndsInUnfinishedGroup(start, firstOfGroup))
                        return SkipDamage("the commit entry is missing");
                    return false;
            }
        }
    }

    private enum PartState
    {
        Good,
        Zeroed,
        LeafBad,
        LastPartBad,
    }

    private static PartState PartsOf(ReadOnlySpan<byte> record, in RecordHeader header) =>
        !header.LeafCrcHolds(record) ? PartState.LeafBad
        : header.LastPartCrcHolds(record) ? PartState.Good
        : header.LastPartIsZeroed(record) ? PartState.Zeroed
        : PartState.LastPartBad;

    private void CheckRecord(ReadOnlySpan<byte> record, in RecordHeader header, PartState parts)
    {
        var leaf = header.Leaf(record);
        found.LeafHashes.Add(MerkleHash.Leaf(leaf));
        if (index < task.BundlesUntil)
            bundles.Compare(index, leaf);
        switch (parts)
        {
            case PartState.LeafBad:
                problems.Add(VerifyArea.Journal, name, offset + JournalFormat.RecordHeaderBytes, index, "the leaf fails its CRC");
                break;
            case PartState.LastPartBad:
                problems.Add(VerifyArea.Received, name, offset + header.LeafPartEnd, index, "salt and received bytes fail their CRC");
                break;
            case PartState.Zeroed:
                AddZeroed();
                break;
            default:
                if (commitments.Of(header.SaltAndReceived(record)) != Hash256.From(leaf[JournalFormat.CommitmentOffset..]))
                    problems.Add(
                        VerifyArea.Commitment,
                        name,
                        offset + header.LeafPartEnd,
                        index,
                        "salt and received bytes are not those the leaf commits to"
                    );
                break;
        }
    }

    private void AddZeroed()
    {
        if (found.Zeroed.Count > 0 && found.Zeroed[^1].Next == index)
            found.Zeroed[^1] = found.Zeroed[^1] with { Next = index + 1 };
        else
            found.Zeroed.Add(new IndexRange(index, index + 1));
    }

    private void CheckCommit(ReadOnlySpan<byte> entry, long start, uint crc, ulong firstOfGroup)
    {
        var what =
            RecordWalk.ReadCommit(entry) is not { } commit ? "the commit entry fails its CRC"
            : commit.NextIndex != index || commit.GroupStart != (ulong)start || index == firstOfGroup
                ? "the commit entry names another group"
            : commit.LeafPartsCrc != crc ? "the commit entry's CRC over its group fails"
            : null;
        if (what is not null)
            problems.Add(VerifyArea.Journal, name, offset, Math.Max(firstOfGroup, index - 1), what);
    }

    /// <summary>
    /// Whether what stands from the group's start on can be the beginning of one write that a crash cut short: the last segment, behind
    /// the last checkpoint, whole entries, then one cut entry, then nothing but zeros.
    /// </summary>
    private bool EndsInUnfinishedGroup(long start, ulong firstOfGroup)
    {
        if (task.Limit != ulong.MaxValue || !task.ChecksRest || firstOfGroup < Math.Min(problems.SignedSize, ulong.MaxValue - 1))
            return false;
        var at = buffer.At(offset, JournalFormat.RecordHeaderBytes);
        var step = RecordWalk.ReadHeader(at, out var header, out _);
        var reach = step is WalkStep.Record or WalkStep.Commit ? offset + header.TotalBytes : CutHeaderEnd(at, step);
        if (reach is null || !SegmentCopy.IsZeroFrom(file, Math.Min(reach.Value, file.Length)))
            return false;
        found.UnfinishedGroup = new VerifyProblem(
            VerifyArea.Journal,
            name,
            start,
            firstOfGroup,
            "a group that was never finished, and never acknowledged",
            true
        );
        Truncate(firstOfGroup);
        (offset, index) = (start, firstOfGroup);
        return true;
    }

    /// <summary>
    /// Where a header that was cut ends. A write is cut between 512-byte sectors and nowhere else, and what there is of the header must
    /// be able to be one; otherwise the bytes are no beginning of a group.
    /// </summary>
    private long? CutHeaderEnd(ReadOnlySpan<byte> at, WalkStep step)
    {
        if (step is WalkStep.Free or WalkStep.Incomplete)
            return offset;
        const int kindOffset = 4;
        var cut = ((offset / SectorBytes) + 1) * SectorBytes;
        var kindIsThere = cut - offset > kindOffset;
        var kindFits = (RecordKind)at[kindOffset] is RecordKind.Frame or RecordKind.Quarantined or RecordKind.OwnEvent or RecordKind.Commit;
        return cut < offset + JournalFormat.RecordHeaderBytes && (!kindIsThere || kindFits) ? cut : null;
    }

    private void Truncate(ulong until)
    {
        found.LeafHashes.RemoveRange((int)(until - task.First), found.LeafHashes.Count - (int)(until - task.First));
        found.Zeroed.RemoveAll(range => range.First >= until);
        if (found.Zeroed.Count > 0 && found.Zeroed[^1].Next > until)
            found.Zeroed[^1] = found.Zeroed[^1] with { Next = until };
    }

    /// <summary>Which record is which is not known behind a broken header: the rest of the segment is given up, and said to be.</summary>
    private bool SkipDamage(string why)
    {
        problems.Add(VerifyArea.Journal, name, offset, index, why);
        found.IsBroken = true;
        offset = file.Length;
        return false;
    }

    private void CheckRest()
    {
        if (found.IsBroken || found.UnfinishedGroup is not null)
            return;
        found.RestUsedAt = FirstByteInUse();
        if (task.Limit == ulong.MaxValue && found.RestUsedAt is { } used)
            problems.Add(VerifyArea.Journal, name, used, index, UsedFreeSpace);
    }

    private long? FirstByteInUse()
    {
        for (var at = found.End; at < file.Length; )
        {
            var span = buffer.At(at, 1);
            var first = span.IndexOfAnyExcept((byte)0);
            if (first >= 0)
                return at + first;
            at += span.Length;
        }
        return null;
    }
}
