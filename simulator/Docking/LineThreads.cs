using System.Threading.Channels;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// One open serial line: a blocking reader and a blocking writer thread, because a line whose other end is away takes no bytes and must
/// not stop the dock's own clock. Bytes only.
/// </summary>
internal sealed class LineThreads
{
    private const int InboxPiecesMax = 256;
    private const int ReadBytes = 4_096;

    /// <summary>Pieces handed to the writer and not yet taken by the line: more would only go stale there.</summary>
    private const int OutboxPiecesMax = 2;

    private readonly Channel<byte[]> _inbox = Channel.CreateBounded<byte[]>(InboxPiecesMax);
    private readonly Channel<byte[]> _outbox = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unwritten;
    private volatile bool _over;

    public LineThreads(FileStream read, FileStream write)
    {
        new Thread(() => ReadLine(read)) { IsBackground = true, Name = "serial line in" }.Start();
        new Thread(() => WriteLine(write)) { IsBackground = true, Name = "serial line out" }.Start();
    }

    /// <summary>What came off the line, in pieces; an empty piece says that the line took what it was given.</summary>
    public ChannelReader<byte[]> Inbox => _inbox.Reader;

    public bool HasRoom => Volatile.Read(ref _unwritten) < OutboxPiecesMax;

    /// <summary>Hands bytes to the writer; to be asked for <see cref="HasRoom"/> first.</summary>
    public void Write(byte[] bytes)
    {
        Interlocked.Increment(ref _unwritten);
        _outbox.Writer.TryWrite(bytes);
    }

    /// <summary>No more is read or written; completes when the line took what it was given.</summary>
    public Task EndAsync()
    {
        _over = true;
        _outbox.Writer.TryComplete();
        return _written.Task;
    }

    private void ReadLine(FileStream line)
    {
        var buffer = new byte[ReadBytes];
        try
        {
            while (true)
            {
                var read = line.Read(buffer);
                if (read == 0 || _over || !_inbox.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
                {
                    break;
                }

                _inbox.Writer.TryWrite(buffer[..read]);
            }

            _inbox.Writer.TryComplete();
        }
        catch (Exception lost) when (lost is IOException or ObjectDisposedException)
        {
            Lost(lost);
        }
    }

    private void WriteLine(FileStream line)
    {
        try
        {
            while (_outbox.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (_outbox.Reader.TryRead(out var bytes))
                {
                    line.Write(bytes);
                    Interlocked.Decrement(ref _unwritten);
                    _inbox.Writer.TryWrite([]); // whoever waits for room looks again; where this finds no room, it is awake anyhow
                }
            }
        }
        catch (Exception lost) when (lost is IOException or ObjectDisposedException)
        {
            Lost(lost);
        }

        _written.TrySetResult();
    }

    private void Lost(Exception why) => _inbox.Writer.TryComplete(new IOException("the serial line was lost: " + why.Message, why));
}
