using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>Reads a segment forward through one bounded buffer; grows only to the largest record there can be.</summary>
internal sealed class SegmentBuffer(IDiskFile file)
{
    private const int ChunkBytes = 256 << 10;
    private byte[] buffer = new byte[ChunkBytes];
    private long start;
    private int held;

    /// <summary>Whether something was looked at since <see cref="Forget"/>: then a writer may have added to it since.</summary>
    public bool IsStale { get; private set; }

    /// <summary>At least <paramref name="need"/> bytes from that offset on, unless the file ends before; more when they are at hand.</summary>
    public ReadOnlySpan<byte> At(long offset, int need)
    {
        if (offset < start || offset + need > start + held)
            Fill(offset, need);
        return buffer.AsSpan((int)(offset - start), held - (int)(offset - start));
    }

    /// <summary>Forgets what was read: the next look sees what a writer has added since.</summary>
    public void Forget()
    {
        held = 0;
        IsStale = false;
    }

    /// <summary>Marks a record as good: what lies behind it may be older than what the writer has put there.</summary>
    public void MarkStale() => IsStale = true;

    private void Fill(long offset, int need)
    {
        if (offset >= start && offset < start + held)
        {
            var kept = (int)(start + held - offset);
            var from = held - kept;
            var target = need > buffer.Length ? new byte[RoundUp(need)] : buffer;
            buffer.AsSpan(from, kept).CopyTo(target);
            buffer = target;
            held = kept;
        }
        else
        {
            held = 0;
            if (need > buffer.Length)
                buffer = new byte[RoundUp(need)];
        }
        start = offset;
        held += file.Read(buffer.AsSpan(held), offset + held);
    }

    private static int RoundUp(int need) => (need + ChunkBytes - 1) / ChunkBytes * ChunkBytes;
}
