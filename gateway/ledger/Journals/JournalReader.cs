using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>What a read gave.</summary>
public enum ReadStatus
{
    /// <summary>A record; see the reader's properties.</summary>
    Record,

    /// <summary>The last commit is reached. Later reads may give more when a writer is at work.</summary>
    End,

    /// <summary>What stands there is no good record; see <see cref="JournalReader.Problem"/>. Reading does not go on.</summary>
    Damaged,
}

/// <summary>State of a record's salt and received bytes.</summary>
public enum ReceivedState
{
    /// <summary>There, and their CRC holds.</summary>
    Present,

    /// <summary>Zeroed under a disposal leaf, or not yet zeroed although one covers it.</summary>
    Disposed,

    /// <summary>Their CRC fails and no disposal leaf covers the record.</summary>
    Damaged,
}

/// <summary>
/// Reads journal records forward, from any index to the last commit; memory is bounded by one record. Takes no lock: it runs beside the
/// gateway's writer, in another process, or on a copy. Not safe for two threads at once.
/// </summary>
public sealed class JournalReader : IDisposable
{
    private readonly IDisk disk;
    private readonly string folder;
    private readonly Func<ulong> committed;
    private readonly Func<ulong, bool> isDisposed;
    private List<ulong> segments = [];
    private IDiskFile? file;
    private SegmentBuffer? buffer;
    private ulong segment;
    private ulong segmentLimit;
    private long offset;
    private ulong next;
    private RecordHeader header;
    private long recordAt;

    internal JournalReader(IDisk disk, string folder, ulong from, Func<ulong> committed, Func<ulong, bool> isDisposed)
    {
        this.disk = disk;
        this.folder = folder;
        this.committed = committed;
        this.isDisposed = isDisposed;
        next = from;
    }

    /// <summary>
    /// Opens a journal folder for reading, live or a copy. The end is the last whole commit group at this moment, or
    /// <paramref name="endIndex"/> where that is given (the size of the newest checkpoint seen, for a reader beside a running gateway).
    /// </summary>
    /// <exception cref="DiskException">Not readable.</exception>
    /// <exception cref="JournalDamagedException">The last segment has no good header.</exception>
    public static JournalReader Open(
        IDisk disk,
        string folder,
        ulong fromIndex,
        ulong? endIndex = null,
        Func<ulong, bool>? isDisposed = null
    )
    {
        var end = endIndex ?? CommittedEnd(disk, folder, isDisposed);
        var disposed = isDisposed ?? (static _ => true);
        return new JournalReader(disk, folder, fromIndex, () => end, disposed);
    }

    /// <summary>Index of the record last read.</summary>
    public ulong Index { get; private set; }

    /// <summary>Its kind.</summary>
    public RecordKind Kind => header.Kind;

    /// <summary>Its leaf. Valid until the next read.</summary>
    public ReadOnlySpan<byte> Leaf => header.Leaf(Record);

    /// <summary>Its salt, 32 bytes; meaningful while <see cref="State"/> is Present. Valid until the next read.</summary>
    public ReadOnlySpan<byte> Salt => header.Salt(Record);

    /// <summary>Its received bytes; empty for an own event; meaningful while <see cref="State"/> is Present. Valid until the next read.</summary>
    public ReadOnlySpan<byte> Received => header.Received(Record);

    /// <summary>Whether salt and received bytes are there.</summary>
    public ReceivedState State { get; private set; }

    /// <summary>Segment that holds it, by first index.</summary>
    public ulong Segment => segment;

    /// <summary>Offset of it in the segment.</summary>
    public long Offset => recordAt;

    /// <summary>After Damaged: where and what.</summary>
    public JournalProblem? Problem { get; private set; }

    private ReadOnlySpan<byte> Record => buffer!.At(recordAt, header.TotalBytes);

    /// <summary>Index after the last whole commit group of a journal folder; 0 when it holds no segment.</summary>
    public static ulong CommittedEnd(IDisk disk, string folder, Func<ulong, bool>? isDisposed = null)
    {
        var all = SegmentList.Read(disk, folder);
        if (all.Count == 0)
            return 0;
        var name = JournalFormat.SegmentName(all[^1]);
        using var last = disk.Open(Path.Combine(folder, name), DiskAccess.Read);
        var scan = SegmentScan.Run(last, name, ulong.MaxValue, isDisposed ?? (static _ => true));
        if (scan.Problem is { Offset: 0 } problem)
            throw new JournalDamagedException(problem);
        // nobody said what is disposed of: in the very last group a zero part is a sector that a crash lost
        return isDisposed is null ? scan.LastGroupZeroed ?? scan.NextIndex : scan.NextIndex;
    }

    /// <summary>Reads the next record.</summary>
    public ReadStatus Read()
    {
        if (Problem is not null)
            return ReadStatus.Damaged;
        if (next >= committed())
            return ReadStatus.End;
        if (file is null || next >= segmentLimit)
        {
            if (!OpenSegmentOf(next))
                return ReadStatus.Damaged;
        }
        return ReadRecord();
    }

    /// <summary>Closes the segment at hand.</summary>
    public void Dispose()
    {
        file?.Dispose();
        file = null;
    }

    private ReadStatus ReadRecord()
    {
        var why = TryReadRecord();
        if (why is null)
            return ReadStatus.Record;
        // The buffer may have been filled while the writer was in the middle of this group; what is committed now is whole on disk.
        buffer!.Forget();
        why = TryReadRecord();
        return why is null ? ReadStatus.Record : RollOr(why);
    }

    /// <summary>Null when a record was read, else why not.</summary>
    private string? TryReadRecord()
    {
        while (true)
        {
            var step = RecordWalk.ReadHeader(buffer!.At(offset, JournalFormat.RecordHeaderBytes), out header, out var why);
            if (step is not (WalkStep.Record or WalkStep.Commit))
                return step == WalkStep.Rejected ? why : "a record is missing";
            var record = buffer.At(offset, header.TotalBytes);
            if (record.Length < header.TotalBytes)
                return "the record runs past the end of the segment";
            if (step == WalkStep.Commit)
            {
                offset += header.TotalBytes;
                continue;
            }
            if (!header.LeafCrcHolds(record))
                return "the leaf fails its CRC";
            State = StateOf(record);
            if (State == ReceivedState.Damaged && buffer.IsStale)
                return "salt and received bytes fail their CRC";
            buffer.MarkStale();
            recordAt = offset;
            offset += header.TotalBytes;
            Index = next++;
            return null;
        }
    }

    private ReceivedState StateOf(ReadOnlySpan<byte> record) =>
        header.LastPartCrcHolds(record) ? ReceivedState.Present
        : header.LastPartIsZeroed(record) && isDisposed(next) ? ReceivedState.Disposed
        : ReceivedState.Damaged;

    /// <summary>Free space below the last commit: the writer has gone on to a segment that was not there when this one was opened.</summary>
    private ReadStatus RollOr(string why)
    {
        var before = segment;
        var at = offset;
        if (!OpenSegmentOf(next))
            return ReadStatus.Damaged;
        if (segment != before)
            return ReadRecord();
        offset = at;
        return Fail(why);
    }

    private bool OpenSegmentOf(ulong index)
    {
        segments = SegmentList.Read(disk, folder);
        var at = segments.FindLastIndex(first => first <= index);
        if (at < 0)
        {
            Fail("the segment is missing");
            return false;
        }
        file?.Dispose();
        segment = segments[at];
        segmentLimit = at + 1 < segments.Count ? segments[at + 1] : ulong.MaxValue;
        file = disk.Open(Path.Combine(folder, JournalFormat.SegmentName(segment)), DiskAccess.Read);
        buffer = new SegmentBuffer(file);
        offset = SegmentHeader.Bytes;
        return SkipTo(index);
    }

    /// <summary>Hops over headers from the segment's start; nothing but lengths is looked at.</summary>
    private bool SkipTo(ulong index)
    {
        for (var at = segment; at < index; )
        {
            var step = RecordWalk.ReadHeader(buffer!.At(offset, JournalFormat.RecordHeaderBytes), out var skipped, out var why);
            if (step is not (WalkStep.Record or WalkStep.Commit))
            {
                Fail(step == WalkStep.Rejected ? why : "a record is missing");
                return false;
            }
            offset += skipped.TotalBytes;
            at += step == WalkStep.Record ? 1u : 0u;
        }
        return true;
    }

    private ReadStatus Fail(string what)
    {
        Problem = new JournalProblem(JournalFormat.SegmentName(segment), offset, next, what);
        return ReadStatus.Damaged;
    }
}
