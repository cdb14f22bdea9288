namespace TaserTelemetry.Ledger.Disks;

/// <summary>A file of a disk as a forward stream, for readers of text.</summary>
internal sealed class DiskStream(IDiskFile file) : Stream
{
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException("A DiskStream reads forward only.");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = file.Read(buffer, position);
        position += read;
        return read;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A DiskStream reads forward only.");

    public override void SetLength(long value) => throw new NotSupportedException("A DiskStream reads only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A DiskStream reads only.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }
}
