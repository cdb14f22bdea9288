using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>Where and how a segment fails.</summary>
/// <param name="Segment">File name.</param>
/// <param name="Offset">Byte offset in it.</param>
/// <param name="Index">Index of the record there, or of the one that would stand there.</param>
/// <param name="What">What is wrong, in words.</param>
public readonly record struct JournalProblem(string Segment, long Offset, ulong Index, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Segment} at byte {Offset} (record {Index}): {What}";
}

/// <summary>One walk over a segment's commit groups: how far it is committed, and what stands behind.</summary>
internal sealed class SegmentScan
{
    private readonly IDiskFile file;
    private readonly string name;
    private readonly SegmentBuffer buffer;
    private readonly Func<ulong, bool> isDisposed;
    private bool contentsAreKnown;

    private SegmentScan(IDiskFile file, string name, Func<ulong, bool> isDisposed)
    {
        this.file = file;
        this.name = name;
        this.isDisposed = isDisposed;
        buffer = new SegmentBuffer(file);
    }

    /// <summary>The segment's header.</summary>
    public SegmentHeader Header { get; private set; }

    /// <summary>Index after the last record under a good commit entry.</summary>
    public ulong NextIndex { get; private set; }

    /// <summary>Offset behind the last good commit entry.</summary>
    public long CommittedEnd { get; private set; }

    /// <summary>Offset behind the last byte that is not zero; at least <see cref="CommittedEnd"/>.</summary>
    public long UsedEnd { get; private set; }

    /// <summary>First index of the last good group, when one of its last parts fails its CRC and passed for disposed of; null otherwise.</summary>
    public ulong? LastGroupZeroed { get; private set; }

    /// <summary>Why the walk ended before free space or the limit; null when it did not.</summary>
    public JournalProblem? Problem { get; private set; }

    /// <summary>Whether a good commit entry of a later group stands behind the problem: then it is damage, not a torn write.</summary>
    public bool LaterGroupFollows { get; private set; }

    /// <summary>One commit group: its records' first index, its place, and the offset behind its commit entry.</summary>
    public readonly record struct Group(ulong FirstIndex, ulong NextIndex, long Start, long End);

    /// <summary>Walks groups until free space, a problem, or the group that ends at <paramref name="limit"/>.</summary>
    /// <param name="file">The segment.</param>
    /// <param name="name">Its file name, for the report.</param>
    /// <param name="limit">First index of the next segment; <see cref="ulong.MaxValue"/> for the last one.</param>
    /// <param name="isDisposed">Whether a disposal leaf covers an index.</param>
    /// <param name="onGroup">Called for every good group in order.</param>
    public static SegmentScan Run(
        IDiskFile file,
        string name,
        ulong limit,
        Func<ulong, bool> isDisposed,
        Action<SegmentScan, Group>? onGroup = null
    )
    {
        var scan = new SegmentScan(file, name, isDisposed);
        if (scan.ReadHeader())
            scan.WalkGroups(limit, onGroup);
        if (scan.Problem is not null || limit == ulong.MaxValue)
            scan.LookBehind();
        return scan;
    }

    /// <summary>Walks a segment a second time in the same call of recovery: for its groups' places, without checking contents again.</summary>
    public static SegmentScan Again(IDiskFile file, string name, ulong limit, Action<SegmentScan, Group> onGroup)
    {
        var scan = new SegmentScan(file, name, static _ => true) { contentsAreKnown = true };
        if (scan.ReadHeader())
            scan.WalkGroups(limit, onGroup);
        return scan;
    }

    /// <summary>Bytes of the segment, for whoever copies a group during the walk.</summary>
    public ReadOnlySpan<byte> At(long offset, int need) => buffer.At(offset, need);

    private bool ReadHeader()
    {
        var header = SegmentHeader.Parse(buffer.At(0, SegmentHeader.Bytes), out var why);
        if (header is null || header.Value.SegmentBytes != (ulong)file.Length)
        {
            JournalFormat.TrySegmentIndex(name, out var index);
            why = header is null ? why : $"file has {file.Length} bytes, its header says {header.Value.SegmentBytes}";
            NextIndex = index;
            Problem = new JournalProblem(name, 0, index, why);
            return false;
        }
        Header = header.Value;
        NextIndex = Header.FirstIndex;
        CommittedEnd = SegmentHeader.Bytes;
        return true;
    }

    private void WalkGroups(ulong limit, Action<SegmentScan, Group>? onGroup)
    {
        while (NextIndex < limit && WalkGroup() is { } group)
        {
            if (group.NextIndex > limit)
            {
                Problem = new JournalProblem(name, group.Start, NextIndex, "a commit group reaches into the next segment's indices");
                return;
            }
            NextIndex = group.NextIndex;
            CommittedEnd = group.End;
            onGroup?.Invoke(this, group);
        }
    }

    private Group? WalkGroup()
    {
        var start = CommittedEnd;
        var offset = start;
        var index = NextIndex;
        var crc = 0u;
        while (true)
        {
            var step = RecordWalk.ReadHeader(buffer.At(offset, JournalFormat.RecordHeaderBytes), out var header, out var why);
            if (step is WalkStep.Free or WalkStep.Incomplete)
                return offset == start ? null : Fail(offset, index, "the commit entry is missing");
            if (step == WalkStep.Rejected)
                return Fail(offset, index, why);
            var entry = buffer.At(offset, header.TotalBytes);
            if (entry.Length < header.TotalBytes)
                return Fail(offset, index, "the record runs past the end of the segment");
            if (step == WalkStep.Commit)
                return EndGroup(entry, start, offset, index, crc);
            if (offset == start)
                LastGroupZeroed = null;
            if (!contentsAreKnown && !header.LeafCrcHolds(entry))
                return Fail(offset, index, "the leaf fails its CRC");
            if (!contentsAreKnown && !header.LastPartCrcHolds(entry))
            {
                if (!isDisposed(index))
                    return Fail(offset, index, "salt and received bytes fail their CRC");
                LastGroupZeroed = NextIndex;
            }
            crc = Crc32C.Append(crc, entry[..header.LeafPartEnd]);
            offset += header.TotalBytes;
            index++;
        }
    }

    private Group? EndGroup(ReadOnlySpan<byte> entry, long start, long offset, ulong index, uint crc)
    {
        if (RecordWalk.ReadCommit(entry) is not { } commit)
            return Fail(offset, index, "the commit entry fails its CRC");
        if (commit.NextIndex != index || commit.GroupStart != (ulong)start || index == NextIndex)
            return Fail(offset, index, "the commit entry names another group");
        if (commit.LeafPartsCrc != crc)
            return Fail(offset, index, "the commit entry's CRC over its group fails");
        return new Group(NextIndex, index, start, offset + JournalFormat.CommitEntryBytes);
    }

    private Group? Fail(long offset, ulong index, string what)
    {
        Problem = new JournalProblem(name, offset, index, what);
        return null;
    }

    /// <summary>Finds the last byte in use, and a good commit entry of a group that begins behind the problem's own.</summary>
    private void LookBehind()
    {
        UsedEnd = CommittedEnd;
        const int window = 128 << 10;
        for (var offset = CommittedEnd; offset < file.Length; offset += window)
        {
            // windows overlap by one entry, so that none hides on a border
            var span = buffer.At(offset, window + JournalFormat.CommitEntryBytes);
            span = span[..Math.Min(span.Length, window + JournalFormat.CommitEntryBytes)];
            var last = span.LastIndexOfAnyExcept((byte)0);
            if (last >= 0)
                UsedEnd = Math.Max(UsedEnd, offset + last + 1);
            LaterGroupFollows |= last >= 0 && HasLaterCommit(span);
        }
    }

    private bool HasLaterCommit(ReadOnlySpan<byte> span)
    {
        while (span.IndexOf(CommitHeader) is var at and >= 0 && span.Length - at >= JournalFormat.CommitEntryBytes)
        {
            if (RecordWalk.ReadCommit(span[at..]) is { } commit && commit.GroupStart > (ulong)CommittedEnd && commit.NextIndex > NextIndex)
                return true;
            span = span[(at + 1)..];
        }
        return false;
    }

    private static readonly byte[] CommitHeader = MakeCommitHeader();

    private static byte[] MakeCommitHeader()
    {
        var encoder = new GroupEncoder();
        encoder.Begin(JournalFormat.CommitEntryBytes);
        encoder.End(0, 0);
        return encoder.Bytes[..JournalFormat.RecordHeaderBytes].ToArray();
    }
}
