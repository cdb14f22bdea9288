using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>A segment in the journal's folder and, when there is one, its twin in the mirror: written alike, synced alike.</summary>
internal sealed class SegmentPair : IDisposable
{
    private readonly IDiskFile primary;
    private readonly IDiskFile? mirror;

    public SegmentPair(IDiskFile primary, IDiskFile? mirror)
    {
        this.primary = primary;
        this.mirror = mirror;
        Length = primary.Length;
    }

    public long Length { get; }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        primary.Write(bytes, offset);
        mirror?.Write(bytes, offset);
    }

    public void Sync()
    {
        primary.Sync();
        mirror?.Sync();
    }

    public void Dispose()
    {
        primary.Dispose();
        mirror?.Dispose();
    }
}

/// <summary>Makes segments: zero-filled and synced under a temporary name, since a full disk shows only there; named when they are needed.</summary>
internal sealed class SegmentMaker(IDisk disk, JournalOptions options)
{
    private const string SpareName = "next.tmp";
    private static readonly byte[] Zeros = new byte[1 << 20];
    private Task<DiskException?>? preparing;

    /// <summary>Removes what an earlier run left half made.</summary>
    public void RemoveLeftovers()
    {
        foreach (var folder in Folders())
        {
            foreach (var name in disk.FileNames(folder).Where(name => name.EndsWith(".tmp", StringComparison.Ordinal)))
                disk.Delete(Path.Combine(folder, name));
        }
    }

    /// <summary>Starts making the next segment, if that is wanted and not under way.</summary>
    public void PrepareAhead()
    {
        if (options.PrepareAhead)
            preparing ??= Task.Run(TryPrepare);
    }

    /// <summary>The next segment with its header, durable under its name; null when the disk is full.</summary>
    public SegmentPair? TryTake(SegmentHeader header)
    {
        var fault = preparing is null ? TryPrepare() : preparing.GetAwaiter().GetResult();
        preparing = null;
        if (fault?.Fault == DiskFault.Full)
            fault = TryPrepare(); // the one made ahead may have failed long ago
        if (fault?.Fault == DiskFault.Full)
            return null;
        if (fault is not null)
            throw fault;
        var pair = new SegmentPair(OpenSpare(options.Folder)!, OpenSpare(options.Mirror));
        Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
        header.Write(bytes);
        pair.Write(bytes, 0);
        pair.Sync();
        foreach (var folder in Folders())
        {
            disk.Rename(Path.Combine(folder, SpareName), Path.Combine(folder, JournalFormat.SegmentName(header.FirstIndex)));
            disk.SyncFolder(folder);
        }
        return pair;
    }

    /// <summary>Waits until nothing is being made.</summary>
    public void Finish() => preparing?.GetAwaiter().GetResult();

    private IEnumerable<string> Folders() => options.Mirror is null ? [options.Folder] : [options.Folder, options.Mirror];

    private IDiskFile? OpenSpare(string? folder) =>
        folder is null ? null : disk.Open(Path.Combine(folder, SpareName), DiskAccess.ReadWrite);

    private DiskException? TryPrepare()
    {
        foreach (var folder in Folders())
        {
            var path = Path.Combine(folder, SpareName);
            try
            {
                if (disk.FileExists(path))
                    disk.Delete(path);
                FillWithZeros(path);
            }
            catch (DiskException e)
            {
                return e.Fault == DiskFault.Full && !TryRemove(path) ? new DiskException(DiskFault.Failed, "unlink", path, e.Message) : e;
            }
        }
        return null;
    }

    private bool TryRemove(string path)
    {
        try
        {
            if (disk.FileExists(path))
                disk.Delete(path);
            return true;
        }
        catch (DiskException)
        {
            return false; // said by the caller, as a failure and no longer as a full disk
        }
    }

    private void FillWithZeros(string path)
    {
        using var file = disk.Open(path, DiskAccess.CreateNew);
        for (long offset = 0; offset < options.SegmentBytes; offset += Zeros.Length)
            file.Write(Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, options.SegmentBytes - offset)), offset);
        file.Sync();
    }
}
