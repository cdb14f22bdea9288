using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>
/// The journal: segments of commit groups, append only, the single source of truth. One writer at a time; readers
/// (<see cref="OpenReader"/>) run beside it on other threads. The first write or sync error is final.
/// </summary>
public sealed class Journal : IDisposable
{
    /// <summary>Most bytes in one commit group, its commit entry included, at the default segment length.</summary>
    public const int GroupBytesLimit = 8 << 20;

    private readonly IDisk disk;
    private readonly JournalOptions options;
    private readonly SegmentMaker maker;
    private readonly GroupEncoder encoder = new();
    private SegmentPair segment;
    private long offset;
    private long staleEnd;
    private ulong nextIndex;
    private JournalFailedException? failed;

    internal Journal(IDisk disk, JournalOptions options, SegmentMaker maker, SegmentPair segment, long offset, ulong nextIndex)
    {
        this.disk = disk;
        this.options = options;
        this.maker = maker;
        this.segment = segment;
        this.offset = offset;
        this.nextIndex = nextIndex;
    }

    /// <summary>Index of the next record: all below are durable. May be read from any thread.</summary>
    public ulong NextIndex => Volatile.Read(ref nextIndex);

    /// <summary>Most bytes of one group here: <see cref="GroupBytesLimit"/>, or what a segment holds.</summary>
    public int GroupBytesMax
    {
        get
        {
            var smallest = Math.Min(options.SegmentBytes, segment.Length);
            return (int)Math.Min(GroupBytesLimit, smallest - SegmentHeader.Bytes - ReserveBytes(smallest));
        }
    }

    /// <summary>Folder of the segments.</summary>
    public string Folder => options.Folder;

    /// <summary>Bytes kept free at a segment's end for what must still be said when the disk is full.</summary>
    public static int ReserveBytes(long segmentBytes) => (int)Math.Min(64 << 10, segmentBytes / 8);

    /// <summary>Opens a journal, makes it when the folder holds none, and recovers it (FORMAT.md clause 4).</summary>
    /// <param name="disk">Where.</param>
    /// <param name="options">How.</param>
    /// <param name="signedSize">Size of the last signed checkpoint: what is behind it is written again before it is trusted.</param>
    /// <param name="report">What recovery found and did.</param>
    /// <exception cref="JournalDamagedException">Damage that no crash explains. Nothing was changed.</exception>
    /// <exception cref="DiskException">The disk's own failure; a full disk too.</exception>
    public static Journal Open(IDisk disk, JournalOptions options, ulong signedSize, out RecoveryReport report)
    {
        if (options.SegmentBytes is < JournalFormat.SegmentBytesMin or > JournalFormat.SegmentBytesMax)
            throw new ArgumentException(
                $"A segment has {JournalFormat.SegmentBytesMin} to {JournalFormat.SegmentBytesMax} bytes, not {options.SegmentBytes}.",
                nameof(options)
            );
        return new JournalRecovery(disk, options, signedSize).Open(out report);
    }

    /// <summary>Bytes an item takes in a group, without the group's share of one commit entry.</summary>
    public static int BytesOf(in JournalItem item) => JournalFormat.RecordBytes(item.Leaf.Length, item.Received.Length);

    /// <summary>
    /// Appends one commit group: all of it becomes durable or none of it. The group's memory may be reused when it returns.
    /// </summary>
    /// <param name="items">At least one.</param>
    /// <param name="useReserve">For the record that says that the disk is full: may take the segment's reserve.</param>
    /// <exception cref="JournalFailedException">Final; see there. Also on every later call.</exception>
    public AppendOutcome AppendGroup(ReadOnlySpan<JournalItem> items, bool useReserve = false)
    {
        if (failed is not null)
            throw failed;
        if (items.IsEmpty)
            throw new ArgumentException("A commit group has at least one record.", nameof(items));
        var bytes = GroupEncoder.Measure(items);
        if (bytes > GroupBytesMax)
            return new AppendOutcome(AppendStatus.GroupTooLarge, nextIndex, nextIndex, false);
        try
        {
            return Append(items, (int)bytes, useReserve);
        }
        catch (DiskException e)
        {
            failed = new JournalFailedException(e);
            throw failed;
        }
    }

    /// <summary>A forward reader from an index to the last commit, following the writer as it goes on. Give it back by Dispose.</summary>
    public JournalReader OpenReader(ulong fromIndex) => new(disk, options.Folder, fromIndex, () => NextIndex, options.IsDisposed);

    /// <summary>
    /// Zeroes salt and received bytes of the records that <paramref name="covers"/> names, here and in the mirror; durable when it
    /// returns. For records below the last signed checkpoint only, and never while a group is being appended.
    /// </summary>
    internal ErasureReport Erase(Func<ulong, bool> covers)
    {
        if (failed is not null)
            throw failed;
        try
        {
            var report = Erasure.Run(disk, options.Folder, covers);
            if (options.Mirror is not null)
                Erasure.Run(disk, options.Mirror, covers);
            return report;
        }
        catch (DiskException e)
        {
            failed = new JournalFailedException(e);
            throw failed;
        }
    }

    /// <summary>Closes the files. Every group that was returned as Durable is.</summary>
    public void Dispose()
    {
        maker.Finish();
        segment.Dispose();
    }

    internal static Hash256 OriginHash(string origin) => Hash256.From(SHA256.HashData(Encoding.UTF8.GetBytes(origin)));

    private AppendOutcome Append(ReadOnlySpan<JournalItem> items, int bytes, bool useReserve)
    {
        if (!TryZeroStale())
            return new AppendOutcome(AppendStatus.DiskFull, nextIndex, nextIndex, false);
        var rolled = false;
        var room = segment.Length - offset;
        if (bytes > room - ReserveBytes(segment.Length))
        {
            rolled = TryRoll();
            if (!rolled && !(useReserve && bytes <= room))
                return new AppendOutcome(AppendStatus.DiskFull, nextIndex, nextIndex, false);
        }
        encoder.Encode(items, bytes, nextIndex, offset);
        if (!TryWrite(encoder.Bytes))
            return new AppendOutcome(AppendStatus.DiskFull, nextIndex, nextIndex, rolled);
        maker.PrepareAhead(); // not at opening: a start that appends nothing writes nothing
        segment.Sync();
        offset += bytes;
        var first = nextIndex;
        Volatile.Write(ref nextIndex, first + (ulong)items.Length);
        return new AppendOutcome(AppendStatus.Durable, first, nextIndex, rolled);
    }

    /// <summary>
    /// Space was allocated before, so a full disk here means a file system that copies on write. What may be half written is zeroed
    /// before the next try, else a shorter group would leave its rest behind.
    /// </summary>
    private bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        try
        {
            segment.Write(bytes, offset);
            return true;
        }
        catch (DiskException e) when (e.Fault == DiskFault.Full)
        {
            staleEnd = Math.Max(staleEnd, offset + bytes.Length);
            return false;
        }
    }

    private bool TryZeroStale()
    {
        if (staleEnd <= offset)
            return true;
        if (!TryWrite(new byte[staleEnd - offset]))
            return false;
        staleEnd = 0;
        return true;
    }

    private bool TryRoll()
    {
        var header = new SegmentHeader(OriginHash(options.Origin), nextIndex, (ulong)options.SegmentBytes, (ulong)offset, false);
        if (maker.TryTake(header) is not { } next)
            return false;
        segment.Dispose();
        segment = next;
        offset = SegmentHeader.Bytes;
        return true;
    }
}
